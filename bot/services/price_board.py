"""What we know of every tracked token at this moment: the last readings of its pools."""

import statistics
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.instruments import Token
from bot.domain.pairs import MONEY
from bot.domain.pools.reading import PoolReading
from bot.domain.values import value
from bot.ports.books import TokenMetrics
from bot.ports.chain import PoolPlace
from bot.ports.price_columns import KINDS
from bot.services.best_pools import BestPools
from bot.services.pools_in_sol import ranked
from bot.services.token_columns import Rows, TokenColumns

_AGREEMENT = Decimal("0.01")
_OLDEST_SLOTS = 1_000
_Pools = dict[str, tuple[PoolReading, datetime]]
_NOTHING: _Pools = {}
ReadingOf = Callable[[str], PoolReading | None]


@value
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


class PriceBoard:
    """The tokens by id, mint and symbol, with their places, prices and day figures.

    In memory only; PostgreSQL is the truth of what is tracked and of the history.
    """

    def __init__(self) -> None:
        self.tokens: dict[int, Token] = {}
        self.places: dict[int, tuple[PoolPlace, ...]] = {}
        self.metrics: Mapping[int, TokenMetrics] = {}
        self.holders: dict[int, int] = {}  # as a source counts them
        self.volumes: dict[int, Decimal] = {}  # dollars of a day, as a source counts them
        self.columns = TokenColumns.empty()
        self.generation = 0  # counts changes of what is tracked, and of what it is priced through
        self._reading_of: ReadingOf = no_reading
        self._pools: dict[int, _Pools] = {}
        self._priced: dict[int, Priced] = {}
        self._halted: set[int] = set()
        self._middles: dict[int, frozenset[str]] = {}
        self._by_mint: dict[str, int] = {}
        self._by_symbol: dict[str, set[int]] = {}
        self._newest_slot = -1
        self._newest_since: datetime | None = None

    def track(self, token: Token, places: tuple[PoolPlace, ...]) -> None:
        """Put a token on the board, or renew what is known of it."""
        self.generation += 1
        self.columns.add(token.token_id)
        self._decode(token.token_id)
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
        """Take new readings of a token, as decoded; tells whether any of them gives a price.

        A reading from an older slot than the one held of that pool is not used: time does not
        run backwards. Pools that were not read for long drop out. What is quoted in another
        token is priced through that token's pool as the board has it: set that one first.
        """
        self._decode(token_id)
        return self._set_price(token_id, readings, at)

    def set_columns(
        self, rows: Rows, best: BestPools, reading_of: ReadingOf, at: datetime
    ) -> npt.NDArray[np.bool_]:
        """Take the prices of tokens, by their rows, that a round priced in columns.

        Their readings are decoded when somebody asks. Tells which were taken: prices of an older
        slot are not.
        """
        self._reading_of = reading_of
        is_newer = best.slots >= self.columns.slots[rows]
        taken = rows[is_newer]
        self.columns.put(taken, best.only(is_newer), at.timestamp())
        if self._halted:
            self._halted.difference_update(self.columns.token_ids[taken].tolist())
        if len(taken):
            self._note_slot(int(best.slots.max()), at)
        return is_newer

    def _set_price(self, token_id: int, readings: Iterable[PoolReading], at: datetime) -> bool:
        held = self._pools.get(token_id, _NOTHING)
        fresh = {}
        for reading in readings:
            known = held.get(reading.address)
            if known is None or reading.slot >= known[0].slot:
                # Read again within its slot: what was worked out of it before holds.
                same = known[0] if known is not None and known[0] == reading else reading
                fresh[reading.address] = (same, at)
                self._note_slot(reading.slot, at)
        if not fresh:
            return False
        pools = self._pools[token_id] = _recent({**held, **fresh})
        self._note_halts(token_id)
        token = self.tokens[token_id]
        priced = ranked(
            (reading for reading, _ in pools.values()), token.mint, self.bridge, token.rules.fees
        )
        if not any(pool.address in fresh for pool in priced):
            return False
        found = self._priced[token_id] = Priced(
            readings=priced,
            read_at={p.address: self._read_at(p, pools[p.address][1]) for p in priced},
        )
        self._note_middles(token_id, priced)
        self._note_columns(token_id, found)
        return True

    def _decode(self, token_id: int) -> None:
        """Read a token's pools whole that were priced in columns only, if they were."""
        row = self.columns.row_of.get(token_id)
        if row is None or not self.columns.is_lazy[row]:
            return
        self.columns.is_lazy[row] = False
        at = datetime.fromtimestamp(float(self.columns.received[row]), UTC)
        found = (self._reading_of(place.address) for place in self.places[token_id])
        self._set_price(token_id, [reading for reading in found if reading is not None], at)

    def _note_columns(self, token_id: int, priced: Priced) -> None:
        best = priced.best
        self.columns.put_one(
            token_id,
            price=float(best.price),
            liquidity=float(sum(pool.curve.depth_quote_units() for pool in priced.readings)),
            slot=best.slot,
            kind=KINDS.index(best.kind),
            received=priced.received_at.timestamp(),
            is_halted=best.halt is not None,
        )

    def halted(self, token_ids: Iterable[int]) -> set[int]:
        """Give those of some tokens of which a pool takes no swaps now."""
        return self._halted.intersection(token_ids)

    def readings(self, token_id: int) -> tuple[PoolReading, ...]:
        """Give a token's listed pools as last read, also those that give no price."""
        self._decode(token_id)
        listed = {place.address for place in self.places.get(token_id, ())}
        pools = self._pools.get(token_id, {})
        return tuple(pool for address, (pool, _) in pools.items() if address in listed)

    def is_behind(self, token_id: int) -> bool:
        """Tell whether a token's price was heard from another process, and its pools were not."""
        row = self.columns.row_of.get(token_id)
        if row is None or self._reading_of is not no_reading or not self.columns.prices[row] > 0:
            return False
        priced = self._priced.get(token_id)
        return priced is None or priced.received_at.timestamp() < self.columns.received[row]

    def last_read(self, token_id: int) -> tuple[datetime | None, tuple[PoolReading, ...]]:
        """Give when pools of a token were read last, and those that were read then."""
        self._decode(token_id)
        pools = self._pools.get(token_id, _NOTHING).values()
        latest = max((at for _, at in pools), default=None)
        return latest, tuple(pool for pool, at in pools if at == latest)

    def _note_halts(self, token_id: int) -> None:
        if any(pool.halt is not None for pool, _ in self._pools[token_id].values()):
            self._halted.add(token_id)
        else:
            self._halted.discard(token_id)

    def _read_at(self, pool: PoolReading, at: datetime) -> datetime:
        """Give when a pool was read; a path is as old as the older of its pools."""
        if not pool.legs:
            return at
        second = pool.legs[1]
        middle = self.priced(self._by_mint[second.base_mint])
        assert middle is not None, "a path leads through a token that has a price"  # noqa: S101
        return min(at, middle.read_at[second.address])

    def _note_middles(self, token_id: int, priced: Iterable[PoolReading]) -> None:
        found = [pool.legs[1].base_mint for pool in priced if pool.legs]
        if frozenset(found) == self._middles.get(token_id, frozenset()):
            return
        self.generation += 1
        if found:
            self._middles[token_id] = frozenset(found)
        else:
            self._middles.pop(token_id, None)

    def bridge(self, mint: str) -> PoolReading | None:
        """Give the deepest pool of a mint that trades against SOL itself now, if one is known."""
        token_id = self._by_mint.get(mint)
        priced = self.priced(token_id) if token_id is not None else None
        pools = priced.readings if priced else ()
        return next((pool for pool in pools if not pool.legs and pool.halt is None), None)

    def middles(self, token_ids: Iterable[int]) -> set[int]:
        """Give the tokens through which these tokens are, or may be, priced.

        Dollars among them count at once: before they have a price, nothing goes through them.
        """
        wanted = set(token_ids)
        through = [self._middles[token_id] for token_id in wanted & self._middles.keys()]
        mints = {mint for each in through for mint in each}
        dollars = {token_id for mint in MONEY if (token_id := self._by_mint.get(mint)) in wanted}
        return {self._by_mint[mint] for mint in mints} | dollars

    def _note_slot(self, slot: int, at: datetime) -> None:
        if slot > self._newest_slot:
            self._newest_slot, self._newest_since = slot, at

    def standstill_seconds(self, now: datetime) -> float:
        """Give how long no reading has come from a newer slot: a chain that lives moves on."""
        if self._newest_since is None:
            return 0.0
        return max((now - self._newest_since).total_seconds(), 0.0)

    def priced(self, token_id: int) -> Priced | None:
        """Give the last readings of a token, exact; decoded now if nobody asked before."""
        self._decode(token_id)
        return self._priced.get(token_id)

    def sol_usd(self) -> Decimal | None:
        """Give dollars per SOL: the median over the SOL/USDC pools."""
        token_id = self._by_mint.get(USDC_MINT)
        priced = self.priced(token_id) if token_id is not None else None
        if priced is None:
            return None
        prices = [1 / reading.price for reading in priced.readings if reading.halt is None]
        return statistics.median(prices) if prices else None

    def usd(self, token_id: int) -> Decimal | None:
        """Give dollars per token."""
        priced, sol_usd = self.priced(token_id), self.sol_usd()
        return None if priced is None or sol_usd is None else priced.best.price * sol_usd


def no_reading(_address: str) -> None:
    """Know nothing of any pool: what gave the columns kept no reading."""
    return


def _recent(pools: _Pools) -> _Pools:
    """Leave out the pools that were not read for long while others were."""
    if len(pools) == 1:
        return pools
    oldest = max(reading.slot for reading, _ in pools.values()) - _OLDEST_SLOTS
    return {place: pool for place, pool in pools.items() if pool[0].slot >= oldest}


def is_sol(text: str) -> bool:
    """Tell whether a person means SOL itself."""
    return text == SOL_MINT or text.lower() in {"sol", "wsol", "$sol"}
