"""The pool of Solana RPC endpoints: typed calls over whichever endpoint is well."""

import asyncio
import gc
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from random import Random
from types import TracebackType
from typing import Self, TypeVar

import aiohttp

from bot.adapters.http_lines.lines import Lines
from bot.adapters.solana.account_batches import AccountsAnswer, Batch, merge, pack, read_accounts
from bot.adapters.solana.account_stream import AccountStream
from bot.adapters.solana.account_texts import AccountTexts
from bot.adapters.solana.answer_forms import AnswerForms
from bot.adapters.solana.every_endpoint import EveryEndpoint
from bot.adapters.solana.rpc_endpoint import RpcEndpoint
from bot.adapters.solana.rpc_errors import RpcRefused
from bot.adapters.solana.rpc_failover import WHAT, RpcFailover, Sleep, read_slot
from bot.adapters.solana.rpc_outcome import Answer
from bot.adapters.solana.rpc_request import GarbledAnswer, RpcRequest, not_scanned
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcSettings, StreamPlace
from bot.adapters.solana.rpc_state import state_of
from bot.adapters.solana.slot_memory import SlotMemory
from bot.adapters.solana.slot_watch import SlotWatch
from bot.domain.errors import Unavailable
from bot.ports.chain import EndpointState
from bot.ports.clock import Clock

DEADLINE_SECONDS = 10.0
_COMMITMENT = "confirmed"
_MANY_BATCHES = 10
_MUCH_WORK_SECONDS = 0.001
T = TypeVar("T")
A = TypeVar("A")


