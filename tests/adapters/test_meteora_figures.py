"""Meteora's own programs and ours give the same for every way to charge, to the unit.

The figures are what the compiled programs paid out in a local runtime: `cp_amm.so` and
`dynamic_bonding_curve.so` as MeteoraAg/dynamic-bonding-curve-sdk keeps them (March 2026), an hour
and a second after the pools opened.
"""

import pytest

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import read_stored
from bot.adapters.solana.pools.surroundings import Surroundings
from tests.builders.meteora_accounts import CONFIG, OPENED_AT, POOL, TOKEN
from tests.builders.meteora_scenarios import DAMM_V2, DBC_CONFIGS, launch
from tests.builders.pool_accounts import mint_account

AN_HOUR_LATER = OPENED_AT + 3_601
AMOUNTS = (999, 12_345_678, 250_000_000_007)
SOLD, BOUGHT = (
    (999_999, 12_345_678_901, 1_400_000_000_000_007),
    (999, 12_345_678, 1_200_000_000_007),
)

Paid = tuple[tuple[int, int, int], tuple[int, int, int]]
DAMM_V2_PAID: dict[str, Paid] = {
    "in the quote": ((988, 12_222_069, 198_000_000_003), (988, 12_222_071, 198_396_793_591)),
    "in what comes out": ((988, 12_222_069, 198_000_000_003), (988, 12_222_069, 198_000_000_003)),
    "compounding": ((1_412, 17_460_007, 260_526_315_794), (692, 8_555_450, 138_877_755_513)),
    "falling with time": ((678, 8_394_957, 136_000_000_002), (678, 8_394_990, 145_299_145_302)),
    "falling by a share": ((898, 11_113_450, 180_040_146_603), (898, 11_113_464, 183_706_909_587)),
    "falling with the price": (
        (748, 9_259_143, 150_000_000_003),
        (748, 9_259_172, 157_894_736_845),
    ),
    "falling by a share with the price": (
        (762, 9_429_561, 152_760_800_003),
        (762, 9_429_589, 160_334_892_035),
    ),
    "growing with the size": (
        (988, 12_222_069, 198_000_000_003),
        (988, 12_222_071, 120_685_864_834),
    ),
    "volatile": ((987, 12_211_685, 197_831_773_803), (987, 12_211_686, 198_261_649_907)),
}
"""What three amounts of the token draw, and then three amounts of SOL."""
DBC_PAID: dict[str, Paid] = {
    "in the quote": (
        (395, 4_888_876, 433_125_000_000),
        (2_472_499, 30_555_365_772, 1_863_237_139_278_174),
    ),
    "in what comes out": (
        (395, 4_888_876, 433_125_000_000),
        (2_472_524, 30_555_364_436, 1_856_250_000_006_766),
    ),
    "falling with time": (
        (271, 3_358_016, 297_500_000_000),
        (1_697_499, 20_987_564_404, 1_448_863_636_368_680),
    ),
    "falling by a share": (
        (359, 4_445_424, 393_837_820_687),
        (2_247_499, 27_783_815_611, 1_753_500_654_377_679),
    ),
    "growing with the size": (
        (395, 4_888_876, 433_125_000_000),
        (2_472_499, 30_555_365_772, 146_832_577_457_133),
    ),
    "volatile": (
        (394, 4_884_722, 432_757_005_187),
        (2_469_999, 30_529_403_589, 1_862_243_689_804_041),
    ),
}


def paid(
    accounts: dict[str, AccountBytes], sold: tuple[int, ...], bought: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    around = Surroundings(address=POOL, accounts=accounts, now_seconds=AN_HOUR_LATER)
    pool = read_stored(around).pool
    return (
        tuple(pool.exact_in(first_in=True, amount=amount).amount_out for amount in sold),
        tuple(pool.exact_in(first_in=False, amount=amount).amount_out for amount in bought),
    )


@pytest.mark.parametrize("name", DAMM_V2)
def test_a_damm_v2_pool_pays_what_its_program_pays(name: str) -> None:
    accounts = {POOL: DAMM_V2[name], TOKEN: mint_account(6)}
    assert paid(accounts, AMOUNTS, AMOUNTS) == DAMM_V2_PAID[name]


@pytest.mark.parametrize("name", DBC_CONFIGS)
def test_a_launch_pays_what_its_program_pays(name: str) -> None:
    accounts = {POOL: launch(), CONFIG: DBC_CONFIGS[name]}
    assert paid(accounts, SOLD, BOUGHT) == DBC_PAID[name]
