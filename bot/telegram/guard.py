"""The top of the chat's work loop: no update fails in silence, and none is lost to an outage."""

import asyncio
import string
import traceback
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import PurePath

import structlog
from structlog.contextvars import bind_contextvars

from bot.domain.errors import Unavailable
from bot.domain.notices import Notice
from bot.observability.journeys import FAILED, Journeys, note_result
from bot.observability.journeys import UNAVAILABLE as AWAY
from bot.ports.mail import Inbox, StoredUpdate
from bot.telegram.layout import Screen, to_send, to_toast
from bot.telegram.private_news import LanguageOf, in_english
from bot.telegram.screens.phrases import fill
from bot.telegram.texts import MISHAP, MISHAP_FOR_ADMINS, UNAVAILABLE
from bot.words.speech import speaking

DATABASE = "database"
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.2, 30.0
_MOST_KINDS = 1000
_log = structlog.get_logger(__name__)

Handle = Callable[[StoredUpdate], Awaitable[None]]


class Guard:
    """Runs the application on one update until it is answered or closed with its failure.

    An outage of the database leaves the update open and tries again; another outage or a
    fault of ours is told to the person, and admins hear of each kind of fault once.
    """

    def __init__(
        self,
        *,
        handle: Handle,
        inbox: Inbox,
        admin_ids: Sequence[int] = (),
        language_of: LanguageOf = in_english,
        journeys: Journeys | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._handle = handle
        self._inbox = inbox
        self._admin_ids = tuple(admin_ids)
        self._language_of = language_of
        self._journeys = journeys
        self._sleep = sleep
        self._kinds_told: set[str] = set()

    async def handle(self, update: StoredUpdate) -> None:
        """Answer one update whatever happens; raises nothing but cancellation.

        Each line of the log from in here bears the update's number as `correlation`.
        """
        bind_contextvars(correlation=str(update.update_id))  # until the next one takes its place
        if self._journeys is None:
            await self._persist(update)
            return
        journey = self._journeys.begin(update.update_id, update.received_at)
        await self._persist(update)
        self._journeys.end(journey)

    async def _persist(self, update: StoredUpdate) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not await self._is_done(update):
            await self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _is_done(self, update: StoredUpdate) -> bool:
        try:
            await self._handle(update)
        except Unavailable as outage:
            if outage.what == DATABASE:
                _log.warning("database_away", update_id=update.update_id)
                return False
            note_result(AWAY)
            _log.warning("outside_away", update_id=update.update_id, what=outage.what)
            answer = self._answer(update, UNAVAILABLE, {"what": outage.what})
            return await self._close(update, str(outage), answer)
        except Exception as fault:  # noqa: BLE001 (the top of a process loop)
            return await self._confess(update, fault)
        return True

    async def _confess(self, update: StoredUpdate, fault: Exception) -> bool:
        kind = kind_of(fault)
        reference = f"{update.update_id}-{_letters(kind)}"
        note_result(FAILED)
        _log.error("update_failed", reference=reference, kind=kind, exc_info=fault)
        answer = self._answer(update, MISHAP, {"reference": reference})
        notices = (*answer, *self._alarms(kind, reference))
        is_closed = await self._close(update, f"{reference} {kind}", notices)
        if is_closed and len(self._kinds_told) < _MOST_KINDS:
            self._kinds_told.add(kind)
        return is_closed

    async def _close(self, update: StoredUpdate, failure: str, notices: Sequence[Notice]) -> bool:
        try:
            await self._inbox.close(update.update_id, failure=failure[:500], notices=notices)
        except Unavailable:
            return False
        except Exception:  # noqa: BLE001 (the top of a process loop)
            # An answer that cannot be stored (a forged chat, say) must not keep the update open.
            _log.exception("answer_dropped", update_id=update.update_id)
            return not notices or await self._close(update, failure, ())
        return True

    def _answer(
        self, update: StoredUpdate, template: str, fields: Mapping[str, object]
    ) -> tuple[Notice, ...]:
        with speaking(self._language_of(update.lane)):
            return _answer(update, Screen(text=fill(template, fields)))

    def _alarms(self, kind: str, reference: str) -> tuple[Notice, ...]:
        if kind in self._kinds_told or len(self._kinds_told) >= _MOST_KINDS:
            return ()
        fields = {"kind": kind, "reference": reference}
        return tuple(self._alarm(admin_id, fields) for admin_id in self._admin_ids)

    def _alarm(self, admin_id: int, fields: Mapping[str, object]) -> Notice:
        with speaking(self._language_of(admin_id)):
            return to_send(Screen(text=fill(MISHAP_FOR_ADMINS, fields)), admin_id)


def kind_of(fault: Exception) -> str:
    """Name a fault by its type and place, without its text, which may hold anything."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    return f"{type(fault).__name__} at {place}"


def _letters(kind: str) -> str:
    """Give three letters that are the same for the same kind of fault."""
    number = zlib.crc32(kind.encode())
    alphabet = string.ascii_lowercase
    return "".join(alphabet[number // 26**place % 26] for place in range(3))


def _answer(update: StoredUpdate, screen: Screen) -> tuple[Notice, ...]:
    """Answer whoever the raw update names, without trusting its shape."""
    callback = _part(update.raw, "callback_query")
    callback_id = callback.get("id")
    if isinstance(callback_id, str):
        words = screen.text.render()[0]
        return (to_toast(update.lane, callback_id, words, is_alert=True),)
    chat_id = _part(_part(update.raw, "message"), "chat").get("id")
    return (to_send(screen, chat_id),) if isinstance(chat_id, int) else ()


def _part(value: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = value.get(name)
    return part if isinstance(part, dict) else {}
