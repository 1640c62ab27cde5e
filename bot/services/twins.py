"""Live orders beside their paper twins: what live really costs, by token and by size."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.instruments import Token
from bot.domain.landing_model import LandingModel
from bot.domain.twins import Haircut, SizeClass, Twins, haircut_of, size_class
from bot.domain.users import Permission, User
from bot.ports.clock import Clock
from bot.ports.twins import TwinBook

_MOST = 200
_MOST_TOKENS = 8
_WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinsView:
    """Somebody's running haircut: of all, by token (the most traded first) and by size.

    `model` is what paper takes for the way to the chain at present.
    """

    whole: Haircut | None
    by_token: tuple[tuple[Token, Haircut], ...]
    by_size: tuple[tuple[SizeClass, Haircut], ...]
    typical_latency: timedelta | None
    model: LandingModel


class TwinFigures:
    """Adds up how live fills came out against paper; each sees only their own."""

    def __init__(
        self,
        *,
        book: TwinBook,
        tokens: Mapping[int, Token],
        clock: Clock,
        model: Callable[[], LandingModel],
    ) -> None:
        self._book = book
        self._tokens = tokens
        self._clock = clock
        self._model = model

    async def view(self, user: User) -> TwinsView:
        """Give the running haircut of somebody's newest live orders."""
        user.require(Permission.VIEW_OWN)
        since = self._clock.now() - _WINDOW
        found = await self._book.newest(user.user_id, since=since, limit=_MOST)
        latencies = sorted(twin.gap.latency for twin in found)
        return TwinsView(
            whole=haircut_of(found),
            by_token=self._by_token(found),
            by_size=tuple(_by_size(found)),
            typical_latency=latencies[len(latencies) // 2] if latencies else None,
            model=self._model(),
        )

    def _by_token(self, found: Sequence[Twins]) -> tuple[tuple[Token, Haircut], ...]:
        parts: dict[int, list[Twins]] = {}
        for twin in found:
            parts.setdefault(twin.token_id, []).append(twin)
        most = sorted(parts.values(), key=len, reverse=True)[:_MOST_TOKENS]
        figures = ((self._tokens.get(part[0].token_id), haircut_of(part)) for part in most)
        return tuple((token, cut) for token, cut in figures if token and cut)


def _by_size(found: Sequence[Twins]) -> Sequence[tuple[SizeClass, Haircut]]:
    parts: dict[SizeClass, list[Twins]] = {}
    for twin in found:
        parts.setdefault(size_class(twin.lamports), []).append(twin)
    figures = ((size, haircut_of(parts.get(size, ()))) for size in SizeClass)
    return [(size, cut) for size, cut in figures if cut]
