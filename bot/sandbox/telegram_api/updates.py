"""Updates that wait for the bot, by getUpdates or by webhook."""

from collections import OrderedDict
from dataclasses import dataclass

from bot.sandbox.telegram_api.clock import Clock
from bot.sandbox.telegram_api.signals import Signal
from bot.sandbox.telegram_api.wire import JsonObject

UPDATE_LIFETIME_S = 24 * 3600
CALLBACK_LIFETIME_S = 150
HISTORY_KEPT = 10_000
# A bot that names no kinds gets all but these.
OPT_IN_KINDS = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update with the queue it is delivered in and when it loses its sense."""

    update_id: int
    body: JsonObject
    queue_key: str
    expires_at: float


@dataclass(slots=True, kw_only=True)
class Webhook:
    """Where updates are pushed to, and how that went."""

    url: str
    secret_token: str | None = None
    max_connections: int = 40
    last_error_date: int | None = None
    last_error_message: str | None = None


class UpdateQueue:
    """Holds updates in order until they are confirmed, delivered or expired.

    The last `kept` of them can be repeated whatever became of them.
    """

    def __init__(self, *, first_update_id: int, clock: Clock, kept: int = HISTORY_KEPT) -> None:
        self._kept = kept
        self._next_id = first_update_id
        self._clock = clock
        self._pending: OrderedDict[int, Update] = OrderedDict()
        self._repeats: list[Update] = []
        self._history: OrderedDict[int, Update] = OrderedDict()
        self.allowed: frozenset[str] | None = None
        self.webhook: Webhook | None = None
        self.changed = Signal()
        self.closing = False
        self.poll_number = 0

    def add(self, kind: str, content: JsonObject, *, queue_key: str) -> int | None:
        """Queue an update; None where the bot did not ask for this kind."""
        if not self._wants(kind):
            return None
        lifetime_s = CALLBACK_LIFETIME_S if kind == "callback_query" else UPDATE_LIFETIME_S
        update_id = self._next_id
        self._next_id += 1
        self._enqueue(
            Update(
                update_id=update_id,
                body={"update_id": update_id, kind: content},
                queue_key=queue_key,
                expires_at=self._clock() + lifetime_s,
            )
        )
        return update_id

    def add_raw(self, body: JsonObject) -> int:
        """Queue any object as it is; an ``update_id`` is added where it has none."""
        given = body.get("update_id")
        update_id = given if isinstance(given, int) else self._next_id
        self._next_id = max(self._next_id, update_id + 1)
        self._enqueue(
            Update(
                update_id=update_id,
                body={"update_id": update_id} | body,
                queue_key="raw",
                expires_at=self._clock() + UPDATE_LIFETIME_S,
            )
        )
        return update_id

    def repeat(self, update_id: int) -> bool:
        """Deliver an old update once more, whatever the bot confirmed; False if unknown."""
        update = self._history.get(update_id)
        if update is None:
            return False
        self._repeats.append(update)
        self.changed.notify()
        return True

    def poll(self, *, offset: int | None, limit: int) -> list[JsonObject]:
        """Confirm by offset and give what waits, as getUpdates does.

        A positive offset forgets everything below it, a negative one everything
        but that many newest updates.
        """
        self._drop_expired()
        if offset is not None and offset != 0:
            self._confirm_below(offset)
        repeats, self._repeats = self._repeats[:limit], self._repeats[limit:]
        fresh = list(self._pending.values())[: limit - len(repeats)]
        return [update.body for update in [*repeats, *fresh]]

    def first_of_each_queue(self) -> dict[str, Update]:
        """Give the update that is next in each delivery queue."""
        self._drop_expired()
        first: dict[str, Update] = {}
        for update in [*self._repeats, *self._pending.values()]:
            first.setdefault(update.queue_key, update)
        return first

    def delivered(self, update: Update) -> None:
        """Forget an update that a webhook accepted."""
        if update in self._repeats:
            self._repeats.remove(update)
        else:
            self._pending.pop(update.update_id, None)

    def clear(self) -> None:
        """Forget everything that waits."""
        self._pending.clear()
        self._repeats.clear()

    @property
    def pending_count(self) -> int:
        """How many updates wait."""
        self._drop_expired()
        return len(self._pending) + len(self._repeats)

    def close(self) -> None:
        """End every wait, since the server stops."""
        self.closing = True
        self.changed.notify()

    def _wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in OPT_IN_KINDS

    def _enqueue(self, update: Update) -> None:
        self._pending[update.update_id] = update
        self._history[update.update_id] = update
        if len(self._history) > self._kept:
            self._history.popitem(last=False)
        self.changed.notify()

    def _confirm_below(self, offset: int) -> None:
        ids = sorted(self._pending)
        kept = set(ids[offset:]) if offset < 0 else {each for each in ids if each >= offset}
        for update_id in ids:
            if update_id not in kept:
                del self._pending[update_id]

    def _drop_expired(self) -> None:
        now = self._clock()
        expired = [key for key, update in self._pending.items() if update.expires_at <= now]
        for key in expired:
            del self._pending[key]
