"""Brings a worker the updates of its shards that others committed, in order within each lane."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot.domain.errors import Unavailable
from bot.domain.shards import lane_shard
from bot.ports.mail import Inbox
from bot.ports.typed_secrets import TypedSecrets
from bot.telegram.crowding import Crowding
from bot.telegram.lanes import Lanes
from bot.telegram.reachability import Reachability
from bot.telegram.receiver import chat_of
from bot.telegram.secret_pocket import SecretPocket, brought_secret

_POLL_SECONDS, _OUTAGE_SECONDS = 0.1, 1.0
_MOST_READ = 500
_ENOUGH = 500  # to work on for seconds: so long a known backlog is not looked through again
_log = structlog.get_logger(__name__)


class InboxFeed:
    """Reads what is open of the shards held, ten times a second and whenever it is woken.

    Each reading looks through all that is open: when more is open than one reading gives, the
    lanes are worked off first.

    What waits in the lanes and is of a shard that is no longer held is dropped: whoever holds it
    now reads it. What is being handled goes on, and is waited for before a shard is given back.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        lanes: Lanes,
        crowding: Crowding,
        reachability: Reachability,
        shards: Callable[[], Sequence[int]],
        pocket: SecretPocket,
        secrets: TypedSecrets,
        poll_seconds: float = _POLL_SECONDS,
    ) -> None:
        self._inbox = inbox
        self._lanes = lanes
        self._crowding = crowding
        self._reachability = reachability
        self._shards = shards
        self._poll_seconds = poll_seconds
        self._pocket = pocket
        self._secrets = secrets
        self._with_secret: set[int] = set()
        self._wake = asyncio.Event()
        self._is_behind = False

    def wake(self) -> None:
        """Read at once: something was committed."""
        self._wake.set()

    def is_done_with(self, shard: int) -> bool:
        """Drop what waits of a shard that is let go; tells whether nothing of it is in hand."""
        self._lanes.drop(lambda lane: lane_shard(lane) == shard)
        return not any(lane_shard(lane) == shard for lane in self._lanes.busy)

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            pause = self._poll_seconds
            self._wake.clear()
            try:
                await self._read()
            except Unavailable as failure:
                _log.warning("inbox_not_read", what=failure.what)
                pause = _OUTAGE_SECONDS
            await self._rest(pause)

    async def _read(self) -> None:
        if self._with_secret:
            await self._forget_secrets()
        if not (shards := self._shards()) or self._has_enough():
            return
        found = await self._inbox.open_in(shards, self._lanes.in_hand, _MOST_READ)
        # What was lost while the database answered is not ours to begin with.
        held = set(self._shards())
        ours = [update for update in found if lane_shard(update.lane) in held]
        if ours:
            new = [update for update in ours if not self._lanes.knows(update)]
            await self._reachability.heard_from(filter(None, (chat_of(one.raw) for one in new)))
            await self._fetch_secrets([one.update_id for one in new if brought_secret(one.raw)])
            await self._crowding.feed(ours)
        self._is_behind = len(found) >= _MOST_READ
        if self._is_behind and not self._has_enough():
            self._wake.set()

    def _has_enough(self) -> bool:
        return self._is_behind and self._lanes.waiting > _ENOUGH

    async def _fetch_secrets(self, update_ids: Sequence[int]) -> None:
        if update_ids:
            for update_id, secret in (await self._secrets.of(update_ids)).items():
                self._pocket.take(update_id, secret)
                self._with_secret.add(update_id)

    async def _forget_secrets(self) -> None:
        if answered := self._with_secret - set(self._lanes.in_hand):
            await self._secrets.forget(answered)
            self._with_secret -= answered

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