class RpcPool:
    """Several endpoints as one; use it with `async with`, or call `close`.

    All reads are at commitment "confirmed". An account is never given at an older slot than
    it was given before, whichever endpoint answers. Every call raises `Unavailable` when no
    endpoint answers well before its deadline, and `RpcRefused` when the request is at fault.
    """

    def __init__(
        self,
        endpoints: Sequence[EndpointConfig],
        *,
        clock: Clock,
        chance: Random,
        settings: RpcSettings | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._settings = settings or RpcSettings()
        self._endpoints = [
            RpcEndpoint(number, config, settings=self._settings, clock=clock, chance=chance)
            for number, config in enumerate(endpoints, start=1)
        ]
        self._watch = SlotWatch(clock=clock, window_seconds=self._settings.lag_window_seconds)
        self._memory = SlotMemory()
        self._forms = AnswerForms()
        self._clock = clock
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None
        self._lines = Lines()
        self.every = EveryEndpoint(self._endpoints, lines=self._lines, sleep=sleep)
        self._failover = RpcFailover(
            self._endpoints,
            lines=self._lines,
            watch=self._watch,
            clock=clock,
            settings=self._settings,
            sleep=sleep,
        )

        self.stream = AccountStream(
            _stream_places(self._endpoints, endpoints),
            session=self._open_session,
            watch=self._watch,
            memory=self._memory,
            clock=clock,
            chance=chance,
            settings=self._settings.stream,
            sleep=sleep,
        )

    async def __aenter__(self) -> Self:
        """Give the pool, ready to be asked."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the pool."""
        await self.close()

    async def close(self) -> None:
        """Close all connections; a later call opens new ones."""
        await self._lines.close()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(
        self, method: str, params: Sequence[object], *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> object:
        """Give the bare result of any method."""
        request = RpcRequest(method=method, params=tuple(params), read=_as_it_is)
        return await self._failover.ask(request, deadline_seconds=deadline_seconds)

    async def get_slot(self, *, deadline_seconds: float = DEADLINE_SECONDS) -> int:
        """Give the present slot."""
        request = RpcRequest(
            method="getSlot", params=({"commitment": _COMMITMENT},), read=read_slot
        )
        return await self._failover.ask(request, deadline_seconds=deadline_seconds)

    async def get_minimum_balance(
        self, size_bytes: int, *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> int:
        """Give the lamports that an account of a size must hold to be exempt from rent."""
        request = RpcRequest(
            method="getMinimumBalanceForRentExemption",
            params=(size_bytes, {"commitment": _COMMITMENT}),
            read=_read_lamports,
        )
        return await self._failover.ask(request, deadline_seconds=deadline_seconds)

    async def get_recent_prioritization_fees(
        self, accounts: Sequence[str] = (), *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> list[int]:
        """Give the priority fees paid in the last blocks, in micro-lamports per compute unit."""
        request = RpcRequest(
            method="getRecentPrioritizationFees", params=(list(accounts),), read=_read_fees
        )
        return await self._failover.ask(request, deadline_seconds=deadline_seconds)

    async def get_multiple_accounts(
        self, addresses: Sequence[str], *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> AccountsAnswer:
        """Give accounts that need not be of one slot; those of a failed batch are absent.

        Raises `Unavailable` only if every batch failed.
        """
        groups = [(address,) for address in addresses]
        answers = await self.read_groups(groups, deadline_seconds=deadline_seconds)
        return merge(answer for answer in answers if answer is not None)

    async def read_groups(
        self, groups: Sequence[Sequence[str]], *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> list[AccountsAnswer | None]:
        """Read groups of at most 100 addresses; each group's accounts are of one slot.

        A group whose batch failed is None. Raises `Unavailable` only if every batch failed.
        """
        results: list[AccountsAnswer | None] = [None] * len(groups)

        def take(index: int, answer: AccountsAnswer) -> None:
            results[index] = _of_group(answer, groups[index])

        await self.read_each(groups, take, deadline_seconds=deadline_seconds)
        return results

    async def read_each(
        self,
        groups: Iterable[Sequence[str]],
        take: Callable[[int, AccountsAnswer], None],
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        """Read groups as `read_groups` does, and hand each over when its batch is there.

        `take` is given the group's place and the answer of the whole batch. Groups are packed
        as batches are sent, and a batch is dealt with before the next is looked at, so that the
        loop is never held up for longer than one batch takes.
        """
        answered = 0

        def deal(batch: Batch, answer: AccountsAnswer) -> None:
            nonlocal answered
            answered += 1
            for index in batch.groups:
                take(index, answer)
            if answered > _MANY_BATCHES:
                # New readings replace old ones, which keeps the collector's count low until
                # it has a hundred thousand objects to walk at once: a few at a time is quicker.
                gc.collect(0)

        def request(batch: Batch) -> RpcRequest[AccountsAnswer]:
            read = partial(_read_whole, keys=batch.keys)
            return self._accounts_request(batch.keys, read, not_scanned)

        await self._ask_each(pack(groups), request, deal, deadline_seconds)

    async def read_texts(
        self,
        batches: Iterable[T],
        keys_of: Callable[[T], tuple[str, ...]],
        take: Callable[[T, AccountTexts], None],
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        """Read batches of at most 100 addresses, and hand over each as the text it came in.

        A batch that failed is not handed over. Raises `Unavailable` only if every batch failed.
        """

        def request(batch: T) -> RpcRequest[AccountTexts]:
            keys = keys_of(batch)
            return self._accounts_request(keys, _read_texts, partial(self._forms.read, keys))

        await self._ask_each(batches, request, take, deadline_seconds)

    async def _ask_each(
        self,
        batches: Iterable[T],
        request: Callable[[T], RpcRequest[A]],
        take: Callable[[T, A], None],
        deadline_seconds: float,
    ) -> None:
        waiting = iter(batches)
        ends_at = self._clock.monotonic() + deadline_seconds
        failures: list[str] = []
        answered = 0
        dealing = asyncio.Lock()

        async def work() -> None:
            nonlocal answered
            for batch in waiting:
                try:
                    answer = await self._failover.ask(
                        request(batch), deadline_seconds=ends_at - self._clock.monotonic()
                    )
                except (Unavailable, RpcRefused) as error:
                    failures.append(str(error))
                    continue
                answered += 1
                # Several may come at once: where one is much work, the next has to wait its turn.
                async with dealing:
                    began = self._clock.monotonic()
                    take(batch, answer)
                    if self._clock.monotonic() - began > _MUCH_WORK_SECONDS:
                        await asyncio.sleep(0)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._settings.batches_at_once):
                tasks.create_task(work())
        if failures and not answered:
            raise Unavailable(WHAT, failures[-1])

    async def keep_watch(self) -> None:
        """Probe, for ever, the endpoints that were not heard of lately; run it as a task.

        Without it the pool still works: resting endpoints are then probed only when no other
        is left.
        """
        while True:
            await self.probe_quiet_endpoints()
            await self._sleep(self._settings.watch_interval_seconds)

    async def probe_quiet_endpoints(self) -> None:
        """Ask for their slot those endpoints that are due, and all if one was long silent.

        Lag is told by answers of about the same time: one that is asked alone is compared with
        nobody, so the busy are asked together with the quiet.
        """
        is_any_quiet = any(map(self._is_quiet, self._endpoints))
        async with asyncio.TaskGroup() as tasks:
            for endpoint in self._endpoints:
                is_compared = is_any_quiet and self._may_be_compared(endpoint)
                if is_compared or self._failover.needs_probe(endpoint):
                    timeout = self._settings.lag_window_seconds
                    tasks.create_task(self._failover.probe(endpoint, timeout))

    def states(self) -> list[EndpointState]:
        """Give the present state of each endpoint."""
        return [
            state_of(endpoint, self._watch, self.stream.state(endpoint.name))
            for endpoint in self._endpoints
        ]

    def best_slot(self) -> int:
        """Give the highest slot seen, 0 before the first answer."""
        return self._watch.best()

    def _is_quiet(self, endpoint: RpcEndpoint) -> bool:
        age = self._watch.age_seconds(endpoint.name)
        return self._may_be_compared(endpoint) and age >= self._settings.watch_interval_seconds

    def _may_be_compared(self, endpoint: RpcEndpoint) -> bool:
        return not endpoint.breaker.is_open and endpoint.pause_seconds() <= 0

    def _accounts_request(
        self,
        keys: tuple[str, ...],
        read: Callable[[object, int], A],
        scan: Callable[[bytes], Answer | None],
    ) -> RpcRequest[A]:
        options: dict[str, object] = {"commitment": _COMMITMENT, "encoding": "base64"}
        if least_slot := self._memory.least(keys):
            options["minContextSlot"] = least_slot

        def accept(result: object, slot: int) -> A:
            if slot == 0:
                raise GarbledAnswer("no context")
            answer = read(result, slot)
            self._memory.note(keys, slot)
            return answer

        return RpcRequest(
            method="getMultipleAccounts",
            params=(keys, options),
            read=accept,
            is_past=lambda slot: self._memory.is_past(keys, slot),
            scan=scan,
        )

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            # No endpoint has to know us again.
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session


def _stream_places(
    endpoints: Sequence[RpcEndpoint], configs: Sequence[EndpointConfig]
) -> list[StreamPlace]:
    return [
        StreamPlace(name=endpoint.name, url=config.stream_url)
        for endpoint, config in zip(endpoints, configs, strict=True)
        if config.stream_url is not None
    ]


def _read_whole(result: object, slot: int, *, keys: tuple[str, ...]) -> AccountsAnswer:
    return AccountsAnswer(slot=slot, accounts=read_accounts(result, keys))


def _read_texts(result: object, _slot: int) -> AccountTexts:
    if not isinstance(result, AccountTexts):
        raise GarbledAnswer("not one account per key")
    return result


def _of_group(answer: AccountsAnswer, group: Sequence[str]) -> AccountsAnswer:
    accounts = {key: answer.accounts[key] for key in group}
    return AccountsAnswer(slot=answer.slot, accounts=accounts)


def _as_it_is(result: object, _slot: int) -> object:
    return result


def _read_lamports(result: object, _slot: int) -> int:
    if type(result) is not int or not 0 <= result < 2**64:
        raise GarbledAnswer("no lamports")
    return result


def _read_fees(result: object, _slot: int) -> list[int]:
    if not isinstance(result, list):
        raise GarbledAnswer("no list of fees")
    fees = [entry.get("prioritizationFee") for entry in result if isinstance(entry, dict)]
    read = [fee for fee in fees if type(fee) is int and 0 <= fee < 2**64]
    if len(read) != len(result):
        raise GarbledAnswer("a fee that is no number")
    return read
