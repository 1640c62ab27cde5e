"""Waits that Telegram asked for, or that its silence advises: of one chat, or of all."""

from bot.ports.clock import Clock

_CHATS_TO_MEAN_ALL = 5
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 30.0
_MOST_DOUBLINGS = 10
_HOLDS_REMEMBERED = 10_000


class Holds:
    """Holds back a chat that was refused, and everybody once five chats in a row were.

    Telegram does not say whether a flood wait is meant for the chat or for the bot, nor whether
    an error is of one chat's making. Five chats refused with no answer between them mean all. After
    such a wait one message goes ahead alone; only its answer lets the others go.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._chats: dict[int, float] = {}
        self._refused: set[int] = set()
        self._all_until = float("-inf")
        self._pauses = 0

    @property
    def must_probe(self) -> bool:
        """Tell whether nothing was answered since all were held."""
        return len(self._refused) >= _CHATS_TO_MEAN_ALL

    @property
    def all_until(self) -> float:
        """Give the moment, on the monotonic clock, before which nothing may leave."""
        return self._all_until

    def chat_until(self, chat_id: int) -> float:
        """Give the moment before which nothing may leave for a chat."""
        return self._chats.get(chat_id, float("-inf"))

    def refuse(self, chat_id: int, seconds: float, *, is_flood: bool) -> None:
        """Note that a chat's message was not taken and may be tried after so many seconds."""
        now = self._clock.monotonic()
        if len(self._chats) >= _HOLDS_REMEMBERED:
            self._chats = {chat: until for chat, until in self._chats.items() if until > now}
        self._chats[chat_id] = now + seconds
        self._refused.add(chat_id)
        if not self.must_probe:
            return
        if is_flood:
            self._all_until = max(self._all_until, now + seconds)
        elif now >= self._all_until:
            self._all_until = now + self._pause()

    def answered(self) -> None:
        """Note that Telegram took a message, or said no to that one alone."""
        self._refused.clear()
        self._pauses = 0

    def _pause(self) -> float:
        self._pauses += 1
        doublings = min(self._pauses - 1, _MOST_DOUBLINGS)
        return min(_FIRST_PAUSE_SECONDS * float(1 << doublings), _LONGEST_PAUSE_SECONDS)
