"""The one way in for updates, polled or pushed: committed first, then handed to the lanes."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import structlog

from bot.domain.errors import Unavailable
from bot.observability.journeys import Journeys
from bot.ports.clock import Clock
from bot.ports.mail import Inbox, StoredUpdate
from bot.ports.typed_secrets import TypedSecrets
from bot.telegram.bot_marks import marked
from bot.telegram.chat_bots import ChatBots
from bot.telegram.cleaning import clean_update
from bot.telegram.crowding import Crowding
from bot.telegram.hearing import NOBODY
from bot.telegram.lanes import Lanes
from bot.telegram.private_news import LanguageOf, in_english
from bot.telegram.reachability import Reachability
from bot.telegram.secret_pocket import SecretPocket

_SWEEP_SECONDS = 5.0
_MOST_TOGETHER = 100  # as many as are polled at once
# Lanes beside the people's own, below every chat's number: what concerns money waits behind nothing
# that its person wrote, is never turned away with it, and a check-out has ten seconds.
_CHECKOUTS, _PAYMENTS = -(2**61), -(2**62)
_MOST_PAYER = 2**60
_OWN_PLACE = "my_chat_member"
_KINDS = frozenset(
    {
        "message",
        "edited_message",
        "callback_query",
        _OWN_PLACE,
        "pre_checkout_query",
        "subscription",
    }
)
_OF_MONEY = ("successful_payment", "refunded_payment")
_log = structlog.get_logger(__name__)

RawUpdate = Mapping[str, object]


@dataclass(slots=True, kw_only=True, eq=False)
class _Arrival:
    """Updates that somebody brought, who waits until they are stored."""

    updates: Sequence[StoredUpdate]
    began: float
    is_waiting: bool = True
    failure: Exception | None = field(
        default_factory=lambda: Unavailable("inbox", "stopped while it stored what came together")
    )


class Receiver:
    """Stores updates and feeds those that are new to the lanes, in order.

    What is pushed comes one by one, many at a time: whoever's turn it is stores all that wait in
    one commit, as if they had come together.

    When it is unsure whether all that is stored was fed (at boot, after a failed or cancelled
    store), it reads the unanswered updates again; lanes know which ones they already have. Without
    lanes it stores alone: other processes handle what it stored, find in `secrets` what people
    typed that is never stored, and are woken by `on_stored`.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        lanes: Lanes | None,
        clock: Clock,
        reachability: Reachability | None = None,
        language_of: LanguageOf = in_english,
        pocket: SecretPocket | None = None,
        secrets: TypedSecrets | None = None,
        journeys: Journeys | None = None,
        on_stored: Callable[[], None] = lambda: None,
        bots: ChatBots | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._on_stored = on_stored
        self._inbox = inbox
        self._reachability = reachability
        self._crowding = (
            None
            if lanes is None
            else Crowding(inbox=inbox, lanes=lanes, clock=clock, language_of=language_of)
        )
        self._pocket = SecretPocket() if pocket is None else pocket
        self._secrets = secrets
        self._journeys = journeys or Journeys(now=clock.now)
        self._bots = bots
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._arrived: deque[_Arrival] = deque()
        self._is_unsure = True

    async def receive(self, updates: Sequence[RawUpdate]) -> None:
        """Commit updates and hand them on; they may be acknowledged when this returns.

        Raises `Unavailable` where they could not be stored: then Telegram must keep them.
        """
        began = perf_counter()
        stored = [self._stored(raw) for raw in updates if is_update_id(raw.get("update_id"))]
        if len(stored) < len(updates):
            _log.warning("update_without_id", count=len(updates) - len(stored))
        if not stored:
            return
        arrival = _Arrival(updates=stored, began=began)
        self._arrived.append(arrival)
        try:
            async with self._turn:
                if arrival.is_waiting:
                    await self._store(self._next_arrivals())
        finally:
            if arrival.is_waiting:
                self._arrived.remove(arrival)
        if arrival.failure is not None:
            raise arrival.failure

    def _next_arrivals(self) -> list[_Arrival]:
        """Take all that wait, or as many as make a batch: the first is whose turn it is."""
        batch: list[_Arrival] = []
        count = 0
        while self._arrived and (not batch or count < _MOST_TOGETHER):
            batch.append(self._arrived.popleft())
            batch[-1].is_waiting = False
            count += len(batch[-1].updates)
        return batch

    async def _store(self, batch: Sequence[_Arrival]) -> None:
        updates: dict[int, StoredUpdate] = {}
        began: dict[int, float] = {}
        for arrival in batch:
            for one in arrival.updates:
                # What is sent twice at once is stored and fed once.
                updates.setdefault(one.update_id, one)
                began.setdefault(one.update_id, arrival.began)
        try:
            await self._take(list(updates.values()), began)
        except Unavailable as failure:
            for arrival in batch:
                arrival.failure = failure
        else:
            for arrival in batch:
                arrival.failure = None

    async def _take(self, updates: Sequence[StoredUpdate], began: Mapping[int, float]) -> None:
        await self._make_sure()
        self._is_unsure = True
        if self._bots is not None:
            # Before the updates: their answers already go by the bot that was written to.
            await self._bots.heard(updates)
        await self._pass_on_secrets(updates)
        fresh = await self._inbox.store(updates)
        for one in fresh:
            self._journeys.stored(one.update_id, kind_of(one.raw), began[one.update_id])
        await self._feed(fresh)
        self._is_unsure = False
        if fresh:
            self._on_stored()

    def of_bot(self, bot: int) -> Callable[[Sequence[RawUpdate]], Awaitable[None]]:
        """Give what takes the updates of one of several bots."""

        async def receive(updates: Sequence[RawUpdate]) -> None:
            await self.receive([marked(bot, one) for one in updates])

        return receive

    async def _pass_on_secrets(self, stored: Sequence[StoredUpdate]) -> None:
        """Leave what was typed in secret to whoever answers, before the update can be found."""
        if self._secrets is None:
            return
        typed = {one.update_id: self._pocket.of(one.update_id) for one in stored}
        if kept := {update_id: secret for update_id, secret in typed.items() if secret}:
            await self._secrets.put(kept)
            for update_id in kept:
                self._pocket.drop(update_id)

    async def run(self) -> None:
        """Take up what a crash or an outage left behind, now and whenever it happens."""
        while True:
            try:
                async with self._turn:
                    await self._make_sure()
            except Unavailable as failure:
                _log.warning("inbox_not_read", what=failure.what)
            await self._sleep(_SWEEP_SECONDS)

    async def _make_sure(self) -> None:
        if self._is_unsure and self._crowding is not None:
            await self._feed(await self._inbox.unanswered())
            self._is_unsure = False

    async def _feed(self, updates: Sequence[StoredUpdate]) -> None:
        if self._crowding is None:
            return
        if self._reachability is not None:
            await self._reachability.heard_from(filter(None, (chat_of(one.raw) for one in updates)))
        await self._crowding.feed(updates)

    def _stored(self, raw: RawUpdate) -> StoredUpdate:
        cleaned = clean_update(raw)
        update_id = cleaned["update_id"]
        assert isinstance(update_id, int)  # noqa: S101 (checked by the caller)
        self._pocket.keep(update_id, raw)
        return StoredUpdate(
            update_id=update_id,
            lane=lane_of(cleaned),
            raw=cleaned,
            received_at=self._clock.now(),
        )


