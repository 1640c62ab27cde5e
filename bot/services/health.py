"""Whether the bot is well: every check as it was found last, and since when it is so."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.health import TO_LIVE, TO_SERVE, Check, Finding
from bot.domain.health_rules import RULES, Verdict
from bot.ports.clock import Clock
from bot.services.health_looks import HealthLooks
from bot.services.pulse import Pulse

_MISSED_LOOKS, _LEAST_PATIENCE_SECONDS = 3, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthView:
    """All findings in the order of their weight; `unseen_seconds` is how old they are.

    `is_watched` is false where nothing was looked at for too long: then nothing is known.
    """

    findings: tuple[Finding, ...]
    unseen_seconds: float
    is_watched: bool

    def failing(self, among: Collection[Check] = frozenset(Check)) -> tuple[Finding, ...]:
        """Give those that fail, of some checks or of all."""
        return tuple(each for each in self.findings if each.check in among and not each.is_ok)

    @property
    def is_well(self) -> bool:
        """Tell whether nothing fails."""
        return self.is_watched and not self.failing()

    @property
    def is_ready(self) -> bool:
        """Tell whether people can be served."""
        return self.is_watched and not self.failing(TO_SERVE)

    @property
    def is_alive(self) -> bool:
        """Tell whether a new start would mend nothing; also before the first look."""
        return not self.failing(TO_LIVE)


class Health:
    """Judges what was looked at; whoever asks is told what was found last, without any wait.

    So the answer comes also where the database hangs, and says since when nothing was seen.
    """

    def __init__(
        self, *, looks: HealthLooks, pulse: Pulse, clock: Clock, every_seconds: float
    ) -> None:
        self._looks = looks
        self._clock = clock
        self._found: dict[Check, Finding] = {}
        self._remembered: set[Check] = set()
        self._looked_at: float | None = None
        self._every_seconds = every_seconds
        self.pulse = pulse

    @property
    def every_seconds(self) -> float:
        """Give how long to wait between two readings."""
        return self._every_seconds

    @property
    def is_one_of_many(self) -> bool:
        """Tell whether other processes see what this one does not."""
        return self._looks.is_one_of_many

    def resting_endpoints(self) -> Sequence[str]:
        """Give the RPC endpoints that rest now, by the names that hold no key."""
        return self._looks.resting_endpoints()

    def remember(self, check: Check, since: datetime) -> None:
        """Take over from before a restart that a check fails, and since when."""
        if check not in self._found:
            self._found[check] = Finding(check=check, is_ok=False, since=since, figures={})
            self._remembered.add(check)

    async def read(self) -> Sequence[Finding]:
        """Look at everything once and judge it; asked by the clock."""
        seen = await self._looks.look()
        for check, rule in RULES.items():
            verdict = rule(seen, self._looks.limits)
            if verdict is not None:
                self._note(check, verdict, seen.now)
            elif check in self._remembered:
                # Nobody looks at it here any more: another process does, or it was turned off.
                self._found.pop(check, None)
            self._remembered.discard(check)
        self._looked_at = self._clock.monotonic()
        return self.view().findings

    def view(self) -> HealthView:
        """Give what was found last; it holds sums only, so whoever asks has asked the right."""
        unseen = self._unseen_seconds()
        patience = _MISSED_LOOKS * self._every_seconds + _LEAST_PATIENCE_SECONDS
        return HealthView(
            findings=tuple(self._found[check] for check in RULES if check in self._found),
            unseen_seconds=unseen,
            is_watched=self._looked_at is not None and unseen <= patience,
        )

    def _unseen_seconds(self) -> float:
        if self._looked_at is None:
            return self.pulse.up_seconds
        return self._clock.monotonic() - self._looked_at

    def _note(self, check: Check, verdict: Verdict, now: datetime) -> None:
        known = self._found.get(check)
        is_same = known is not None and known.is_ok is verdict.is_ok
        self._found[check] = Finding(
            check=check,
            is_ok=verdict.is_ok,
            since=known.since if known is not None and is_same else now,
            figures=verdict.figures,
        )
