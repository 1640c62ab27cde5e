"""Asks every endpoint by itself, where it matters who says what and not who says it first."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.adapters.http_lines.lines import Lines
from bot.adapters.solana.rpc_endpoint import RpcEndpoint
from bot.adapters.solana.rpc_outcome import Answer, Failure, FailureKind, FinalNo
from bot.adapters.solana.rpc_request import GarbledAnswer, RpcRequest

T = TypeVar("T")
_LONGEST_WAIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Generic[T]):
    """What one endpoint answered; `value` is None where it gave nothing of use.

    `trouble` is then why, in our own words.
    """

    node: str
    value: T | None
    trouble: str = ""


class EveryEndpoint:
    """Asks all endpoints at once, even those whose circuit is open: a word more is worth a try.

    Their limits are kept: one that asked for a pause, or would make us wait for more than a
    second, is not asked.
    """

    def __init__(
        self,
        endpoints: Sequence[RpcEndpoint],
        *,
        lines: Lines,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._endpoints = endpoints
        self._lines = lines
        self._sleep = sleep

    async def ask(
        self, *requests: RpcRequest[T], timeout_seconds: float
    ) -> list[tuple[Said[T], ...]]:
        """Ask each endpoint these questions, one after the other; an answer for each.

        Never raises but for cancellation.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._ask_one(endpoint, requests, timeout_seconds))
                for endpoint in self._endpoints
            ]
        return [task.result() for task in tasks]

    async def _ask_one(
        self, endpoint: RpcEndpoint, requests: Sequence[RpcRequest[T]], timeout_seconds: float
    ) -> tuple[Said[T], ...]:
        return tuple([await self._said(endpoint, request, timeout_seconds) for request in requests])

    async def _said(
        self, endpoint: RpcEndpoint, request: RpcRequest[T], timeout_seconds: float
    ) -> Said[T]:
        if endpoint.wait_seconds(request.method) > _LONGEST_WAIT_SECONDS:
            return Said(node=endpoint.name, value=None, trouble="its limit is used up")
        wait = endpoint.take_turn(request.method)
        if wait > 0:
            await self._sleep(wait)
        outcome = await endpoint.ask(self._lines, request, timeout_seconds)
        match outcome:
            case Answer():
                return self._read(endpoint, request, outcome)
            case Failure():
                endpoint.record(outcome)
                return Said(node=endpoint.name, value=None, trouble=outcome.detail)
            case FinalNo():
                endpoint.record(None)
                words = f"{outcome.code}: {outcome.message}"
                return Said(node=endpoint.name, value=None, trouble=words)

    def _read(self, endpoint: RpcEndpoint, request: RpcRequest[T], answer: Answer) -> Said[T]:
        try:
            value = request.read(answer.result, answer.slot)
        except GarbledAnswer as error:
            detail = f"garbled: {error}"
            endpoint.record(Failure(kind=FailureKind.BROKEN, detail=detail))
            return Said(node=endpoint.name, value=None, trouble=detail)
        endpoint.record(None)
        return Said(node=endpoint.name, value=value)
