"""The services of reports from memory; each enters as the real ones do, by a permission."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.charts import Theme
from bot.domain.daily_reports import ReportHour
from bot.domain.performance import Span
from bot.domain.users import Permission, User
from bot.ports.exports import Export
from bot.services.exports import ExportSpan, ExportView
from bot.services.leaderboards import Leaderboard
from bot.services.performance_views import CardView, PnlReport
from tests.builders.modes import worth_of
from tests.builders.reports import a_board, a_card, a_report, an_export

Enter = Callable[[User, Permission], None]


@dataclass(frozen=True, slots=True)
class FakePerformance:
    enter: Enter

    async def pnl(self, user: User, span: Span) -> PnlReport:
        self.enter(user, Permission.VIEW_OWN)
        return a_report(span=span, mode=user.mode, equity_lamports=worth_of(user))

    async def curve(
        self, user: User, span: Span, *, theme: Theme | None = None, amounts: bool = False
    ) -> CardView:
        return await self._view("curve", user, span, theme, amounts)

    async def card(
        self, user: User, span: Span, *, theme: Theme | None = None, amounts: bool = False
    ) -> CardView:
        return await self._view("card", user, span, theme, amounts)

    async def receipt(
        self, user: User, number: int, *, theme: Theme | None = None, amounts: bool = False
    ) -> CardView:
        self.enter(user, Permission.VIEW_OWN)
        del number
        return a_card("receipt", mode=user.mode, theme=theme or Theme.DARK, shows_amounts=amounts)

    async def _view(
        self, what: str, user: User, span: Span, theme: Theme | None, amounts: bool
    ) -> CardView:
        report = await self.pnl(user, span)
        return a_card(
            what,
            mode=user.mode,
            report=report,
            theme=theme or Theme.DARK,
            shows_amounts=amounts,
        )


@dataclass(frozen=True, slots=True)
class FakeReports:
    enter: Enter
    hours: dict[int, ReportHour]

    async def hour(self, user: User) -> ReportHour | None:
        self.enter(user, Permission.VIEW_OWN)
        return self.hours.get(user.user_id)

    async def choose(self, user: User, hour: int, offset_minutes: int | None) -> ReportHour:
        self.enter(user, Permission.VIEW_OWN)
        self.hours[user.user_id] = ReportHour(hour=hour, offset_minutes=offset_minutes or 0)
        return self.hours[user.user_id]

    async def stop(self, user: User) -> bool:
        self.enter(user, Permission.VIEW_OWN)
        return self.hours.pop(user.user_id, None) is not None


@dataclass(frozen=True, slots=True)
class FakeExports:
    enter: Enter

    async def export(self, user: User, what: Export, span: ExportSpan) -> ExportView:
        self.enter(user, Permission.VIEW_OWN)
        return an_export(what, span=span, mode=user.mode)


@dataclass(frozen=True, slots=True)
class FakeLeaderboards:
    enter: Enter
    boards: set[tuple[int, int]]

    async def join(self, user: User, chat_id: int) -> None:
        self.enter(user, Permission.VIEW_OWN)
        self.boards.add((chat_id, user.user_id))

    async def leave(self, user: User, chat_id: int) -> bool:
        self.enter(user, Permission.VIEW_OWN)
        was_in = (chat_id, user.user_id) in self.boards
        self.boards.discard((chat_id, user.user_id))
        return was_in

    async def gone(self, user_id: int, chat_id: int) -> None:
        self.boards.discard((chat_id, user_id))

    async def board(self, user: User, chat_id: int) -> Leaderboard:
        self.enter(user, Permission.VIEW_MARKET)
        return a_board(["Ann"] * len([1 for chat, _ in self.boards if chat == chat_id]))
