"""What the inside asks of whoever draws codes to be photographed."""

from typing import Protocol


class CodePainter(Protocol):
    """Draws QR codes without holding up the event loop."""

    async def draw_code(self, text: str) -> bytes:
        """Give a text as a QR code, PNG."""
