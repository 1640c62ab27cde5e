"""Button presses that wait for the bot's answer."""

from dataclasses import dataclass

from bot.sandbox.telegram_api.clock import Clock
from bot.sandbox.telegram_api.updates import CALLBACK_LIFETIME_S


@dataclass(slots=True, kw_only=True)
class Press:
    """One press of a button and the toast that answered it."""

    query_id: str
    person_id: int
    chat_id: int
    pressed_at: float
    answered: bool = False
    text: str = ""
    show_alert: bool = False


class PressBook:
    """Keeps presses by query id; a press can be answered for 150 seconds."""

    def __init__(self, *, seed: int, clock: Clock) -> None:
        self._clock = clock
        self._number = 4_000_000_000_000_000_000 + seed % 1_000_000 * 1_000_000
        self._presses: dict[str, Press] = {}

    def open(self, *, person_id: int, chat_id: int) -> Press:
        """Note a new press."""
        self._number += 1
        press = Press(
            query_id=str(self._number),
            person_id=person_id,
            chat_id=chat_id,
            pressed_at=self._clock(),
        )
        self._presses[press.query_id] = press
        return press

    def find_open(self, query_id: str, within_s: float = CALLBACK_LIFETIME_S) -> Press | None:
        """Find a press that is still young enough to be answered."""
        press = self._presses.get(query_id)
        if press is None or self._clock() - press.pressed_at > within_s:
            return None
        return press
