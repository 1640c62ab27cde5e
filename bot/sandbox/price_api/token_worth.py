"""What the chain's pools make a token worth, as sites that list tokens tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.sandbox.price_api.pairs import depth_usd, quote_in_dollars, sol_in_dollars
from bot.sandbox.price_api.pool_facts import PairFacts, read_pairs
from bot.sandbox.price_api.token_facts import TokenFacts
from bot.sandbox.solana_rpc.chain import Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWorth:
    """A token with its pairs, the deepest first; `usd` is that of the deepest."""

    token: TokenFacts
    pairs: Sequence[PairFacts]
    usd: Decimal
    liquidity_usd: Decimal


def read_worths(chain: Chain, mints: Sequence[str]) -> list[TokenWorth]:
    """Give the tokens asked for that have a price in dollars, in the order asked."""
    pairs = read_pairs(chain)
    sol_usd = sol_in_dollars(pairs)
    found = (_worth(mint, pairs, sol_usd) for mint in mints)
    return [worth for worth in found if worth is not None]


def pairs_of(pairs: Sequence[PairFacts], mint: str, sol_usd: Decimal | None) -> list[PairFacts]:
    """Give the pairs that a mint is part of, the deepest in dollars first."""
    own = [pair for pair in pairs if mint in (str(pair.base.mint), str(pair.quote.mint))]
    return sorted(own, key=lambda pair: depth_usd(pair, sol_usd), reverse=True)


def side_in_dollars(pair: PairFacts, mint: str, sol_usd: Decimal | None) -> Decimal | None:
    """Give dollars per token of either side of a pair."""
    quote_usd = quote_in_dollars(pair, sol_usd)
    if quote_usd is None or mint == str(pair.quote.mint):
        return quote_usd
    return pair.price * quote_usd


def _worth(mint: str, pairs: Sequence[PairFacts], sol_usd: Decimal | None) -> TokenWorth | None:
    own = pairs_of(pairs, mint, sol_usd)
    usd = side_in_dollars(own[0], mint, sol_usd) if own else None
    if usd is None:
        return None
    best = own[0]
    return TokenWorth(
        token=best.base if mint == str(best.base.mint) else best.quote,
        pairs=own,
        usd=usd,
        liquidity_usd=sum((depth_usd(pair, sol_usd) for pair in own), Decimal(0)),
    )
