"""What all news to a person alone have in common: whose buttons, and in which language."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.languages import Language
from bot.domain.notices import Notice, Priority
from bot.domain.users import Mode
from bot.ports.clock import Clock
from bot.telegram.callbacks import Chance, Keys, new_nonce
from bot.telegram.layout import Screen, to_send
from bot.words.speech import speaking

LanguageOf = Callable[[int], Language]
"""Gives the language in which a person is spoken to, by their number."""
ModeOf = Callable[[int], Mode]
"""Gives the mode that a person is in now."""


def in_english(_user_id: int) -> Language:
    """Speak English to everybody."""
    return Language.ENGLISH


def on_paper(_user_id: int) -> Mode:
    """Have everybody on paper."""
    return Mode.PAPER


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateNews:
    """Renders news for private chats; each kind of news builds on it."""

    clock: Clock
    chance: Chance
    bot_name: str
    language_of: LanguageOf = in_english
    mode_of: ModeOf = on_paper

    def told(
        self,
        user_id: int,
        screen: Callable[[Keys], Screen],
        priority: Priority,
        *,
        mode: Mode | None = None,
    ) -> tuple[Notice, ...]:
        """Give the call that sends a screen, made of fresh buttons in the person's language.

        `mode` is whose money the news is about, whatever mode the person is in by then. News of no
        money, such as a price that is disputed, is shown in the mode that they are in.
        """
        nonce = new_nonce(self.clock.now(), self.chance)
        keys = Keys(
            owner=user_id, nonce=nonce, bot_name=self.bot_name, mode=mode or self.mode_of(user_id)
        )
        with speaking(self.language_of(user_id)):
            return (to_send(screen(keys), user_id, priority=priority),)
