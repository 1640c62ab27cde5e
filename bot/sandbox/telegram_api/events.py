"""What the people's screens are told, in order, with replay for whoever comes late."""

from bot.sandbox.telegram_api.signals import Signal
from bot.sandbox.telegram_api.wire import JsonObject


class EventLog:
    """Keeps the newest events, numbered from 1, and wakes the readers."""

    def __init__(self, kept: int = 5000) -> None:
        self._events: list[JsonObject] = []
        self._kept = kept
        self._dropped = 0
        self.changed = Signal()

    @property
    def last_seq(self) -> int:
        """The number of the newest event."""
        return self._dropped + len(self._events)

    def publish(self, kind: str, chat_id: int | None, **fields: object) -> int:
        """Add an event and give its number."""
        seq = self.last_seq + 1
        self._events.append({"seq": seq, "kind": kind, "chat_id": chat_id, **fields})
        surplus = len(self._events) - self._kept
        if surplus > 0:
            del self._events[:surplus]
            self._dropped += surplus
        self.changed.notify()
        return seq

    def after(self, seq: int) -> list[JsonObject]:
        """Give the kept events newer than a number."""
        return self._events[max(seq - self._dropped, 0) :]
