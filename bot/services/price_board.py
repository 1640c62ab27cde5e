"""What we know of every tracked token at this moment: the last readings of its pools."""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.instruments import Token
from bot.domain.pools.flipped import in_sol
from bot.domain.pools.reading import PoolReading
from bot.ports.books import TokenMetrics
from bot.ports.chain import PoolPlace

_AGREEMENT = Decimal("0.01")
_OLDEST_SLOTS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A token's pools as last read, in SOL, deepest first, halted ones last.

    `read_at` says when each pool was read, by address.
    """

    readings: tuple[PoolReading, ...]
    read_at: Mapping[str, datetime]

    @property
    def received_at(self) -> datetime:
        """Give when the reading that prices the token came: a fresher neighbour is no help."""
        return self.read_at[self.best.address]

    @property
    def best(self) -> PoolReading:
        """Give the reading that prices the token."""
        return self.readings[0]

    def agreeing(self) -> int:
        """Count the pools within 1 % of the best one's price, itself included."""
        price = self.best.price
        return sum(abs(reading.price - price) <= price * _AGREEMENT for reading in self.readings)


def ranked(readings: Iterable[PoolReading]) -> tuple[PoolReading, ...]:
    """Put readings in SOL, deepest first, halted ones last; those without SOL or price drop."""
    turned = []
    for reading in readings:
        try:
            pool = in_sol(reading)
        except UnreadableAccount:
            continue
        if pool.price > 0:
            turned.append(pool)
    return tuple(sorted(turned, key=lambda p: (p.halt is not None, -p.curve.depth_quote_units())))


class PriceBoard:
    """The tokens by id, mint and symbol, with their places, prices and day figures.

    In memory only; PostgreSQL is the truth of what is tracked and of the history.
    """

    def __init__(self) -> None:
        self.tokens: dict[int, Token] = {}
        self.places: dict[int, tuple[PoolPlace, ...]] = {}
        self.metrics: Mapping[int, TokenMetrics] = {}
        self._priced: dict[int, Priced] = {}
        self._by_mint: dict[str, int] = {}
        self._by_symbol: dict[str, set[int]] = {}
        self._newest_slot = -1
        self._newest_since: datetime | None = None

    def track(self, token: Token, places: tuple[PoolPlace, ...]) -> None:
        """Put a token on the board, or renew what is known of it."""
        known = self.tokens.get(token.token_id)
        if known is not None:
            self._by_symbol[known.symbol.lower()].discard(token.token_id)
        self.tokens[token.token_id] = token
        self.places[token.token_id] = places
        self._by_mint[token.mint] = token.token_id
        self._by_symbol.setdefault(token.symbol.lower(), set()).add(token.token_id)

    def by_mint(self, mint: str) -> Token | None:
        """Give the token of a mint, if it is tracked."""
        token_id = self._by_mint.get(mint)
        return None if token_id is None else self.tokens[token_id]

    def by_symbol(self, symbol: str) -> list[Token]:
        """Give the tracked tokens of a symbol, whatever its case."""
        return [
            self.tokens[token_id] for token_id in sorted(self._by_symbol.get(symbol.lower(), ()))
        ]

    def set_price(self, token_id: int, readings: Iterable[PoolReading], at: datetime) -> bool:
        """Take new readings of a token; tells whether any of them gives a price.

        A reading from an older slot than the one held of that pool is not used: time does not
        run backwards. Pools that were not read for long drop out.
        """
        held = self._priced.get(token_id)
        pools = {reading.address: reading for reading in held.readings} if held else {}
        fresh = {
            reading.address: reading
            for reading in ranked(readings)
            if reading.address not in pools or reading.slot >= pools[reading.address].slot
        }
        if not fresh:
            return False
        self._note_slot(max(reading.slot for reading in fresh.values()), at)
        pools |= fresh
        newest = max(reading.slot for reading in pools.values())
        recent = ranked(r for r in pools.values() if newest - r.slot <= _OLDEST_SLOTS)
        read_at = {**(held.read_at if held else {}), **dict.fromkeys(fresh, at)}
        self._priced[token_id] = Priced(
            readings=recent, read_at={pool.address: read_at[pool.address] for pool in recent}
        )
        return True

    def _note_slot(self, slot: int, at: datetime) -> None:
        if slot > self._newest_slot:
            self._newest_slot, self._newest_since = slot, at

    def standstill_seconds(self, now: datetime) -> float:
        """Give how long no reading has come from a newer slot: a chain that lives moves on."""
        if self._newest_since is None:
            return 0.0
        return max((now - self._newest_since).total_seconds(), 0.0)

    def priced(self, token_id: int) -> Priced | None:
        """Give the last readings of a token."""
        return self._priced.get(token_id)

    def sol_usd(self) -> Decimal | None:
        """Give dollars per SOL: the median over the SOL/USDC pools."""
        token_id = self._by_mint.get(USDC_MINT)
        priced = self._priced.get(token_id) if token_id is not None else None
        if priced is None:
            return None
        prices = [1 / reading.price for reading in priced.readings if reading.halt is None]
        return statistics.median(prices) if prices else None

    def usd(self, token_id: int) -> Decimal | None:
        """Give dollars per token."""
        priced, sol_usd = self._priced.get(token_id), self.sol_usd()
        return None if priced is None or sol_usd is None else priced.best.price * sol_usd


def is_sol(text: str) -> bool:
    """Tell whether a person means SOL itself."""
    return text == SOL_MINT or text.lower() in {"sol", "wsol", "$sol"}
