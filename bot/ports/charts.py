"""What the inside asks for a chart: a person's own fills and taste, and somebody who draws."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.cards import Card
from bot.domain.charts import ArmedLevel, Chart, Theme, TradeMark
from bot.domain.users import Mode


class ChartDesk(Protocol):
    """What is a person's own in a chart. All methods raise `Unavailable`."""

    async def marks(
        self, user_id: int, mode: Mode, token_id: int, since: datetime
    ) -> Sequence[TradeMark]:
        """Give the person's fills of a token in the present season, in order."""

    async def armed(self, user_id: int, mode: Mode, token_id: int) -> Sequence[ArmedLevel]:
        """Give the levels at which the person's orders wait, a few at most."""

    async def theme(self, user_id: int) -> Theme:
        """Give the theme that the person chose last."""

    async def choose_theme(self, user_id: int, theme: Theme) -> None:
        """Remember the person's theme."""


class Painter(Protocol):
    """Draws pictures without holding up the event loop."""

    async def draw(self, chart: Chart) -> bytes:
        """Give a chart as PNG."""


class CardPainter(Protocol):
    """Draws what people show others, without holding up the event loop."""

    async def draw_card(self, card: Card) -> bytes:
        """Give a curve or a card as PNG."""
