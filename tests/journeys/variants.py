"""The bot otherwise than it is, for negative controls and for hurry: parts that a child swaps."""

import asyncio
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import bot.bootstrap.lease_keeping
import bot.bootstrap.outside
import bot.bootstrap.parts
import bot.bootstrap.post_office
import bot.bootstrap.reception
import bot.bootstrap.wiring
from bot.adapters.clock import SystemClock
from bot.adapters.database.alert_watch import PostgresAlerts
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.mail import PostgresOutbox
from bot.domain.alert_firings import FiredAlert, Hit
from bot.domain.alerts import Alert
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.ports.alerts import Tell
from bot.ports.books import Settlement
from bot.telegram.limits import FloodLimits
from bot.telegram.receiver import RawUpdate, Receiver
from tests.chaos.torn_tasks import migrate_further, migrate_in_pieces, seal_in_two_steps

HASTE_SECONDS = 0.4
CLOCK_FILE = "clock-is-off-by-seconds"
_CLOCK_LOOKS_SECONDS = 0.2
_LEAKED_BYTES = 200_000


class AcknowledgesFirst(Receiver):
    """The receiver that we must not have: it acknowledges updates before it has stored them."""

    async def receive(self, updates: Sequence[RawUpdate]) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(HASTE_SECONDS, self._store_later, list(updates))

    def _store_later(self, updates: Sequence[RawUpdate]) -> None:
        self._kept = asyncio.get_running_loop().create_task(super().receive(updates))


class ForgetsKeys(PostgresBooks):
    """The books that we must not have: a fresh key each time, the update closed afterwards."""

    async def book(
        self, request: Request, settlement: Settlement, notices: Sequence[Notice]
    ) -> None:
        fresh = f"{request.request_id}/{secrets.token_hex(4)}"
        await super().book(replace(request, request_id=fresh, update_id=None), settlement, notices)
        await self.answer(request, [])


class ForgetsClaims(PostgresBooks):
    """The books that we must not have: a fill uses up no order, and has a fresh key each time."""

    async def book(
        self, request: Request, settlement: Settlement, notices: Sequence[Notice]
    ) -> None:
        fresh = f"{request.request_id}/{secrets.token_hex(4)}"
        unclaimed = replace(settlement, claim=None, effects=None)
        await super().book(replace(request, request_id=fresh), unclaimed, notices)


class ClaimsFirst(PostgresAlerts):
    """The alerts that we must not have: claimed and committed first, their news queued behind."""

    async def claim(self, hits: Sequence[Hit], at: datetime, tell: Tell) -> Sequence[Alert]:
        found: list[FiredAlert] = []

        async def note(fired: Sequence[FiredAlert]) -> list[Notice | None]:
            found.extend(fired)
            return [None] * len(fired)

        claimed = await super().claim(hits, at, note)
        told = [notice for notice in await tell(found) if notice is not None]
        await PostgresOutbox(self._pool).put(told)
        return claimed


class ClockFromFile(SystemClock):
    """The machine's clock, off by as many seconds as a file in the folder says."""

    def __init__(self) -> None:
        self._off, self._looked_at = timedelta(), float("-inf")

    def now(self) -> datetime:
        if self.monotonic() - self._looked_at > _CLOCK_LOOKS_SECONDS:
            self._looked_at, file = self.monotonic(), Path(CLOCK_FILE)
            said = file.read_text("ascii") if file.exists() else ""
            self._off = timedelta(seconds=int(said or 0))
        return datetime.now(UTC) + self._off  # noqa: TID251 (this stands for the machine's clock)


class KeepsSomething(Receiver):
    """The receiver that we must not have: of each update it keeps memory and a handle."""

    async def receive(self, updates: Sequence[RawUpdate]) -> None:
        _LEAKED.extend((bytearray(b"x") * _LEAKED_BYTES, os.dup(0)) for _ in updates)
        await super().receive(updates)


_LEAKED: list[tuple[bytearray, int]] = []


def acknowledge_first() -> None:
    """Acknowledge updates before they are stored."""
    bot.bootstrap.reception.Receiver = AcknowledgesFirst  # type: ignore[misc] # on purpose


def forget_keys() -> None:
    """Book without idempotency."""
    bot.bootstrap.parts.PostgresBooks = ForgetsKeys  # type: ignore[misc] # on purpose


def forget_claims() -> None:
    """Fill orders that wait without claiming them."""
    bot.bootstrap.parts.PostgresBooks = ForgetsClaims  # type: ignore[misc] # on purpose


def claim_first() -> None:
    """Queue the news of alerts in a transaction behind that of their claim."""
    bot.bootstrap.wiring.PostgresAlerts = ClaimsFirst  # type: ignore[misc] # on purpose


def need_no_lease() -> None:
    """Act on everything, whoever holds it."""
    bot.bootstrap.lease_keeping.LeaseKeeper.holds = (  # type: ignore[method-assign] # on purpose
        lambda _self, _name: True
    )


def send_at_once() -> None:
    """Let a chat have its messages at once: Telegram's limits are proved elsewhere."""
    bot.bootstrap.post_office.FloodLimits = partial(  # type: ignore[assignment,misc] # on purpose
        FloodLimits, per_second=1000, chat_burst=100, group_per_minute=100
    )


def take_time_from_a_file() -> None:
    """Let the clock be set forward and back while the bot runs."""
    bot.bootstrap.outside.SystemClock = ClockFromFile  # type: ignore[misc] # on purpose


def leak() -> None:
    """Keep something of every update."""
    bot.bootstrap.reception.Receiver = KeepsSomething  # type: ignore[misc] # on purpose


VARIANTS: Mapping[str, Callable[[], None]] = {
    "acknowledges first": acknowledge_first,
    "claims first": claim_first,
    "clock from a file": take_time_from_a_file,
    "forgets keys": forget_keys,
    "forgets claims": forget_claims,
    "leaks": leak,
    "needs no lease": need_no_lease,
    "migrates further": migrate_further,
    "migrates in pieces": migrate_in_pieces,
    "seals in two steps": seal_in_two_steps,
    "sends at once": send_at_once,
}
