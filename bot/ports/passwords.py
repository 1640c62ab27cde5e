"""What the inside asks of whoever knows how passwords are hashed."""

from typing import Protocol


class PasswordCheck(Protocol):
    """The operator's password, of which only a hash is known."""

    async def is_right(self, password: str) -> bool:
        """Tell whether this is the password, taking as long for a wrong one as for the right."""