def is_update_id(value: object) -> bool:
    """Tell whether a value can be an update's number: whole, and of a size that can be stored."""
    return type(value) is int and 0 <= value < 2**63


def kind_of(raw: RawUpdate) -> str:
    """Give what an update tells of, of what we ask Telegram for; `other` for what it adds."""
    return next((name for name in raw if name in _KINDS), "other")


def lane_of(raw: RawUpdate) -> int:
    """Give whose turn an update is in: the person's id, or the chat's where there is no person."""
    for kind, event in raw.items():
        if isinstance(event, dict):
            if kind == _OWN_PLACE:
                # Whoever removed the bot and whoever took it back are in one order.
                return _identity(event.get("chat")) or 0
            payer = _payer(kind, event)
            if payer is not None:
                return payer
            sender, chat = _identity(event.get("from")), _identity(event.get("chat"))
            if sender is not None and sender not in NOBODY:
                return sender
            if chat is not None:
                return chat
    return 0


def _payer(kind: str, event: Mapping[str, object]) -> int | None:
    """Give the lane of an update about money, in which one person's are in order."""
    if kind == "pre_checkout_query":
        payer, lanes = _identity(event.get("from")), _CHECKOUTS
    elif kind == "subscription":
        payer, lanes = _identity(event.get("user")), _PAYMENTS
    elif any(name in event for name in _OF_MONEY):
        payer, lanes = _identity(event.get("from")), _PAYMENTS
    else:
        return None
    return lanes + payer if payer is not None and 0 < payer < _MOST_PAYER else None


def chat_of(raw: RawUpdate) -> int | None:
    """Give the chat that an update shows to be open to us: it was written or pressed there."""
    press = raw.get("callback_query")
    event = raw.get("message") or (press.get("message") if isinstance(press, dict) else None)
    return _identity(event.get("chat")) if isinstance(event, dict) else None


def _identity(value: object) -> int | None:
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, int) else None
