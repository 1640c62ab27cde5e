"""A trouble that repeats: told in the log when it begins and when it ends, counted in between."""

from collections import Counter
from dataclasses import dataclass, field

from structlog.typing import FilteringBoundLogger

from bot.ports.clock import Clock

_QUIET_SECONDS = 60.0
_AGAIN_SECONDS = 3600.0
_MOST_REASONS = 8
_OTHERS = "others"


@dataclass(slots=True, kw_only=True)
class _Spell:
    begun: float
    told: float
    last: float
    reasons: Counter[str] = field(default_factory=Counter)


class Spells:
    """Logs, at INFO, the troubles of each name as spells rather than one by one.

    A spell is told when it begins, at each reason that is new in it (eight, and then `others`),
    once an hour while it lasts, and when it is over: when things go well a minute after they last
    went wrong. Well before that says little: a site that is asked more often than it allows
    answers now and then all along.
    """

    def __init__(
        self, log: FilteringBoundLogger, clock: Clock, *, begins: str, is_over: str
    ) -> None:
        self._log = log
        self._clock = clock
        self._begins, self._is_over = begins, is_over
        self._spells: dict[str, _Spell] = {}

    def went_wrong(self, what: str, reason: str) -> None:
        """Count a failure, and tell it where that says something new."""
        now = self._clock.monotonic()
        spell = self._spells.setdefault(what, _Spell(begun=now, told=now, last=now))
        is_kept = reason in spell.reasons or len(spell.reasons) < _MOST_REASONS
        kept = reason if is_kept else _OTHERS
        spell.last = now
        spell.reasons[kept] += 1
        if spell.reasons[kept] == 1 or now - spell.told >= _AGAIN_SECONDS:
            spell.told = now
            self._log.info(self._begins, what=what, reason=reason, times=spell.reasons.total())

    def went_well(self, what: str) -> None:
        """Note a success; it ends a spell that has been quiet for a minute."""
        now, spell = self._clock.monotonic(), self._spells.get(what)
        if spell is None or now - spell.last < _QUIET_SECONDS:
            return
        del self._spells[what]
        lasted = round(spell.last - spell.begun)
        self._log.info(self._is_over, what=what, times=dict(spell.reasons), lasted_seconds=lasted)
