"""Pictures of how somebody traded, as they are kept and shared: in percent, unless asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.charts import Theme
from bot.domain.performance import EquityPoint, Span
from bot.domain.positions import Side
from bot.domain.users import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityCurve:
    """The course of a wallet's worth over a span, of at least two points in order.

    In percent of the first one, or in SOL where `shows_amounts`; `drawdown` is its deepest fall
    as a fraction.
    """

    mode: Mode
    theme: Theme
    span: Span
    season: int
    points: tuple[EquityPoint, ...]
    drawdown: Decimal
    shows_amounts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlAmounts:
    """The wallet's own figures, for those who want them on a card; lamports."""

    equity_lamports: int
    realised_lamports: int
    unrealised_lamports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlCard:
    """A span in a few figures that may be None where there is too little to tell them from."""

    mode: Mode
    theme: Theme
    span: Span
    season: int
    at: datetime
    growth: Decimal | None
    exits: int
    win_rate: Decimal | None
    profit_factor: Decimal | None
    drawdown: Decimal
    sharpe: Decimal | None
    average_held: timedelta | None
    points: tuple[EquityPoint, ...]
    amounts: PnlAmounts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillAmounts:
    """What a fill moved, for those who want it on a card; lamports."""

    sol_lamports: int
    realised_lamports: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCard:
    """One fill; `growth` is what an exit came to, as a fraction, None for an entry.

    `symbol` is a stranger's text: what the font lacks is drawn as `short_mint`. Prices are SOL
    per token as wallets count tokens; `title` says what was done, `reason` why.
    """

    mode: Mode
    theme: Theme
    symbol: str
    short_mint: str
    side: Side
    leverage: int
    title: str
    reason: str
    at: datetime
    decided_price: Decimal
    fill_price: Decimal
    impact: Decimal
    growth: Decimal | None
    held: timedelta | None = None
    amounts: FillAmounts | None = None


Card = EquityCurve | PnlCard | ReceiptCard


def books_name(card: EquityCurve | PnlCard) -> str:
    """Name the books that a picture is of: a season on paper, a wallet live."""
    return f"{'wallet' if card.mode is Mode.LIVE else 'season'} {card.season}"
