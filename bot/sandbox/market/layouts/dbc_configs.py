"""The configuration that the sandbox's DBC launches share: three steps up to 85 SOL."""

from functools import cache
from math import isqrt

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import WSOL, anchor_discriminator, made_up_address

CONFIG_SIZE = 1_048
DBC_FEE_RATE, DBC_VOLATILITY_CONTROL = 10_000_000, 956
TOKEN_DECIMALS = 6
MIGRATION_FEE_OPTION = 2
"""The launch moves to a DAMM v2 pool that charges 1 %."""
_Q64 = 2**64
_START_BILLIONTHS = 28_000
"""The first price in billionths of a lamport per base unit: 2.8e-8 SOL a token."""
_STEPS = ((60_000, 12_000_000_000), (150_000, 23_000_000_000), (400_000, 50_000_000_000))
"""The price at the end of each step, and about how many lamports the step takes in."""


def _sqrt_price(price_billionths: int) -> int:
    # One token has 10^6 base units, and 10^9 lamports are one SOL.
    return isqrt(price_billionths * _Q64 * _Q64 // 10**9)


START_SQRT = _sqrt_price(_START_BILLIONTHS)


def _curve() -> tuple[tuple[int, int], ...]:
    steps, low = [], START_SQRT
    for billionths, lamports in _STEPS:
        high = _sqrt_price(billionths)
        steps.append((high, lamports * _Q64 * _Q64 // (high - low)))
        low = high
    return tuple(steps)


CURVE = _curve()
"""The end of each step as a square-root price, and its liquidity."""


def _lamports_taken() -> int:
    taken, low = 0, START_SQRT
    for high, liquidity in CURVE:
        taken += liquidity * (high - low) // _Q64**2
        low = high
    return taken


MIGRATION_QUOTE_LAMPORTS = _lamports_taken()
MIGRATION_BASE_UNITS = MIGRATION_QUOTE_LAMPORTS * _Q64**2 // CURVE[-1][0] ** 2


def dbc_config_address() -> Pubkey:
    """Give where the configuration is: on mainnet that is a key of its own."""
    return made_up_address("dbc config")


@cache
def dbc_config() -> bytes:
    """Write a DBC PoolConfig (dynamic-bonding-curve state/config.rs at b4f9547)."""
    data = AccountData(CONFIG_SIZE, anchor_discriminator("PoolConfig"))
    data.key(8, WSOL)
    data.key(40, made_up_address("dbc fee claimer"))
    data.key(72, made_up_address("dbc leftover receiver"))
    data.unsigned(104, DBC_FEE_RATE)
    data.unsigned(136, 1, 8)
    data.unsigned(144, 14_460_000, 32)
    data.unsigned(148, DBC_VOLATILITY_CONTROL, 32)
    for position, value in enumerate((1, 10, 120, 5_000)):
        data.unsigned(152 + 2 * position, value, 16)
    data.unsigned(168, 1_844_674_407_370_955, 128)
    flags = (0, 1, 1, TOKEN_DECIMALS, 0, 0, 0, 100, 0, 0, 0, MIGRATION_FEE_OPTION, 1)
    for position, value in enumerate(flags):
        data.unsigned(232 + position, value, 8)
    data.unsigned(264, MIGRATION_QUOTE_LAMPORTS)
    data.unsigned(272, MIGRATION_BASE_UNITS)
    data.unsigned(280, CURVE[-1][0], 128)
    data.unsigned(392, START_SQRT, 128)
    for position, (upper, liquidity) in enumerate(CURVE):
        data.unsigned(408 + 32 * position, upper, 128)
        data.unsigned(424 + 32 * position, liquidity, 128)
    return bytes(data)
