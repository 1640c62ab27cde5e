"""Random and spoilt bytes: a reader gives a reading or its own error, never another."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.solana.addresses import extra_accounts
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import pool_kind, read_pool
from bot.adapters.solana.pools.metadata import read_metadata
from bot.adapters.solana.pools.mints import read_holding, read_mint
from bot.adapters.solana.pools.other_accounts import companion_kind
from bot.adapters.solana.pools.programs import (
    METAPLEX_METADATA,
    METEORA_DAMM_V2,
    METEORA_DBC,
    METEORA_DLMM,
    ORCA_WHIRLPOOL,
    PUMPFUN,
    PUMPSWAP,
    RAYDIUM_AMM_V4,
    RAYDIUM_CLMM,
    RAYDIUM_CPMM,
    account_mark,
)
from bot.adapters.solana.pools.pyth import oracle_kind, read_reference_price
from bot.adapters.solana.pools.tick_arrays import read_tick_array
from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.identifiers import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT
from bot.domain.pools.reading import Direction
from tests.builders.pool_accounts import genuine_accounts

MARKS = [
    account_mark(name)
    for name in ("Pool", "PoolState", "LbPair", "Whirlpool", "BondingCurve", "VirtualPool")
]
OWNERS = [
    METAPLEX_METADATA,
    METEORA_DAMM_V2,
    METEORA_DBC,
    METEORA_DLMM,
    ORCA_WHIRLPOOL,
    PUMPFUN,
    PUMPSWAP,
    RAYDIUM_AMM_V4,
    RAYDIUM_CLMM,
    RAYDIUM_CPMM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
]
FOLDERS = [
    "raydium_amm_v4",
    "raydium_cpmm",
    "raydium_clmm",
    "meteora_dlmm",
    "orca_whirlpool",
    "pumpfun_curve",
    "pumpswap",
    "meteora_damm_v2",
    "meteora_dbc",
]
LENGTHS = [
    0,
    8,
    49,
    82,
    134,
    151,
    165,
    170,
    211,
    301,
    355,
    424,
    637,
    653,
    679,
    752,
    904,
    1112,
    1544,
]

random_accounts = st.builds(
    lambda owner, mark, body, length: AccountBytes(
        owner=owner, data=(mark + body).ljust(length, b"\1")[:length]
    ),
    st.sampled_from(OWNERS),
    st.sampled_from([*MARKS, b""]),
    st.binary(max_size=400),
    st.sampled_from(LENGTHS),
)
spoilings = st.lists(
    st.tuples(st.integers(0, 760) | st.integers(0, 1543), st.integers(0, 255)), max_size=6
)


def read_everything(address: str, accounts: dict[str, AccountBytes]) -> None:
    """Call every reader; let only the errors through that no reader may raise."""
    account = accounts[address]
    readers = (
        lambda: read_pool(address, accounts, 1, now_seconds=5, base_mint=USDC_MINT),
        lambda: read_pool(address, accounts, 1),
        lambda: extra_accounts(address, account),
        lambda: read_mint(address, account, 3),
        lambda: read_holding(account),
        lambda: read_metadata(account),
        lambda: read_reference_price(account),
        lambda: read_tick_array(account, 64),
    )
    for reader in readers:
        try:
            reader()
        except UnreadableAccount:
            continue
    assert pool_kind(account) is None or companion_kind(account) is None
    assert oracle_kind(account) is None or pool_kind(account) is None


@given(random_accounts)
def test_random_bytes_give_a_reading_or_our_own_error(account: AccountBytes) -> None:
    read_everything(USDC_MINT, {USDC_MINT: account})


@pytest.mark.parametrize("folder", FOLDERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_spoilt_genuine_accounts_give_a_reading_or_our_own_error(
    folder: str, data: st.DataObject
) -> None:
    accounts = genuine_accounts_once(folder)
    pools = sorted(place for place, found in accounts.items() if pool_kind(found))
    address = data.draw(st.sampled_from(pools))
    victim = data.draw(st.sampled_from([address, address, *sorted(accounts)]))
    spoilt = spoil(accounts[victim], data)
    around = accounts | {victim: spoilt}
    read_everything(victim, around)
    try:
        reading = read_pool(address, around, 1, base_mint=USDC_MINT)
    except UnreadableAccount:
        return
    assert reading.price >= 0
    assert reading.curve.depth_quote_units() >= 0
    for direction in Direction:
        try:
            reading.curve.swap_exact_in(direction, 10**6)
        except PoolTooThin:
            continue


def spoil(account: AccountBytes, data: st.DataObject) -> AccountBytes:
    content = bytearray(account.data)
    for offset, value in data.draw(spoilings):
        if offset < len(content):
            content[offset] = value
    cut = data.draw(st.sampled_from([len(content)] * 3) | st.integers(0, len(content)))
    return AccountBytes(owner=account.owner, data=bytes(content[:cut]))


_CACHE: dict[str, dict[str, AccountBytes]] = {}


def genuine_accounts_once(folder: str) -> dict[str, AccountBytes]:
    if folder not in _CACHE:
        _CACHE[folder] = genuine_accounts(folder)
    return _CACHE[folder]
