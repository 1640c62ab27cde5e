"""Telegram's flood limits, kept rather than met: overall, per chat, and per group."""

from collections import deque

from bot.ports.clock import Clock

_CHATS_REMEMBERED = 10_000
_IDLE_SECONDS = 60.0


class Window:
    """At most `most` turns in any stretch of `seconds`; turns are handed out ahead of time."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._turns: deque[float] = deque(maxlen=most)

    def earliest(self, now: float) -> float:
        """Tell when the next turn would be."""
        if len(self._turns) < (self._turns.maxlen or 0):
            return now
        return max(now, self._turns[0] + self._seconds)

    def take(self, moment: float) -> None:
        """Take the turn at a moment that `earliest` gave."""
        self._turns.append(moment)

    @property
    def last(self) -> float:
        """Give the latest turn taken, or the beginning of time."""
        return self._turns[-1] if self._turns else float("-inf")


class Bucket:
    """One turn per `interval_s` in the long run, and `burst` of them at once after a rest."""

    def __init__(self, *, burst: int, interval_s: float) -> None:
        self._allowance_s = (burst - 1) * interval_s
        self._interval_s = interval_s
        # The moment until which turns already taken use the line up.
        self._used_until = float("-inf")

    def earliest(self, now: float) -> float:
        """Tell when the next turn would be."""
        return max(now, self._used_until - self._allowance_s)

    def take(self, moment: float) -> None:
        """Take a turn at a moment not before the one that `earliest` gave."""
        self._used_until = max(self._used_until, moment) + self._interval_s

    @property
    def last(self) -> float:
        """Give the moment from which the bucket is full again."""
        return self._used_until


class FloodLimits:
    """Hands out turns to send messages; callback answers need none.

    The figures are those of Telegram's Bots FAQ: about 30 messages a second overall, one a
    second per chat (short bursts are borne), 20 a minute per group.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        per_second: int = 30,
        chat_burst: int = 3,
        group_per_minute: int = 20,
    ) -> None:
        self._clock = clock
        self._overall = Window(most=per_second, seconds=1.0)
        self._chat_burst = chat_burst
        self._group_per_minute = group_per_minute
        self._chats: dict[int, tuple[Bucket | Window, ...]] = {}

    def chat_wait_seconds(self, chat_id: int) -> float:
        """Tell how long the chat must still wait; only one message per chat may ask at a time."""
        now = self._clock.monotonic()
        return max(window.earliest(now) for window in self._windows(chat_id, now)) - now

    def overall_wait_seconds(self) -> float:
        """Take the next turn of all and tell how long to wait; ask only when ready to send."""
        now = self._clock.monotonic()
        moment = self._overall.earliest(now)
        self._overall.take(moment)
        return moment - now

    def note(self, chat_id: int) -> None:
        """Count a message to the chat, at the moment it leaves."""
        now = self._clock.monotonic()
        for window in self._windows(chat_id, now):
            window.take(now)

    def _windows(self, chat_id: int, now: float) -> tuple[Bucket | Window, ...]:
        found = self._chats.get(chat_id)
        if found is None:
            if len(self._chats) >= _CHATS_REMEMBERED:
                self._forget_idle(now)
            found = (Bucket(burst=self._chat_burst, interval_s=1.0),)
            if chat_id < 0:
                found += (Window(most=self._group_per_minute, seconds=60.0),)
            self._chats[chat_id] = found
        return found

    def _forget_idle(self, now: float) -> None:
        self._chats = {
            chat_id: windows
            for chat_id, windows in self._chats.items()
            if max(window.last for window in windows) > now - _IDLE_SECONDS
        }
