"""Random fee settings, arrays and oracles beside genuine pools: still only our errors."""

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import read_pool
from bot.adapters.solana.pools.fields import address, signed, u16
from bot.adapters.solana.pools.programs import (
    METEORA_DLMM,
    ORCA_WHIRLPOOL,
    PUMP_FEES,
    PUMPFUN,
    PUMPSWAP,
    RAYDIUM_CLMM,
    RAYDIUM_CPMM,
    account_mark,
)
from bot.adapters.solana.pools.pump_config import (
    CURVE_FEE_CONFIG,
    CURVE_GLOBAL,
    POOL_FEE_CONFIG,
    POOL_GLOBAL,
)
from bot.adapters.solana.pools.tick_arrays import tick_array_start
from bot.adapters.solana.pools.whirlpool_oracle import oracle_address
from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.identifiers import USDC_MINT, decode_address
from bot.domain.pools.reading import Direction
from tests.builders.pool_accounts import genuine_accounts, with_bytes

WHIRLPOOL = "Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE"
POOL = "GeaAnhd7M6GFHZVUB9FNkmV6Vf7HQTfEqi7WB6USi1f3"
CURVE = "GfzNVBBisCRUpqCmFMvBu4XTJGRzXYxcQE7SUqAZjAHR"
CLMM = "3ucNos4NbumPLZNWztqGHNFFgkHeRMBQAVemeeomsUxv"
DLMM = "5rCf1DM8LjKTw4YqhnoLcngyZYeNnQqztScTogYHAS6"
CPMM = "Q2sPHPdUWFMg7M7wwrQKLrn619cAucfRsmhVJffodSp"

small_bytes = st.lists(st.sampled_from([0, 0, 0, 0, 1, 2, 30, 255]), max_size=300).map(bytes)
bodies = st.binary(max_size=300) | small_bytes
amounts = st.integers(1, 2**64 - 1) | st.integers(1, 10**10)


def marked(owner: str, name: str, body: bytes, length: int) -> AccountBytes:
    data = (account_mark(name) + body).ljust(length, b"\0")
    return AccountBytes(owner=owner, data=data)


def swap_both_ways(place: str, accounts: dict[str, AccountBytes], amount: int) -> None:
    try:
        reading = read_pool(place, accounts, 1, now_seconds=10**9, base_mint=USDC_MINT)
    except UnreadableAccount:
        return
    for direction in Direction:
        for swap_of in (reading.curve.swap_exact_in, reading.curve.swap_exact_out):
            try:
                swap = swap_of(direction, amount)
            except PoolTooThin:
                continue
            assert swap.fee_units >= 0


@given(bodies, bodies, st.sampled_from([0, 949, 1_087, 4_097]), amounts)
def test_random_settings_of_pump(config: bytes, switches: bytes, length: int, amount: int) -> None:
    pool = genuine_accounts("pumpswap")
    pool[POOL_FEE_CONFIG] = marked(PUMP_FEES, "FeeConfig", config, length)
    pool[POOL_GLOBAL] = marked(PUMPSWAP, "GlobalConfig", switches, length)
    swap_both_ways(POOL, pool, amount)
    curve = {CURVE: genuine_accounts("pumpfun_curve")[CURVE]}
    curve[CURVE_FEE_CONFIG] = marked(PUMP_FEES, "FeeConfig", config, length)
    curve[CURVE_GLOBAL] = marked(PUMPFUN, "Global", switches, length)
    swap_both_ways(CURVE, curve, amount)


@given(bodies, amounts)
def test_random_settings_of_cpmm(config: bytes, amount: int) -> None:
    accounts = genuine_accounts("raydium_cpmm")
    place = address(accounts[CPMM].data, 8)
    accounts[place] = marked(RAYDIUM_CPMM, "AmmConfig", config, 236)
    swap_both_ways(CPMM, accounts, amount)


@given(bodies, bodies, st.integers(0, 87), st.booleans(), amounts)
def test_random_ticks_and_oracles(
    ticks: bytes, oracle: bytes, shift: int, is_fixed: bool, amount: int
) -> None:
    accounts = genuine_accounts("orca_whirlpool")
    pool = with_bytes(accounts[WHIRLPOOL], {43: b"\1\4"})
    accounts[WHIRLPOOL] = pool
    start = tick_array_start(signed(pool.data, 81, 4), u16(pool.data, 41))
    head, whirlpool = start.to_bytes(4, "little", signed=True), decode_address(WHIRLPOOL)
    if is_fixed:
        body = (head + bytes(113 * shift) + ticks).ljust(9_948, b"\0")[:9_948] + whirlpool
        accounts["ticks"] = marked(ORCA_WHIRLPOOL, "TickArray", body, 9_988)
    else:
        body = head + whirlpool + bytes(16 + shift) + ticks
        accounts["ticks"] = marked(ORCA_WHIRLPOOL, "DynamicTickArray", body, 148)
    accounts[oracle_address(WHIRLPOOL)] = marked(ORCA_WHIRLPOOL, "Oracle", oracle, 254)
    swap_both_ways(WHIRLPOOL, accounts, amount)


def at(length: int, parts: dict[int, bytes]) -> bytes:
    data = bytearray(length)
    for offset, part in parts.items():
        data[offset : offset + len(part)] = part[: max(length - offset, 0)]
    return bytes(data[:length])


@given(
    ticks=bodies,
    config=bodies,
    index=st.integers(0, 59),
    fee_on=st.integers(-1, 2),
    is_own=st.booleans(),
    amount=amounts,
)
def test_random_ticks_and_settings_of_clmm(
    *, ticks: bytes, config: bytes, index: int, fee_on: int, is_own: bool, amount: int
) -> None:
    accounts = genuine_accounts("raydium_clmm")
    pool = accounts[CLMM]
    start = signed(pool.data, 269, 4) // 60 * 60
    own_bit = (1 << (start // 60 + 512)).to_bytes(128, "little")
    fields = {904: own_bit, 390: bytes([fee_on % 256]), 1096: config[:80]}
    accounts[CLMM] = with_bytes(pool, fields)
    place = address(pool.data, 9)
    accounts[place] = marked(RAYDIUM_CLMM, "AmmConfig", config, 117)
    number = (start + index).to_bytes(4, "little", signed=True) if is_own else b""
    body = at(
        10_232,
        {
            0: decode_address(CLMM),
            32: start.to_bytes(4, "little", signed=True),
            36 + 168 * index: number + ticks[len(number) :],
        },
    )
    accounts["ticks"] = marked(RAYDIUM_CLMM, "TickArrayState", body, 10_240)
    swap_both_ways(CLMM, accounts, amount)


@given(
    bins=bodies,
    settings=bodies,
    index=st.integers(0, 69),
    mode=st.integers(0, 3),
    amount=amounts,
)
def test_random_bins_and_settings_of_dlmm(
    *, bins: bytes, settings: bytes, index: int, mode: int, amount: int
) -> None:
    accounts = genuine_accounts("meteora_dlmm")
    pair = accounts[DLMM]
    number = signed(pair.data, 76, 4) // 70
    own_bit = (1 << (number + 512)).to_bytes(128, "little")
    fields = {8: settings[:28], 35: bytes([mode, mode & 1]), 584: own_bit}
    accounts[DLMM] = with_bytes(pair, fields)
    body = at(
        10_128,
        {
            0: number.to_bytes(8, "little", signed=True),
            16: decode_address(DLMM),
            48 + 144 * index: bins,
        },
    )
    accounts["bins"] = marked(METEORA_DLMM, "BinArray", body, 10_136)
    swap_both_ways(DLMM, accounts, amount)
