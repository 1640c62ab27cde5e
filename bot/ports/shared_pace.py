"""One pace for all senders of a token, wherever they run."""

from typing import Protocol

from bot.domain.notices import Priority


class SharedPace(Protocol):
    """Turns that several senders share; all raise `Unavailable`."""

    @property
    def is_up(self) -> bool:
        """Tell whether it answered last."""

    @property
    def losses(self) -> int:
        """Tell how often it stopped answering."""

    async def turn(self, priority: Priority, senders: int) -> float:
        """Take a turn now, or take none and tell how many seconds to wait; 0 where it was taken.

        Of `senders` alive, those that ask here share their part of the whole among them.
        """

    async def here(self) -> None:
        """Say that this sender asks here, also while it has nothing to send."""
