"""A pool that was only glanced at is the same pool: its price now, its swaps when asked."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import read_pool, read_stored
from bot.adapters.solana.pools.glance import PRICED_ALONE, glance
from bot.adapters.solana.pools.surroundings import Surroundings
from bot.adapters.solana.reading_memory import ReadingMemory
from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.pools.glanced import GlancedPool
from bot.domain.pools.reading import Direction, PoolKind, PoolReading
from bot.domain.pools.sides import TwoSidedPool
from bot.sandbox.market.catalogue import PoolPlan, TokenPlan, Venue
from bot.sandbox.market.layouts.addresses import TOKEN_PROGRAM, made_up_address
from bot.sandbox.market.layouts.tokens import spl_mint
from bot.sandbox.market.pool_maker import make_pool
from bot.sandbox.market.pools.pool import Pool

PLANS = {
    PoolKind.ORCA_WHIRLPOOL: PoolPlan(
        venue=Venue.ORCA_WHIRLPOOL, depth_sol=Decimal(100), tuning=64
    ),
    PoolKind.RAYDIUM_CLMM: PoolPlan(venue=Venue.RAYDIUM_CLMM, depth_sol=Decimal(100), tuning=60),
}
STATUS_OF_CLMM, MINTS_OF_BOTH, LIQUIDITY = (
    389,
    110,
    {PoolKind.ORCA_WHIRLPOOL: 49, PoolKind.RAYDIUM_CLMM: 237},
)
Accounts = dict[str, AccountBytes]


def a_pool(kind: PoolKind) -> tuple[Pool, AccountBytes]:
    """Make a pool, and its token's mint."""
    plan = PLANS[kind]
    token = TokenPlan(
        mint=made_up_address("glance", 1),
        symbol="G",
        name="G",
        decimals=6,
        supply_units=10**15,
        price_sol=Decimal("0.0012"),
        swing=Decimal(0),
        pools=(plan,),
    )
    mint = AccountBytes(owner=str(TOKEN_PROGRAM), data=spl_mint(10**15, 6, None, None))
    return make_pool(token, plan, Decimal(150)), mint


def accounts_of(pool: Pool, mint: AccountBytes) -> Accounts:
    placed = pool.placements(1_000_000)
    accounts = {str(p.address): AccountBytes(owner=str(p.owner), data=p.data) for p in placed}
    return accounts | {str(pool.base.mint): mint}


def whole(address: str, accounts: Mapping[str, AccountBytes]) -> TwoSidedPool:
    return read_stored(Surroundings(address=address, accounts=accounts)).pool


def unread() -> TwoSidedPool:
    raise AssertionError("nobody asked for a swap")


LAST = GlancedPool(sqrt_price=2**64, liquidity=1, most=(5_000_000, 7_000_000), whole=unread)


def test_a_glance_promises_no_more_than_was_there() -> None:
    pool, mint = a_pool(PoolKind.ORCA_WHIRLPOOL)
    data = accounts_of(pool, mint)[str(pool.address)].data
    glanced = glance(PoolKind.ORCA_WHIRLPOOL, data, data, LAST, unread)
    assert glanced is not None
    assert (glanced.payable(first=True), glanced.payable(first=False)) == LAST.most
    again = glance(PoolKind.ORCA_WHIRLPOOL, data, data, glanced, unread)
    assert again is not None
    assert again.most == LAST.most


def recalled(pool: Pool, mint: AccountBytes, moved: Decimal) -> tuple[PoolReading, PoolReading]:
    """Read a pool, move it, and give what the memory makes of it beside a whole reading."""
    address, memory = str(pool.address), ReadingMemory()
    before = accounts_of(pool, mint)
    first = read_pool(address, before, 10)
    memory.keep(address, {address: before[address]}, first)
    pool.move_to(pool.price() * moved)
    now = accounts_of(pool, mint)
    found = memory.recall(address, {address: now[address]}, 11, lambda: whole(address, now))
    assert found is not None
    return found, read_pool(address, now, 11)


@pytest.mark.parametrize("kind", list(PLANS))
@pytest.mark.parametrize("moved", ["0.5", "0.999", "1", "1.01", "3"])
def test_a_glance_gives_the_price_and_the_swaps_of_a_whole_reading(
    kind: PoolKind, moved: str
) -> None:
    pool, mint = a_pool(kind)
    glanced, read = recalled(pool, mint, Decimal(moved))
    assert (glanced.price, glanced.slot) == (read.price, 11)
    assert (glanced.base_mint, glanced.quote_mint, glanced.halt) == (
        read.base_mint,
        read.quote_mint,
        None,
    )
    swaps = [each.curve.swap_exact_in(Direction.BUY_BASE, 10**6) for each in (glanced, read)]
    assert swaps[0] == swaps[1]


@pytest.mark.parametrize("kind", list(PLANS))
@pytest.mark.parametrize("place", [20, MINTS_OF_BOTH])
def test_what_changed_beside_the_price_is_read_anew(kind: PoolKind, place: int) -> None:
    pool, mint = a_pool(kind)
    before = accounts_of(pool, mint)[str(pool.address)].data
    now = before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :]
    assert glance(kind, before, before, LAST, unread) is not None
    assert glance(kind, before, now, LAST, unread) is None
    assert glance(kind, before, before[:-1], LAST, unread) is None


def test_a_pool_whose_swaps_were_turned_off_is_read_anew() -> None:
    pool, mint = a_pool(PoolKind.RAYDIUM_CLMM)
    before = accounts_of(pool, mint)[str(pool.address)].data
    off = before[:STATUS_OF_CLMM] + b"\x10" + before[STATUS_OF_CLMM + 1 :]
    assert glance(PoolKind.RAYDIUM_CLMM, before, off, LAST, unread) is None


@pytest.mark.parametrize("kind", list(PLANS))
def test_a_pool_without_liquidity_or_with_an_absurd_price_is_read_anew(kind: PoolKind) -> None:
    pool, mint = a_pool(kind)
    before = accounts_of(pool, mint)[str(pool.address)].data
    place = LIQUIDITY[kind]
    dry = before[:place] + bytes(16) + before[place + 16 :]
    absurd = before[: place + 16] + b"\xff" * 16 + before[place + 32 :]
    assert glance(kind, before, dry, LAST, unread) is None
    assert glance(kind, before, absurd, LAST, unread) is None


def test_a_glanced_pool_that_cannot_be_read_cannot_be_filled() -> None:
    def unreadable() -> TwoSidedPool:
        raise UnreadableAccount("a tick that contradicts the price")

    pool, mint = a_pool(PoolKind.ORCA_WHIRLPOOL)
    data = accounts_of(pool, mint)[str(pool.address)].data
    glanced = glance(PoolKind.ORCA_WHIRLPOOL, data, data, LAST, unreadable)
    assert glanced is not None
    assert glanced.price() > 0
    with pytest.raises(PoolTooThin, match="contradicts"):
        glanced.exact_in(first_in=True, amount=1)


def test_other_kinds_are_never_glanced_at() -> None:
    assert set(PLANS) == PRICED_ALONE
    assert glance(PoolKind.PUMPSWAP, b"", b"", LAST, unread) is None
