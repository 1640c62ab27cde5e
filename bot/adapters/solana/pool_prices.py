"""Reads pools: many at once for the refresh, one with all it needs for a fill."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog

from bot.adapters.solana.account_batches import AccountsAnswer
from bot.adapters.solana.account_texts import AccountTexts
from bot.adapters.solana.addresses import extra_accounts
from bot.adapters.solana.columns.column_book import ColumnBook
from bot.adapters.solana.curve_tokens import token_of_curve
from bot.adapters.solana.pool_shapes import PoolShapes
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import read_stored
from bot.adapters.solana.pools.stored import orient
from bot.adapters.solana.pools.surroundings import Surroundings
from bot.adapters.solana.reading_memory import ReadingMemory
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_request import GarbledAnswer
from bot.domain.errors import Unavailable, UnreadableAccount
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.pools.sides import TwoSidedPool
from bot.ports.chain import PoolPlace
from bot.ports.clock import Clock

REFRESH_DEADLINE_SECONDS = 20.0
FILL_DEADLINE_SECONDS = 5.0
_MOST_ROUNDS = 3
_MOST_CURVES_AT_ONCE = 8
_TAKEN_UP_AT_ONCE = 100
_LEARNT_AT_ONCE = 800
_log = structlog.get_logger(__name__)


class PoolPrices:
    """Reads pools over the RPC pool; what was learnt of a pool once is not asked again.

    What was read here is proposed to the `book` of pools that are priced in columns.
    """

    def __init__(self, rpc: RpcPool, clock: Clock, book: ColumnBook) -> None:
        self._rpc = rpc
        self._clock = clock
        self._shapes = PoolShapes(clock)
        self._readings = ReadingMemory()
        self._book = book
        self._decoded: dict[str, AccountTexts] = {}
        self._proposed: list[tuple[PoolReading, dict[str, AccountBytes]]] = []

    def note(self, pool: str, account: AccountBytes, base_mint: str | None = None) -> None:
        """Note a pool's account that was fetched elsewhere, and the token of a curve."""
        self._shapes.note_account(pool, account)
        if base_mint is not None:
            self._shapes.note_base_mint(pool, base_mint)

    def last_account(self, pool: str) -> AccountBytes | None:
        """Give a pool's own account as it was last seen."""
        answer = self._last_answer(pool)
        if answer is not None:
            with suppress(GarbledAnswer):
                account = answer.account(pool)
                if account is not None:
                    self._shapes.note_account(pool, account)
        return self._shapes.last_account(pool)

    def last_reading(self, pool: str) -> PoolReading | None:
        """Give a pool as it was last read, decoded now if it was only priced in columns."""
        answer, known = self._last_answer(pool), self._readings.last(pool)
        is_newer = known is not None and answer is not None and known.slot > answer.slot
        if answer is None or is_newer or self._decoded.get(pool) is answer:
            return known
        self._decoded[pool] = answer
        return self.read_from(pool, answer) or self._readings.last(pool)

    def read_from(self, pool: str, answer: AccountTexts) -> PoolReading | None:
        """Read a pool whole from the texts of its accounts; None where it cannot be."""
        group = self._shapes.moving(pool)
        try:
            accounts = {place: answer.account(place) for place in group}
        except (GarbledAnswer, ValueError):
            return None
        return self._read_refreshed(
            pool, group, AccountsAnswer(slot=answer.slot, accounts=accounts)
        )

    async def take_up_proposed(self) -> None:
        """Let those be priced in columns from now on that were read whole."""
        while self._proposed:
            some, self._proposed = (
                self._proposed[:_TAKEN_UP_AT_ONCE],
                self._proposed[_TAKEN_UP_AT_ONCE:],
            )
            self._book.take_up(some)
            await asyncio.sleep(0)

    def stands_until(self, pool: str) -> float:
        """Give when what hardly ever changes of a pool is to be asked for again."""
        self._refresh_group(pool)
        return self._shapes.stands_until(pool)

    def moving_accounts(self, pool: str) -> tuple[str, ...]:
        """Give the accounts that move with a pool's price: itself, and its vaults once known."""
        return self._shapes.moving(pool)

    async def read_pools(
        self, places: Sequence[PoolPlace], *, deadline_seconds: float = REFRESH_DEADLINE_SECONDS
    ) -> dict[str, PoolReading]:
        """Read many pools; those that cannot be read are left out.

        A known pool and its vaults take one pass, an unknown one a pass more. Raises
        `Unavailable` if nothing could be fetched at all.
        """
        ends_at = self._clock.monotonic() + deadline_seconds
        await self._learn(places, deadline_seconds)
        asked: list[tuple[str, tuple[str, ...]]] = []
        readings: dict[str, PoolReading] = {}

        def groups() -> Iterator[tuple[str, ...]]:
            for place in places:
                group = self._refresh_group(place.address)
                if group:
                    asked.append((place.address, group))
                    yield group

        def take(index: int, answer: AccountsAnswer) -> None:
            pool, group = asked[index]
            reading = self._read_refreshed(pool, group, answer)
            if reading is not None:
                readings[pool] = reading

        deadline = ends_at - self._clock.monotonic()
        await self._rpc.read_each(groups(), take, deadline_seconds=deadline)
        await self.take_up_proposed()
        return readings

    async def read_pool(self, place: PoolPlace) -> PoolReading:
        """Read one pool with everything that its arithmetic needs, all of one slot.

        One round trip where the pool was read before and its price has not left the ticks
        around it. Raises `Unavailable` or `UnreadableAccount`.
        """
        await self._learn([place], FILL_DEADLINE_SECONDS)
        pool = place.address
        account = self.last_account(pool)
        for _ in range(_MOST_ROUNDS):
            if account is None:
                raise UnreadableAccount(f"no account at {pool}")
            group = (pool, *extra_accounts(pool, account))
            (answer,) = await self._rpc.read_groups([group], deadline_seconds=FILL_DEADLINE_SECONDS)
            assert answer is not None  # noqa: S101 (a single batch answers or raises)
            account = answer.accounts[pool]
            if account is not None and set(extra_accounts(pool, account)) <= set(group):
                self._shapes.note_account(pool, account)
                return self._decode(pool, _present(answer.accounts), answer.slot, answer.accounts)
        raise Unavailable("Solana RPC", "the pool moves faster than it can be read")

    async def _learn(self, places: Sequence[PoolPlace], deadline_seconds: float) -> None:
        unknown = [
            place.address for place in places if self._shapes.last_account(place.address) is None
        ]
        ends_at = self._clock.monotonic() + deadline_seconds
        for start in range(0, len(unknown), _LEARNT_AT_ONCE):
            answer = await self._rpc.get_multiple_accounts(
                unknown[start : start + _LEARNT_AT_ONCE],
                deadline_seconds=ends_at - self._clock.monotonic(),
            )
            for pool, account in _present(answer.accounts).items():
                self._shapes.note_account(pool, account)
        await self._learn_curves(places)

    async def _learn_curves(self, places: Sequence[PoolPlace]) -> None:
        curves = [place for place in places if place.kind is PoolKind.PUMPFUN_CURVE]
        for place in curves:
            if place.mint is not None:
                self._shapes.note_base_mint(place.address, place.mint)
        # Only curves whose token nobody named are asked for; a few at a time, since each costs
        # a call or two.
        unknown = [
            place.address for place in curves if self._shapes.base_mint(place.address) is None
        ][:_MOST_CURVES_AT_ONCE]
        async with asyncio.TaskGroup() as group:
            tasks = {
                curve: group.create_task(token_of_curve(self._rpc, curve)) for curve in unknown
            }
        for curve, task in tasks.items():
            mint = task.result()
            if mint is not None:
                self._shapes.note_base_mint(curve, mint)

    def _refresh_group(self, pool: str) -> tuple[str, ...]:
        if self._shapes.last_account(pool) is None:
            return ()
        try:
            return self._shapes.refresh_group(pool)
        except UnreadableAccount as error:
            self._leave_out(pool, error)
            return ()

    def _read_refreshed(
        self, pool: str, group: tuple[str, ...], answer: AccountsAnswer
    ) -> PoolReading | None:
        fetched = {place: answer.accounts[place] for place in group}
        account = fetched[pool]
        if account is None:
            self._leave_out(pool, UnreadableAccount("the pool's account is gone"))
            return None
        known = self._readings.recall(
            pool, fetched, answer.slot, partial(self._read_whole, pool, account)
        )
        if known is not None:
            self._shapes.note_account(pool, account)
            self._propose(known, fetched)
            return known
        try:
            reading = self._decode(pool, self._shapes.complete(pool, fetched), answer.slot, fetched)
        except UnreadableAccount as error:
            self._leave_out(pool, error)
            return None
        moving = self._shapes.moving(pool)
        self._readings.keep(pool, {place: fetched[place] for place in moving}, reading)
        self._propose(reading, fetched)
        return reading

    def _propose(self, reading: PoolReading, fetched: Mapping[str, AccountBytes | None]) -> None:
        moving = self._shapes.moving(reading.address)
        accounts = {place: found for place in moving if (found := fetched.get(place)) is not None}
        if len(accounts) == len(moving):
            self._proposed.append((reading, accounts))

    def _last_answer(self, pool: str) -> AccountTexts | None:
        place = self._book.place(pool)
        return None if place is None else place.pool_class.last(place.row)

    def _read_whole(self, pool: str, account: AccountBytes) -> TwoSidedPool:
        accounts = self._shapes.complete(pool, {pool: account})
        return read_stored(self._around(pool, accounts)).pool

    def _leave_out(self, pool: str, error: UnreadableAccount) -> None:
        # Its last good price may still be asked for: it is decoded while we know how.
        self.last_reading(pool)
        self._shapes.forget(pool)
        self._readings.forget(pool)
        self._book.drop(pool)
        _log.info("pool_left_out", pool=pool, reason=str(error))

    def _decode(
        self,
        pool: str,
        accounts: Mapping[str, AccountBytes],
        slot: int,
        fetched: Mapping[str, AccountBytes | None],
    ) -> PoolReading:
        absent = {place for place, account in fetched.items() if account is None}
        around = replace(self._around(pool, accounts, absent), slot=slot)
        return orient(read_stored(around), pool, slot)

    def _around(
        self, pool: str, accounts: Mapping[str, AccountBytes], absent: Collection[str] = ()
    ) -> Surroundings:
        return Surroundings(
            address=pool,
            accounts=accounts,
            now_seconds=int(self._clock.now().timestamp()),
            absent=absent,
            base_mint=self._shapes.base_mint(pool),
        )


def _present(accounts: Mapping[str, AccountBytes | None]) -> dict[str, AccountBytes]:
    return {place: account for place, account in accounts.items() if account is not None}
