"""Builds the pairs that DexScreener lists."""

from collections.abc import Mapping

import orjson

from bot.domain.identifiers import SOL_MINT, encode_address

MINT = encode_address(bytes(range(32)))
POOL = encode_address(bytes(range(1, 33)))


def pair(**changes: object) -> dict[str, object]:
    """Build one pair as DexScreener sends it."""
    return {
        "chainId": "solana",
        "dexId": "raydium",
        "pairAddress": POOL,
        "baseToken": {"address": MINT, "name": "Kit", "symbol": "KIT"},
        "quoteToken": {"address": SOL_MINT, "name": "Wrapped SOL", "symbol": "SOL"},
        "priceNative": "0.0000007661",
        "liquidity": {"usd": 1000.5, "base": 1, "quote": 2},
        **changes,
    }


def body_of(*pairs: Mapping[str, object]) -> bytes:
    """Build the reply that lists these pairs."""
    return orjson.dumps(pairs)
