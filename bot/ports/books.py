"""What the inside asks of the database: users, wallets, positions, and one door to book a fill."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from bot.domain.instruments import Token
from bot.domain.ledger import Transfer
from bot.domain.notices import Notice
from bot.domain.orders import FillReason, Receipt
from bot.domain.positions import Position
from bot.domain.requests import Request
from bot.domain.resting import OrderEffects, RestingClaim
from bot.domain.risk import TradingLock
from bot.domain.users import Mode, PersonSeen, Role, RoleLimits, Status, User
from bot.domain.values import value
from bot.ports.price_rows import PriceRows


@value
class Wallet:
    """A virtual wallet of one season; `version` counts its changes.

    `peak_lamports` is the highest equity seen in the season and `day_lamports` the equity with
    which the day `day_on` (UTC) began; None before it was ever marked. `held_lamports` are set
    aside for live orders under way, and no part of the cash.
    """

    mode: Mode
    season: int
    version: int
    cash_lamports: int
    rent_lamports: int
    grant_lamports: int
    last_position: int
    last_order: int
    started_at: datetime
    held_lamports: int = 0
    peak_lamports: int | None = None
    day_on: date | None = None
    day_lamports: int | None = None


@value
class Desk:
    """All that a decision needs to know of a user, read in one snapshot.

    `holdings` are token units by mint; `answered` is the receipt's order number where this
    request was booked before, `answered_hash` the hash of what it was for; the last two are sums
    over the season's positions.
    request was booked before; then come two sums over the season's positions. `limits` are the
    person's: `role_limits` those of the role, where they set tighter ones. `locks` are those
    that stand, `stop_levels` by position the level of its tightest stop in SOL per token.
    """

    user: User
    limits: RoleLimits
    wallet: Wallet
    positions: tuple[Position, ...]
    holdings: Mapping[str, int]
    orders_last_minute: int
    answered: int | None
    answered_hash: str | None
    realised_pnl_lamports: int
    fees_lamports: int
    role_limits: RoleLimits | None = None
    locks: tuple[TradingLock, ...] = ()
    stop_levels: Mapping[int, Decimal] = field(default_factory=dict)


@value
class Settlement:
    """A decided fill, ready to be booked: all of it or nothing.

    `wallet_version` is the version the decision was made on; a newer one is a conflict.
    `position` is the position as it is after the fill; `is_forced` (a liquidation) books even
    for a frozen user. `claim` is the resting order that the fill uses up, `effects` what the fill
    does to others.
    """

    user_id: int
    mode: Mode
    season: int
    wallet_version: int
    request_hash: str
    receipt: Receipt
    position: Position
    transfers: tuple[Transfer, ...]
    is_forced: bool = False
    reason: FillReason = FillReason.MANUAL
    claim: RestingClaim | None = None
    effects: OrderEffects | None = None


class BookingConflict(Exception):
    """The wallet changed between decision and booking: decide again."""


@value
class ClosedOrder:
    """A line of the history; `opened_at` is when its position was."""

    order_number: int
    position_number: int
    season: int
    token: Token
    receipt: Receipt
    reason: FillReason = FillReason.MANUAL
    opened_at: datetime | None = None


class Books(Protocol):
    """Users, wallets, positions and the ledger. Every method is one transaction.

    All raise `Unavailable("database")` when the database does not answer.
    """

    async def identify(
        self, person: PersonSeen, role: Role | None, newcomer: Status = Status.ACTIVE
    ) -> User:
        """Give the user, created with a granted paper wallet at first sight.

        A `newcomer` who is to wait gets the wallet once they are let in. `role` is what settings
        say of them (the owners are admins), None to leave it alone.
        """

    async def desk(self, user_id: int, mode: Mode, request_id: str) -> Desk:
        """Read all that a decision needs, in one round trip; two of a live desk.

        Raises `Refusal` (`live_wallet_missing`) where somebody has no live wallet.
        """

    async def book(
        self, request: Request, settlement: Settlement, notices: Sequence[Notice]
    ) -> None:
        """Book the fill, its notices and the end of its update together, once.

        Raises `BookingConflict`, or `Refusal("already_done")` where the request was booked
        before (`request_mismatch` if it was for something else), or `Refusal("order_spent")`
        where the resting order was filled or cancelled meanwhile; nothing is changed then.
        """

    async def answer(self, request: Request, notices: Sequence[Notice]) -> None:
        """Queue the answer to a request that changed nothing and close its update."""

    async def start_season(self, request: Request, mode: Mode, notices: Sequence[Notice]) -> None:
        """Close the wallet's season, keep it, and begin the next with a new grant.

        Raises `Refusal("already_done")` where this request has begun one before.
        """

    async def set_blocks_danger(
        self, request: Request, *, blocks: bool, notices: Sequence[Notice]
    ) -> None:
        """Keep whether dangerous tokens are blocked for the asking user, and end its update.

        Raises `Refusal("already_done")` where that update had ended before.
        """

    async def history(
        self, user_id: int, mode: Mode, season: int, before_order: int | None, limit: int
    ) -> list[ClosedOrder]:
        """Give the fills of a season, newest first."""

    async def open_shorts(
        self, mode: Mode, user_ids: Collection[int]
    ) -> list[tuple[int, Position]]:
        """Give these users' open shorts of the present season, with their user ids."""

    def all_open_shorts(self, mode: Mode) -> AsyncIterator[Sequence[tuple[int, Position]]]:
        """Give everybody's, some thousands at a time."""

    async def held_tokens(self) -> set[int]:
        """Give the token ids in which anybody has an open position."""


