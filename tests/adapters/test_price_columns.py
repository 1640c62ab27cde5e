"""What columns say of a pool is what its decoder says, on genuine and on made-up pools."""

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.solana.columns.layouts import LAYOUTS
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import accounts_needed, pool_kind, read_pool
from bot.adapters.solana.pools.glance import PRICED_ALONE
from bot.adapters.solana.pools.holdings import is_holding_shaped
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.sandbox.market.catalogue import SOL_PRICE_USDC, plan_tokens
from bot.sandbox.market.genesis import genesis_placements
from bot.sandbox.market.pool_maker import make_pool, make_sol_pools
from bot.sandbox.market.pools.pool import Pool
from bot.sandbox.solana_rpc.chain import Placement
from tests.builders.column_pools import agree, priced_in_columns, taken_up
from tests.builders.examples import examples
from tests.builders.pool_accounts import genuine_accounts, with_bytes

NOT_IN_COLUMNS = {PoolKind.METEORA_DBC}
ALONE = {*PRICED_ALONE, PoolKind.METEORA_DAMM_V2}
Accounts = Mapping[str, AccountBytes]


def moving(pool: str, accounts: Accounts) -> tuple[str, ...]:
    """Give the pool and, where they make its price, its vaults."""
    account = accounts[pool]
    if pool_kind(account) in ALONE:
        return (pool,)
    needed = accounts_needed(pool, account)
    vaults = [place for place in needed if place in accounts and is_holding_shaped(accounts[place])]
    return (pool, *vaults)


def read(pool: str, accounts: Accounts, base_mint: str | None = None) -> PoolReading:
    return read_pool(pool, accounts, 1, base_mint=base_mint)


def account_of(placed: Placement) -> AccountBytes:
    return AccountBytes(owner=str(placed.owner), data=placed.data)


def test_every_kind_but_the_launches_of_meteora_has_columns() -> None:
    assert set(LAYOUTS) == set(PoolKind) - NOT_IN_COLUMNS


FOLDERS = sorted(kind.value for kind in LAYOUTS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_genuine_pools_have_the_price_and_the_depth_that_their_decoder_finds(folder: str) -> None:
    accounts = genuine_accounts(folder) | genuine_accounts("spl_mint")
    accounts |= genuine_accounts("token2022_mint") | genuine_accounts("spl_token_account")
    compared = 0
    for pool, account in accounts.items():
        if pool_kind(account) is None:
            continue
        try:
            reading = read(pool, accounts, base_mint="Fw5xoxp3JYrW1ELUCQ98t3MvRiMKSFk7WBEsMs8Gpump")
        except UnreadableAccount:
            continue
        if reading.halt or SOL_MINT not in (reading.base_mint, reading.quote_mint):
            continue
        places = moving(pool, accounts)
        if len(places) != len(LAYOUTS[reading.kind].accounts):
            continue  # its vaults were not dumped
        seen = priced_in_columns(taken_up(reading, accounts, places), pool, accounts)
        assert seen is not None, pool
        assert agree(seen, reading), pool
        compared += 1
    assert compared, "no genuine pool of this kind trades against SOL"


PLANS = plan_tokens(7)
GENESIS = {str(made.address): account_of(made) for made in genesis_placements(PLANS)}
POOLS: list[Pool] = [
    *make_sol_pools(SOL_PRICE_USDC),
    *(make_pool(token, plan, SOL_PRICE_USDC) for token in PLANS for plan in token.pools),
]


def kind_of(pool: Pool) -> PoolKind | None:
    own = {str(made.address): account_of(made) for made in pool.placements(2_039_280)}
    return pool_kind(own[str(pool.address)])


IN_COLUMNS = [
    pool
    for pool in POOLS
    if kind_of(pool) in LAYOUTS and SOL_MINT in (str(pool.base.mint), str(pool.quote.mint))
]


def test_the_sandbox_has_pools_of_all_these_kinds() -> None:
    assert {kind_of(pool) for pool in IN_COLUMNS} == set(LAYOUTS)


@pytest.mark.parametrize("pool", IN_COLUMNS, ids=lambda pool: f"{pool.kind}-{pool.address}")
def test_columns_follow_a_pool_wherever_it_moves(pool: Pool) -> None:
    address, mint = str(pool.address), str(pool.base.mint)
    accounts = accounts_of(pool)
    first = read(address, accounts, mint)
    book = taken_up(first, accounts, moving(address, accounts))
    followed = 0
    moved = deepcopy(pool)
    for factor in ("1.0001", "1.02", "0.95", "1.3", "0.8"):
        moved.move_to(moved.price() * Decimal(factor))
        accounts = accounts_of(moved)
        seen = priced_in_columns(book, address, accounts)
        exact = read(address, accounts, mint)
        if seen is None:
            continue
        followed += 1
        assert abs(seen.price / float(in_sol_price(exact)) - 1) < 1e-12
        if kind_of(pool) not in PRICED_ALONE:  # those are bounded by their first reading
            assert agree(seen, exact)
    assert followed == 5


def accounts_of(pool: Pool) -> dict[str, AccountBytes]:
    """Give what a refresh knows of a pool: no ticks and no bins."""
    own = {str(made.address): account_of(made) for made in pool.placements(2_039_280)}
    asked = accounts_needed(str(pool.address), own[str(pool.address)])
    return GENESIS | {place: own[place] for place in (str(pool.address), *asked) if place in own}


def in_sol_price(reading: PoolReading) -> Decimal:
    return 1 / reading.price if reading.base_mint == SOL_MINT else reading.price


@given(st.sampled_from(IN_COLUMNS), st.data())
@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_bytes_change_columns_agree_with_the_decoder_or_leave_it_to_it(
    pool: Pool, data: st.DataObject
) -> None:
    address, mint = str(pool.address), str(pool.base.mint)
    accounts = accounts_of(pool)
    places = moving(address, accounts)
    first = read(address, accounts, mint)
    book = taken_up(first, accounts, places)
    spoilt = dict(accounts)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places))
        at = data.draw(st.integers(0, len(spoilt[place].data) - 1))
        value = data.draw(st.binary(min_size=1, max_size=8))
        spoilt[place] = with_bytes(spoilt[place], {at: value[: len(spoilt[place].data) - at]})
    seen = priced_in_columns(book, address, spoilt)
    if seen is None:
        return
    exact = read_if_sound(address, spoilt, mint)
    if exact is None:
        return
    assert exact.halt is None
    assert (exact.base_mint, exact.quote_mint) == (first.base_mint, first.quote_mint)
    assert abs(seen.price / float(in_sol_price(exact)) - 1) < 1e-12


def read_if_sound(pool: str, accounts: Accounts, mint: str) -> PoolReading | None:
    """Read a pool, or None where only what columns do not look at is unsound: tick and fees."""
    try:
        return read(pool, accounts, mint)
    except UnreadableAccount as error:
        if not any(word in str(error) for word in ("tick", "fee")):
            raise
        return None
