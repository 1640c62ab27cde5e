"""Builds Meteora DLMM pairs and bin arrays in their genuine layouts."""

from collections.abc import Mapping

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.bin_arrays import BINS_PER_ARRAY
from bot.adapters.solana.pools.programs import METEORA_DLMM, account_mark
from bot.domain.identifiers import SOL_MINT, USDC_MINT, decode_address, encode_address
from tests.builders.pool_accounts import some_address, with_bytes

PAIR = encode_address(some_address(66))
BIN_STEP = 100
BASE_FACTOR = 10_000  # with the bin step: one percent


def number(value: int, length: int, *, signed: bool = False) -> bytes:
    return value.to_bytes(length, "little", signed=signed)


def pair(
    *arrays: int,
    active_bin: int = 0,
    bin_step: int = BIN_STEP,
    fields: Mapping[int, bytes] | None = None,
) -> AccountBytes:
    """A pair of SOL and USDC whose map names some arrays by their number.

    Filter 30 s, decay 600 s, reduction one half; the moving fee is off.
    """
    layout = {
        0: account_mark("LbPair"),
        8: number(BASE_FACTOR, 2) + number(30, 2) + number(600, 2) + number(5_000, 2),
        20: number(350_000, 4),
        76: number(active_bin, 4, signed=True) + number(bin_step, 2),
        88: decode_address(SOL_MINT) + decode_address(USDC_MINT),
        152: some_address(1) + some_address(2),
        584: number(sum(1 << (place + 512) for place in arrays), 128),
    }
    blank = AccountBytes(owner=METEORA_DLMM, data=bytes(904))
    return with_bytes(blank, layout | dict(fields or {}))


def bin_array(
    place: int,
    amounts: Mapping[int, tuple[int, int]],
    orders: Mapping[int, tuple[int, int, bool]] | None = None,
    pair_address: str = PAIR,
) -> AccountBytes:
    """A bin array by its number: amounts by bin, and orders (begun, whole, do they sell first)."""
    layout = {
        0: account_mark("BinArray"),
        8: number(place, 8, signed=True) + b"\2",
        24: decode_address(pair_address),
    }
    for bin_id, (first, second) in amounts.items():
        offset = 56 + 144 * (bin_id - place * BINS_PER_ARRAY)
        layout[offset] = number(first, 8) + number(second, 8)
    for bin_id, (begun, whole, is_ask) in (orders or {}).items():
        offset = 56 + 144 * (bin_id - place * BINS_PER_ARRAY)
        layout[offset + 112] = number(whole, 8)
        layout[offset + 128] = number(begun, 8)
        layout[offset + 140] = bytes([is_ask])
    return with_bytes(AccountBytes(owner=METEORA_DLMM, data=bytes(10_136)), layout)
