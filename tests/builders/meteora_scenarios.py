"""Meteora pools with fees of every kind, as swaps are tried on them."""

from bot.adapters.solana.pools.account import AccountBytes
from tests.builders.meteora_accounts import ONE, damm_v2, dbc, dbc_config, number

ONE_BIN = 1_844_674_407_370_955
VOLATILE = {56: bytes([1]), 64: number(14_460_000, 4) + number(956, 4), 72: number(1, 2)}

DAMM_V2 = {
    "in the quote": damm_v2(),
    "in what comes out": damm_v2({484: bytes([0])}),
    "compounding": damm_v2(
        {
            484: bytes([2]),
            54: number(5_000, 2),
            424: bytes(16),
            440: b"\xff" * 16,
            680: number(7 * 10**11) + number(10**12),
        }
    ),
    "falling with time": damm_v2(
        {8: number(500_000_000), 22: number(120, 2), 24: number(60), 32: number(3_000_000)}
    ),
    "falling by a share": damm_v2(
        {
            8: number(500_000_000),
            16: bytes([1]),
            22: number(120, 2),
            24: number(60),
            32: number(265),
        }
    ),
    "falling with the price": damm_v2(
        {
            8: number(400_000_000),
            16: bytes([3]),
            22: number(10, 2),
            24: number(200, 4) + number(86_400, 4),
            32: number(30_000_000),
            152: number(ONE * 9 // 10, 16),
        }
    ),
    "falling by a share with the price": damm_v2(
        {
            8: number(400_000_000),
            16: bytes([4]),
            22: number(10, 2),
            24: number(200, 4) + number(86_400, 4),
            32: number(1_000),
            152: number(ONE * 9 // 10, 16),
        }
    ),
    "growing with the size": damm_v2(
        {
            16: bytes([2]),
            22: number(100, 2),
            24: number(7_200, 4) + number(5_000, 4),
            32: number(10**9),
        }
    ),
    "volatile": damm_v2(
        VOLATILE
        | {
            74: number(10, 2) + number(120, 2) + number(5_000, 2),
            88: number(ONE_BIN, 16) + number(ONE, 16) + number(9_380_000, 16),
        }
    ),
}
"""Pools by how they charge."""

DBC_CONFIGS = {
    "in the quote": dbc_config(),
    "in what comes out": dbc_config({232: bytes([1])}),
    "falling with time": dbc_config(
        {104: number(500_000_000), 112: number(60) + number(3_000_000) + number(120, 2)}
    ),
    "falling by a share": dbc_config(
        {
            104: number(500_000_000),
            112: number(60) + number(265) + number(120, 2) + bytes([1]),
        }
    ),
    "growing with the size": dbc_config(
        {112: number(7_200) + number(10**9) + number(100, 2) + bytes([2])}
    ),
    "volatile": dbc_config(
        {
            136: bytes([1]),
            144: number(14_460_000, 4) + number(956, 4),
            152: number(1, 2) + number(10, 2) + number(120, 2) + number(5_000, 2),
            168: number(ONE_BIN, 16),
        }
    ),
}
"""Configurations by how their launches charge."""


def launch() -> AccountBytes:
    """A launch in the middle of its curve, its price having moved of late."""
    return dbc({24: number(ONE // 50, 16) + number(9_380_000, 16)})
