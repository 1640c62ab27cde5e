"""Tokens, quotes, wallets and fills as the services give them, with the parts a test names."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.instruments import Token
from bot.domain.orders import Fill, FillLeg, OrderAction, Receipt, Timestamps
from bot.domain.pools.reading import PoolKind
from bot.domain.positions import Mark, Position, PositionState, Side
from bot.domain.price_trust import Suspicion, SuspicionCause
from bot.domain.users import Mode, Role, RoleLimits, Status, User
from bot.ports.books import ClosedOrder, TokenMetrics, Wallet
from bot.ports.chain import EndpointState, SourceState, StreamState
from bot.services.views import (
    Filled,
    Hearsay,
    HearsayLine,
    HistoryPage,
    MarkedPosition,
    OutsideView,
    PoolLine,
    Portfolio,
    Quote,
    Season,
    TokenInfo,
)

NOON = datetime(2026, 10, 6, 12, 0, tzinfo=UTC)
SOL = 10**9
WIF_MINT = "EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm"
POOL = "EP2ib6dYdEeqD8MfE2ezHCxX3kP3K2eLKkirfPm5eyMx"


def a_user(user_id: int = 1001, **parts: object) -> User:
    user = User(user_id=user_id, role=Role.BASIC, status=Status.ACTIVE, first_name="Ann")
    return replace(user, **parts)


def a_token(**parts: object) -> Token:
    token = Token(
        token_id=7,
        mint=WIF_MINT,
        symbol="WIF",
        name="dogwifhat",
        decimals=6,
        program="TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        supply=998_926_392 * 10**6,
        mint_authority=None,
        freeze_authority=None,
    )
    return replace(token, **parts)


def a_quote(token: Token | None = None, **parts: object) -> Quote:
    metrics = TokenMetrics(
        token_id=7,
        change_24h=Decimal("0.041"),
        high_24h=Decimal("0.0192"),
        low_24h=Decimal("0.0177"),
    )
    quote = Quote(
        token=token or a_token(),
        price=Decimal("0.018420456"),
        usd=Decimal("2.2288"),
        liquidity_lamports=18_412 * SOL,
        impact_of_one_sol=Decimal("0.0001"),
        metrics=metrics,
        pool_address=POOL,
        pool_kind=PoolKind.RAYDIUM_AMM_V4,
        pools_read=3,
        agreeing=3,
        slot=453_946_911,
        source="chain",
        received_at=NOON,
        age_seconds=2.4,
        is_stale=False,
        halt=None,
    )
    return replace(quote, **parts)


def some_info(token: Token | None = None, pools: int = 3) -> TokenInfo:
    line = PoolLine(
        address=POOL,
        kind=PoolKind.PUMPSWAP,
        price=Decimal("0.0184"),
        depth_lamports=5_000 * SOL,
        halt=None,
    )
    return TokenInfo(
        quote=a_quote(token), pools=(line,) * pools, market_cap_lamports=18_400_000 * SOL
    )


def a_position(**parts: object) -> Position:
    position = Position(
        number=12,
        token_id=7,
        side=Side.LONG,
        state=PositionState.OPEN,
        token_units=270_900_000,
        cost_lamports=5 * SOL,
        margin_lamports=0,
        proceeds_lamports=0,
        rent_lamports=2_039_280,
        leverage=1,
        realised_pnl_lamports=0,
        fees_lamports=12_515_000,
        entry_price=Decimal("0.01845"),
        opened_at=NOON,
    )
    return replace(position, **parts)


def a_marked(token: Token | None = None, **parts: object) -> MarkedPosition:
    position = a_position(**parts)
    mark = Mark(
        position=position,
        price=Decimal("0.0196"),
        equity_lamports=5_310_000_000,
        unrealised_pnl_lamports=310_000_000,
        is_whole=True,
        age_seconds=3.0,
        liquidation_price=Decimal("0.000002874") if position.side is Side.SHORT else None,
    )
    return MarkedPosition(position=position, token=token or a_token(), mark=mark)


def a_wallet(**parts: object) -> Wallet:
    wallet = Wallet(
        mode=Mode.PAPER,
        season=1,
        version=4,
        cash_lamports=94_998_500_000,
        rent_lamports=2_039_280,
        grant_lamports=100 * SOL,
        last_position=12,
        last_order=15,
        started_at=NOON,
    )
    return replace(wallet, **parts)


def a_portfolio(
    positions: Sequence[MarkedPosition] = (), user: User | None = None, **parts: object
) -> Portfolio:
    portfolio = Portfolio(
        user=user or a_user(),
        limits=RoleLimits(
            role=Role.BASIC,
            position_lamports=100 * SOL,
            open_positions=10,
            leverage=3,
            starting_grant_lamports=100 * SOL,
            orders_per_minute=20,
        ),
        wallet=a_wallet(),
        positions=tuple(positions),
        equity_lamports=101_340_000_000,
        is_whole=True,
        realised_pnl_lamports=1_200_000_000,
        fees_lamports=52_000_000,
        sol_usd=Decimal("121.04"),
        oldest_age_seconds=3.0,
    )
    return replace(portfolio, **parts)


def a_receipt(**parts: object) -> Receipt:
    fill = Fill(
        bought=True,
        token_units=270_900_000,
        sol_lamports=5 * SOL,
        decided_price=Decimal("0.018420"),
        fill_price=Decimal("0.018457"),
        impact=Decimal("0.0004"),
        pool_fee_units=12_500_000,
        pool_fee_in_sol=True,
        network_fee_lamports=15_000,
        pool_address=POOL,
        pool_kind=PoolKind.RAYDIUM_AMM_V4,
        slot=453_946_911,
    )
    receipt = Receipt(
        order_number=15,
        position_number=12,
        action=OrderAction.OPEN,
        side=Side.LONG,
        token_id=7,
        fill=fill,
        rent_paid_lamports=2_039_280,
        rent_returned_lamports=0,
        margin_lamports=0,
        leverage=1,
        realised_pnl_lamports=None,
        wallet_before_lamports=100 * SOL,
        wallet_after_lamports=94_997_945_720,
        remaining_token_units=270_900_000,
        times=Timestamps(source_at=NOON, received_at=NOON, decided_at=NOON, filled_at=NOON),
    )
    return replace(receipt, **parts)


def a_fill(token: Token | None = None, **parts: object) -> Filled:
    filled = Filled(
        mode=Mode.PAPER,
        receipt=a_receipt(),
        token=token or a_token(),
        position=a_position(),
        sol_usd=Decimal("121.04"),
    )
    return replace(filled, **parts)


def a_history(token: Token | None = None, count: int = 8, older: int | None = 5) -> HistoryPage:
    orders = tuple(
        ClosedOrder(
            order_number=20 - place,
            position_number=12,
            season=1,
            token=token or a_token(),
            receipt=a_receipt(),
        )
        for place in range(count)
    )
    return HistoryPage(mode=Mode.PAPER, season=1, orders=orders, older_than=older, sol_usd=None)


def a_season(ended: Portfolio | None = None) -> Season:
    return Season(mode=Mode.PAPER, season=2, grant_lamports=100 * SOL, ended=ended or a_portfolio())


def an_endpoint(**parts: object) -> EndpointState:
    state = EndpointState(
        name="1 rpc.example",
        is_open=False,
        circuit="closed",
        latency_ms=12.0,
        latency_p50_ms=11.4,
        latency_p95_ms=40.2,
        slot=454_000_100,
        lag_slots=3,
        requests=1200,
        failures=4,
        rate_limited=2,
        stale=1,
        failing_share=0.05,
        limiter_use=0.25,
        pause_seconds=0.0,
        last_error="HTTP 429",
        stream=StreamState(state="live", accounts=24, messages=900, failures=0, last_error=""),
    )
    return replace(state, **parts)


def a_source(**parts: object) -> SourceState:
    state = SourceState(
        name="DexScreener",
        circuit="half-open",
        requests=9,
        failures=6,
        failing_share=0.6,
        limiter_use=0.0,
        pause_seconds=7.0,
        last_error="timed out",
    )
    return replace(state, **parts)


def an_outside(**parts: object) -> OutsideView:
    view = OutsideView(
        endpoints=(an_endpoint(), an_endpoint(name="2 other.example", circuit="open", stream=None)),
        sources=(a_source(),),
        best_slot=454_000_103,
        tokens=120,
        refreshed_at=NOON,
        round_seconds=0.2,
        failure="",
    )
    return replace(view, **parts)


def a_suspicion() -> Suspicion:
    return Suspicion(
        token_id=7,
        cause=SuspicionCause.POOLS,
        one="raydium_cpmm",
        other="orca_whirlpool",
        gap=Decimal("0.1234"),
        began_at=NOON,
    )


def said_by(source: str) -> HearsayLine:
    return HearsayLine(
        source=source,
        usd=Decimal("0.000304"),
        liquidity_usd=Decimal(26_600),
        age_seconds=4.2,
    )


def a_hearsay(token: Token) -> Hearsay:
    return Hearsay(
        mint=token.mint,
        symbol=token.symbol,
        name=token.name,
        symbol_warning="looks like USDC, different mint",
        lines=(said_by("DexScreener"), said_by("Jupiter"), said_by("GeckoTerminal")),
    )


def a_path_fill() -> Fill:
    """Build a purchase through two pools."""
    fill = a_receipt().fill
    leg = FillLeg(
        pool_address=fill.pool_address,
        pool_kind=PoolKind.ORCA_WHIRLPOOL,
        slot=fill.slot,
        mint_in=SOL_MINT,
        mint_out=USDC_MINT,
        amount_in=5 * SOL,
        amount_out=750 * 10**6,
        fee_units=2_000_000,
        fee_on_input=True,
        impact=Decimal("0.0004"),
    )
    second = replace(leg, pool_kind=PoolKind.RAYDIUM_CPMM, amount_in=750 * 10**6)
    return replace(fill, legs=(leg, replace(second, fee_units=1_875_000)))
