"""What the use cases answer with: read models that the doors render and never change."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.orders import Receipt
from bot.domain.pools.reading import PoolKind
from bot.domain.positions import Mark, Position
from bot.domain.price_trust import Suspicion
from bot.domain.safety import SafetyReport
from bot.domain.users import Mode, RoleLimits, User
from bot.domain.values import value
from bot.ports.books import ClosedOrder, TokenMetrics, Wallet
from bot.ports.chain import EndpointState, SourceState


@value
class HearsayLine:
    """What one source says of a token's price; `age_seconds` by its own time where it tells one."""

    source: str
    usd: Decimal
    liquidity_usd: Decimal | None
    age_seconds: float


@value
class Hearsay:
    """What sources say of a token that the chain cannot be asked about now: never traded on."""

    mint: str
    symbol: str
    name: str
    symbol_warning: str
    lines: tuple[HearsayLine, ...]


@value
class Quote:
    """A token's price as we know it now, with where and when it comes from.

    `price` is SOL per token (USDC per SOL for SOL itself, in `usd`); `impact_of_one_sol` is the
    fraction by which buying for 1 SOL would pay above the price, None where it cannot be known.
    `agreeing` of `pools_read` pools are within 1 % of this price. `then_kinds` are the further
    pools of a path. `suspicion` is what is held against the price now, `safety` what is held
    against the token, `hearsay` what sources say where the chain did not answer. `source_at` is
    the block's time, None where it is not known.
    """

    token: Token
    price: Decimal
    usd: Decimal | None
    liquidity_lamports: int
    impact_of_one_sol: Decimal | None
    metrics: TokenMetrics | None
    pool_address: str
    pool_kind: PoolKind
    pools_read: int
    agreeing: int
    slot: int
    source: str
    received_at: datetime
    age_seconds: float
    is_stale: bool
    halt: str | None
    notes: tuple[str, ...] = ()
    then_kinds: tuple[PoolKind, ...] = ()
    suspicion: Suspicion | None = None
    safety: SafetyReport | None = None
    hearsay: tuple[HearsayLine, ...] = ()
    source_at: datetime | None = None


@value
class SafetyCard:
    """All that was found out about a token's safety, just now.

    `slot` is that of the facts, None where the chain did not answer; `pool_kind` that of the
    pool that prices it. `blocks_danger` is the asking person's wish.
    """

    token: Token
    report: SafetyReport
    pool_kind: PoolKind | None
    slot: int | None
    blocks_danger: bool


@value
class PoolLine:
    """One pool of a token, for `/info`; `then_kinds` are the further pools of a path."""

    address: str
    kind: PoolKind
    price: Decimal
    depth_lamports: int
    halt: str | None
    then_kinds: tuple[PoolKind, ...] = ()


@value
class TokenInfo:
    """A token from the chain's own words: authorities, extensions, pools."""

    quote: Quote
    pools: tuple[PoolLine, ...]
    market_cap_lamports: int


@value
class Filled:
    """A booked (or about to be booked) fill with what its screen needs.

    `safety` is there with the first purchase of a position.
    """

    mode: Mode
    receipt: Receipt
    token: Token
    position: Position
    sol_usd: Decimal | None
    safety: SafetyReport | None = None


@value
class MarkedPosition:
    """An open position with its token and what the pool would pay; `mark` None if unpriced."""

    position: Position
    token: Token
    mark: Mark | None


@value
class Portfolio:
    """A wallet with everything in it at what the pools would pay now."""

    user: User
    limits: RoleLimits
    wallet: Wallet
    positions: tuple[MarkedPosition, ...]
    equity_lamports: int
    is_whole: bool
    realised_pnl_lamports: int
    fees_lamports: int
    sol_usd: Decimal | None
    oldest_age_seconds: float | None


@value
class HistoryPage:
    """Some fills of the present season, newest first."""

    mode: Mode
    season: int
    orders: tuple[ClosedOrder, ...]
    older_than: int | None
    sol_usd: Decimal | None


@value
class Season:
    """A new season about to begin, and what the old one came to."""

    mode: Mode
    season: int
    grant_lamports: int
    ended: Portfolio


FillAnswer = Callable[[Filled], Sequence[Notice]]
BlockAnswer = Callable[[bool], Sequence[Notice]]
SeasonAnswer = Callable[[Season], Sequence[Notice]]
StatusFigures = Mapping[str, object]


@value
class DisputedToken:
    """A token whose price is not believed now, and why."""

    token: Token
    suspicion: Suspicion


@value
class OutsideView:
    """How endpoints, sources and the refresh are doing, for operators."""

    endpoints: tuple[EndpointState, ...]
    sources: tuple[SourceState, ...]
    best_slot: int
    tokens: int
    refreshed_at: datetime | None
    round_seconds: float
    failure: str
    disputed: tuple[DisputedToken, ...] = ()