@value
class AssetTotal:
    """One asset's place in the books of a mode; `by_kind` are base units.

    What is owned on paper and what is owned in truth are never added to each other.
    """

    mode: Mode
    asset: str
    symbol: str
    decimals: int
    by_kind: Mapping[str, int]
    total: int


@value
class Difference:
    """One thing in the books that does not add up."""

    kind: str
    subject: str
    expected: str
    found: str


@value
class LedgerProof:
    """The outcome of a full check of the books, taken from one snapshot."""

    assets: tuple[AssetTotal, ...]
    differences: tuple[Difference, ...]
    counts: Mapping[str, int]
    checked_at: datetime

    @property
    def is_balanced(self) -> bool:
        """Tell whether nothing at all was found wrong."""
        return not self.differences


class LedgerAudit(Protocol):
    """The books seen by someone who trusts nothing."""

    async def prove(self) -> LedgerProof:
        """Check every sum, balance, order and position from the transfers up."""

    async def balance_sheet(self) -> LedgerProof:
        """Give totals per asset from the balances alone, cheap enough to show often."""


@value
class TokenMetrics:
    """A token's last day in figures; fractions for changes, None where history is too short.

    `volatility_24h` is the standard deviation of hourly logarithmic returns, scaled to a day.
    `shape_24h` is the day's course, hour by hour: digits from 0 (its lowest) to 7.
    """

    token_id: int
    change_24h: Decimal | None
    high_24h: Decimal | None
    low_24h: Decimal | None
    change_1h: Decimal | None = None
    volatility_24h: Decimal | None = None
    holders: int | None = None
    shape_24h: str = ""


class TokenShelf(Protocol):
    """The tokens we track, their pools and their price history."""

    async def all_tokens(
        self, among: Collection[int] | None = None
    ) -> list[tuple[Token, tuple[tuple[str, str], ...]]]:
        """Give tracked tokens, some or all, with pools as (address, kind), deepest first."""

    async def keep(self, token: Token, pools: Sequence[tuple[str, str]]) -> Token:
        """Store or refresh a token and its pools; gives it with its id."""

    async def record(self, rows: PriceRows) -> None:
        """Append prices to the history."""


@value
class Dialog:
    """A question that the bot asked and whose answer it awaits in one chat."""

    user_id: int
    chat_id: int
    kind: str
    data: Mapping[str, str]


class Dialogs(Protocol):
    """Questions waiting for an answer; they survive a restart and expire."""

    async def ask(self, dialog: Dialog, *, expires_at: datetime) -> None:
        """Remember a question, in place of an older one in the same chat."""

    async def awaiting(self, user_id: int, chat_id: int, now: datetime) -> Dialog | None:
        """Give the question that is open in this chat, if any."""

    async def drop(self, user_id: int, chat_id: int) -> bool:
        """Forget it; tells whether there was one."""

    async def hide(self, update_id: int) -> None:
        """Take the words out of a stored message."""
