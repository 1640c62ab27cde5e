"""Telegram's flood limits, kept rather than met: overall, per chat, and per group.

The figures are those of Telegram's Bots FAQ: about 30 messages a second overall, one a second per
chat (short bursts are borne), 20 a minute per group.
"""

from collections import deque

from bot.domain.notices import Priority
from bot.ports.clock import Clock

_CHATS_REMEMBERED = 10_000
_IDLE_SECONDS = 60.0
_LEFT_SECONDS = 1.5
_NEVER = float("-inf")
# A second by our clock is made a little longer, since not every message takes as long to arrive.
_WINDOW_SECONDS = 1.012
# Under load as many as are allowed are spread over this: 29.5 a second, 0.983 of 30. So 31 that
# follow each other may differ by 17 ms on their way before 31 arrive within a second, or by 12 ms
# where one left before its slot or made up for a late one.
_SPREAD_SECONDS = 30 / 29.5


class Window:
    """At most `most` turns in any stretch of `seconds`."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._turns: deque[float] = deque(maxlen=most)

    def earliest(self, most: int | None = None) -> float:
        """Tell from when a turn may be taken, or one of fewer than are allowed; may be past."""
        most = most or self._most
        if len(self._turns) < most:
            return float("-inf")
        return self._turns[-most] + self._seconds

    def take(self, moment: float) -> None:
        """Take the turn at a moment not before the one that `earliest` gave."""
        self._turns.append(moment)

    def resized(self, most: int) -> "Window":
        """Give the same for another number, with the latest turns already taken."""
        window = Window(most=most, seconds=self._seconds)
        for moment in self._turns:
            window.take(moment)
        return window

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

    def earliest(self, *, may_burst: bool = True) -> float:
        """Tell from when a turn may be taken; may be past."""
        return self._used_until - (self._allowance_s if may_burst else 0)

    def take(self, moment: float) -> None:
        """Take a turn at a moment not before the one that `earliest` gave."""
        self._used_until = max(self._used_until, moment) + self._interval_s

    @property
    def last(self) -> float:
        """Give the moment from which the bucket is full again."""
        return self._used_until


class Pace:
    """Slots for all that leaves: at most `most` in any second, and evenly spaced under load.

    What nobody waits for keeps to the slots, so that one is never far. A warning or a fill may
    leave before its slot as long as the second has room; an answer too, up to two thirds of it, so
    that a crowd's answers leave room for fills. Whatever leaves uses up one slot.
    """

    def __init__(self, most: int) -> None:
        self._window = Window(most=most, seconds=_WINDOW_SECONDS)
        self._most_early = max(1, most * 2 // 3)
        self._interval_s = _SPREAD_SECONDS / most
        self._slot = float("-inf")

    def earliest(self, priority: Priority) -> float:
        """Tell from when a notice may leave, if nothing leaves before it; may be past."""
        room = self._window.earliest()
        if priority <= Priority.FILL:
            return room
        slot = self._slot
        if priority is Priority.REPLY:
            slot = min(slot, self._window.earliest(self._most_early))
        return max(room, slot)

    def resize(self, most: int) -> None:
        """Keep to another number from now on, with what left already counted."""
        self._window = self._window.resized(most)
        self._most_early = max(1, most * 2 // 3)
        self._interval_s = _SPREAD_SECONDS / most

    def take(self, now: float) -> None:
        """Count a message that leaves now; a slot missed by less than one is made up for."""
        self._window.take(now)
        self._slot = max(self._slot, now - self._interval_s) + self._interval_s


class FloodLimits:
    """Tells when a message may leave, and counts those that do; callback answers need no turn."""

    def __init__(
        self,
        *,
        clock: Clock,
        per_second: int = 30,
        chat_burst: int = 3,
        group_per_minute: int = 20,
    ) -> None:
        self._clock = clock
        self._per_second = per_second
        self._among = self._fewest = 1
        self._fewer_since = float("-inf")
        self._pace = Pace(per_second)
        self._held: dict[Priority, float] = {}
        self._chat_burst = chat_burst
        self._group_per_minute = group_per_minute
        self._chats: dict[int, tuple[Bucket, Window | None]] = {}

    def divide(self, among: int) -> None:
        """Keep to an equal part of the whole: so many send over the same token.

        More take effect at once, fewer a moment later: who left may just have sent its last.
        """
        if among == self._among:
            self._fewest = among
            return
        now = self._clock.monotonic()
        if among < self._among and among != self._fewest:
            self._fewest, self._fewer_since = among, now
        if among < self._among and now < self._fewer_since + _LEFT_SECONDS:
            return
        self._among = self._fewest = among
        self._pace.resize(max(1, self._per_second // among))

    def moment(self, priority: Priority) -> float:
        """Tell from when a notice may leave as far as all chats together go.

        It is a moment of the monotonic clock and may be past, as that of a chat.
        """
        held = max((self._held[each] for each in self._held if each <= priority), default=_NEVER)
        return max(self._pace.earliest(priority), held)

    def hold(self, priority: Priority, seconds: float) -> None:
        """Let nothing leave for a while that is no more urgent: other senders have the turns."""
        self._held[priority] = self._clock.monotonic() + seconds

    def chat_moment(self, chat_id: int, priority: Priority) -> float:
        """Tell from when a notice may leave as far as its chat goes; bulk gets no burst there."""
        found = self._chats.get(chat_id)
        if found is None:
            return float("-inf")
        bucket, window = found
        moment = bucket.earliest(may_burst=priority < Priority.REPORT)
        return moment if window is None else max(moment, window.earliest())

    def note(self, chat_id: int) -> None:
        """Count a message to the chat, at the moment it leaves."""
        now = self._clock.monotonic()
        self._pace.take(now)
        bucket, window = self._turns_of(chat_id, now)
        bucket.take(now)
        if window is not None:
            window.take(now)

    def _turns_of(self, chat_id: int, now: float) -> tuple[Bucket, Window | None]:
        found = self._chats.get(chat_id)
        if found is None:
            if len(self._chats) >= _CHATS_REMEMBERED:
                self._forget_idle(now)
            of_group = Window(most=self._group_per_minute, seconds=60.0) if chat_id < 0 else None
            found = (Bucket(burst=self._chat_burst, interval_s=1.0), of_group)
            self._chats[chat_id] = found
        return found

    def _forget_idle(self, now: float) -> None:
        self._chats = {
            chat_id: (bucket, window)
            for chat_id, (bucket, window) in self._chats.items()
            if max(bucket.last, window.last if window else 0.0) > now - _IDLE_SECONDS
        }
