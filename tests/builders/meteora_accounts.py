"""Meteora accounts made to measure: a DAMM v2 pool, a DBC launch and its configuration."""

from collections.abc import Mapping, Sequence

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.programs import METEORA_DAMM_V2, METEORA_DBC, account_mark
from bot.domain.identifiers import SOL_MINT, decode_address, encode_address
from tests.builders.pool_accounts import some_address, with_bytes

ONE = 2**64
LOWEST, HIGHEST = 4_295_048_016, 79_226_673_521_066_979_257_578_248_091
TOKEN = encode_address(some_address(7))
POOL, CONFIG = encode_address(some_address(88)), encode_address(some_address(99))
OPENED_AT = 1_750_000_000
START, MIDDLE, END = ONE // 100, ONE // 50, ONE // 25
STEP_LIQUIDITY = ONE * 10**14
Fields = Mapping[int, bytes]


def number(value: int, length: int = 8) -> bytes:
    return value.to_bytes(length, "little")


def damm_v2(fields: Fields | None = None) -> AccountBytes:
    """A pool of a token and SOL at a price of one, full range, 1 % in SOL."""
    layout = {
        0: account_mark("Pool"),
        8: number(10_000_000),
        168: decode_address(TOKEN),
        200: decode_address(SOL_MINT),
        232: some_address(1),
        264: some_address(2),
        360: number(ONE * 10**12, 16),
        424: number(LOWEST, 16),
        440: number(HIGHEST, 16),
        456: number(ONE, 16),
        472: number(OPENED_AT),
        480: bytes([1]),
        484: bytes([1]),
        486: bytes([1]),
        680: number(10**12) + number(10**12),
        696: bytes([1]),
    }
    blank = AccountBytes(owner=METEORA_DAMM_V2, data=bytes(1112))
    return with_bytes(blank, layout | dict(fields or {}))


def dbc(fields: Fields | None = None) -> AccountBytes:
    """A launch in the middle of its curve."""
    layout = {
        0: account_mark("VirtualPool"),
        72: decode_address(CONFIG),
        136: decode_address(TOKEN),
        168: some_address(1),
        200: some_address(2),
        232: number(10**18) + number(10**12),
        280: number(MIDDLE, 16),
        296: number(OPENED_AT),
    }
    blank = AccountBytes(owner=METEORA_DBC, data=bytes(424))
    return with_bytes(blank, layout | dict(fields or {}))


def dbc_config(
    fields: Fields | None = None,
    curve: Sequence[tuple[int, int]] = ((MIDDLE, STEP_LIQUIDITY), (END, STEP_LIQUIDITY)),
) -> AccountBytes:
    """A configuration of two steps, 1 % in the quote, six decimals, by time."""
    points = {
        408 + 32 * place: number(price, 16) + number(liquidity, 16)
        for place, (price, liquidity) in enumerate(curve)
    }
    layout = {
        0: account_mark("PoolConfig"),
        8: decode_address(SOL_MINT),
        104: number(10_000_000),
        232: bytes([0, 1, 1, 6]),
        264: number(3 * 10**12),
        280: number(END, 16),
        392: number(START, 16),
    }
    blank = AccountBytes(owner=METEORA_DBC, data=bytes(1048))
    return with_bytes(blank, layout | points | dict(fields or {}))
