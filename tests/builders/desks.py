"""Desks, tokens and markets made to measure, for the engine and the books."""

from datetime import UTC, datetime
from decimal import Decimal

from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM
from bot.domain.instruments import Token
from bot.domain.pools.constant_product import ConstantProductPool, FeeRate, SwapFees
from bot.domain.pools.oriented import OrientedCurve
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.requests import Request
from bot.domain.users import Mode, Role, RoleLimits, Status, User
from bot.engine.paper_venue import Market
from bot.ports.books import Desk, Wallet
from bot.ports.chain import NetworkCosts

NOON = datetime(2026, 10, 6, 12, 0, tzinfo=UTC)
SOL = 10**9
MINT = "EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm"
FEES = SwapFees(on_input=FeeRate(numerator=25, denominator=10_000))
COSTS = NetworkCosts(
    base_fee_lamports=5_000,
    priority_fee_lamports=10_000,
    rent_lamports={TOKEN_PROGRAM: 1_488_440},
)


def token(token_id: int = 1, mint: str = MINT, symbol: str = "WIF") -> Token:
    return Token(
        token_id=token_id,
        mint=mint,
        symbol=symbol,
        name="dogwifhat",
        decimals=6,
        program=TOKEN_PROGRAM,
        supply=10**15,
        mint_authority=None,
        freeze_authority=None,
    )


def pool(
    *,
    token_reserve: int = 10**12,
    sol_reserve: int = 18_420 * SOL,
    slot: int = 100,
    mint: str = MINT,
) -> PoolReading:
    curve = OrientedCurve(
        pool=ConstantProductPool(
            first_reserve=token_reserve,
            second_reserve=sol_reserve,
            first_in_fees=FEES,
            second_in_fees=FEES,
        ),
        is_base_first=True,
    )
    return PoolReading(
        address="11111111111111111111111111111112",
        kind=PoolKind.RAYDIUM_AMM_V4,
        base_mint=mint,
        quote_mint=SOL_MINT,
        base_decimals=6,
        quote_decimals=9,
        slot=slot,
        curve=curve,
    )


def market(reading: PoolReading | None = None, of: Token | None = None) -> Market:
    return Market(token=of or token(), pool=reading or pool(), costs=COSTS, read_at=NOON)


def user(user_id: int = 1001, role: Role = Role.BASIC) -> User:
    return User(user_id=user_id, role=role, status=Status.ACTIVE, first_name="Ann")


def limits(role: Role = Role.BASIC) -> RoleLimits:
    return RoleLimits(
        role=role,
        position_lamports=100 * SOL,
        open_positions=10,
        leverage=3,
        starting_grant_lamports=100 * SOL,
        orders_per_minute=20,
    )


def wallet(cash_lamports: int = 100 * SOL) -> Wallet:
    return Wallet(
        mode=Mode.PAPER,
        season=1,
        version=0,
        cash_lamports=cash_lamports,
        rent_lamports=0,
        grant_lamports=100 * SOL,
        last_position=0,
        last_order=0,
        started_at=NOON,
    )


def desk(cash_lamports: int = 100 * SOL) -> Desk:
    return Desk(
        user=user(),
        limits=limits(),
        wallet=wallet(cash_lamports),
        positions=(),
        holdings={},
        orders_last_minute=0,
        answered=None,
        answered_hash=None,
        realised_pnl_lamports=0,
        fees_lamports=0,
    )


def request(
    request_id: str = "tg:1", *, of: User | None = None, update_id: int | None = None
) -> Request:
    return Request(user=of or user(), request_id=request_id, received_at=NOON, update_id=update_id)


def percent(text: str) -> Decimal:
    return Decimal(text) / 100
