"""A book of modes in memory."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Mode

Commit = Callable[[Request, Sequence[Notice]], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class FakeModeBook:
    """Stands for `ModeBook`; `funded` have a live wallet."""

    commit: Commit
    funded: set[int] = field(default_factory=set)
    choices: dict[int, Mode] = field(default_factory=dict)

    async def live(self, among: Collection[int] | None = None) -> Sequence[int]:
        live = [who for who, mode in self.choices.items() if mode is Mode.LIVE]
        return [who for who in live if among is None or who in among]

    async def chosen(self, user_id: int) -> Mode:
        return self.choices.get(user_id, Mode.PAPER)

    async def has_live_books(self, user_id: int) -> bool:
        return user_id in self.funded

    async def keep(self, request: Request, mode: Mode, notices: Sequence[Notice]) -> bool:
        self.choices[request.user.user_id] = mode
        await self.commit(request, notices)
        return True
