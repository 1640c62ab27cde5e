"""Writes pairs in DexScreener's shape, with dollars where a way to dollars is known."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.addresses import USDC, WSOL
from bot.sandbox.price_api.pool_facts import PairFacts, read_pairs
from bot.sandbox.price_api.token_facts import TokenFacts
from bot.sandbox.solana_rpc.chain import Chain

PERIODS = ("m5", "h1", "h6", "h24")
_TRADED_USD = 250_000.0  # of every pair in every period: nobody trades here
MS_PER_SECOND = 1_000
LISTED_BEFORE_SECONDS = 40 * 86_400
"""The market is older than its world: a pool of an hour is a warning."""
SIGNIFICANT_DIGITS = 12
MOST_PAIRS = 30
PERCENT = 100


def find_pairs(
    chain: Chain, wanted: Callable[[PairFacts], bool], price_percent: int = 100
) -> list[dict[str, object]]:
    """Give up to 30 pairs that are wanted, the deepest in dollars first.

    Prices are so many percent of the true ones, but for those of SOL and USDC.
    """
    pairs = read_pairs(chain)
    sol_usd = sol_in_dollars(pairs)
    found = [pair for pair in pairs if wanted(pair)]
    found.sort(key=lambda pair: depth_usd(pair, sol_usd), reverse=True)
    created_ms = (chain.clock.started_unix_s - LISTED_BEFORE_SECONDS) * MS_PER_SECOND
    return [
        _written(_told(pair, price_percent), sol_usd, created_ms) for pair in found[:MOST_PAIRS]
    ]


def _told(pair: PairFacts, price_percent: int) -> PairFacts:
    return replace(pair, price=spoilt(pair.price, pair.base.mint, price_percent))


def spoilt(price: Decimal, mint: Pubkey, price_percent: int) -> Decimal:
    """Give so many percent of a token's price; what others are priced in stays as it is."""
    return price if mint in (WSOL, USDC) else price * price_percent / PERCENT


def holds_mint(mints: Sequence[str]) -> Callable[[PairFacts], bool]:
    """Want the pairs that any of the mints is part of."""
    return lambda pair: str(pair.base.mint) in mints or str(pair.quote.mint) in mints


def has_address(addresses: Sequence[str]) -> Callable[[PairFacts], bool]:
    """Want pairs by their own addresses."""
    return lambda pair: str(pair.address) in addresses


def matches(text: str) -> Callable[[PairFacts], bool]:
    """Want the pairs with a text in a token's name, symbol or address, or in the pair's own."""
    folded = text.casefold()
    return lambda pair: any(folded in each.casefold() for each in _words(pair))


def _words(pair: PairFacts) -> Sequence[str]:
    base, quote = pair.base, pair.quote
    addresses = (str(pair.address), str(base.mint), str(quote.mint))
    return (base.name, base.symbol, quote.name, quote.symbol, *addresses)


def sol_in_dollars(pairs: Sequence[PairFacts]) -> Decimal | None:
    """Give dollars per SOL by its deepest pool against USDC."""
    pools = [pair for pair in pairs if (pair.base.mint, pair.quote.mint) == (WSOL, USDC)]
    return max(pools, key=lambda pair: pair.quote_amount).price if pools else None


def quote_in_dollars(pair: PairFacts, sol_usd: Decimal | None) -> Decimal | None:
    """Give dollars per unit of a pair's quote, None where no way to dollars is known."""
    if pair.quote.mint == USDC:
        return Decimal(1)
    return sol_usd if pair.quote.mint == WSOL else None


def depth_usd(pair: PairFacts, sol_usd: Decimal | None) -> Decimal:
    """Give what lies in a pair, both sides in dollars."""
    quote_usd = quote_in_dollars(pair, sol_usd)
    if quote_usd is None:
        return Decimal(0)
    return (pair.base_amount * pair.price + pair.quote_amount) * quote_usd


def _written(pair: PairFacts, sol_usd: Decimal | None, created_ms: int) -> dict[str, object]:
    written: dict[str, object] = {
        "chainId": "solana",
        "dexId": pair.dex,
        "url": f"https://dexscreener.com/solana/{str(pair.address).lower()}",
        "pairAddress": str(pair.address),
        "labels": list(pair.labels),
        "baseToken": _token(pair.base),
        "quoteToken": _token(pair.quote),
        "priceNative": _text(pair.price),
        "txns": {period: {"buys": 0, "sells": 0} for period in PERIODS},
        "volume": dict.fromkeys(PERIODS, _TRADED_USD),
        "priceChange": dict.fromkeys(PERIODS, 0),
        "liquidity": _liquidity(pair, sol_usd),
        "pairCreatedAt": created_ms,
    }
    quote_usd = quote_in_dollars(pair, sol_usd)
    if quote_usd is not None:
        price_usd = pair.price * quote_usd
        supply = Decimal(pair.base.supply_units).scaleb(-pair.base.decimals)
        capital = float(round(price_usd * supply, 2))
        written |= {"priceUsd": _text(price_usd), "fdv": capital, "marketCap": capital}
    return written


def _liquidity(pair: PairFacts, sol_usd: Decimal | None) -> dict[str, float] | None:
    if not pair.is_deep:
        return None
    return {
        "usd": float(round(depth_usd(pair, sol_usd), 2)),
        "base": float(pair.base_amount),
        "quote": float(pair.quote_amount),
    }


def _token(token: TokenFacts) -> dict[str, str]:
    return {"address": str(token.mint), "name": token.name, "symbol": token.symbol}


def _text(price: Decimal) -> str:
    digits = SIGNIFICANT_DIGITS - price.adjusted() - 1
    return f"{price:.{max(0, digits)}f}"
