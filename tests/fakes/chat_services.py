"""Services that answer from memory and note what they were asked, for tests of the chat door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.alert_hours import AlertSettings
from bot.domain.alerts import Alert
from bot.domain.candles import Interval
from bot.domain.charts import Theme
from bot.domain.daily_reports import ReportHour
from bot.domain.errors import KitraderError, Refusal
from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.pools.reading import PoolKind
from bot.domain.presets import Presets
from bot.domain.requests import Request
from bot.domain.resting import Resting
from bot.domain.resting_plans import Entry, RestingPlan
from bot.domain.safety import SafetyReport
from bot.domain.users import Permission, PersonSeen, Role, Status, User
from bot.ports.books import Dialog
from bot.services.charts import ChartView
from bot.services.groups import Groups
from bot.services.languages import Languages
from bot.services.modes import Modes
from bot.services.movers import Movement, Span
from bot.services.token_lines import TokenLine
from bot.services.views import (
    BlockAnswer,
    FillAnswer,
    Hearsay,
    HistoryPage,
    OutsideView,
    Portfolio,
    Quote,
    SafetyCard,
    SeasonAnswer,
    TokenInfo,
)
from bot.services.watchlist import WatchChange
from tests.builders.charts import a_chart_view, a_line
from tests.builders.modes import cash_of, worth_of
from tests.builders.safety import judged
from tests.builders.views import (
    a_fill,
    a_hearsay,
    a_history,
    a_marked,
    a_portfolio,
    a_quote,
    a_season,
    a_token,
    a_user,
    a_wallet,
    an_outside,
    some_info,
)
from tests.fakes.alert_services import FakeAlerts
from tests.fakes.audit_services import FakeAudit, FakeMyData
from tests.fakes.group_services import (
    FakeGroupBook,
    FakeGroupCalls,
    FakeGroupClosing,
    FakeMembers,
    FakeRooms,
    FakeRunning,
)
from tests.fakes.guards import FakeRisk, FakeStops
from tests.fakes.health_services import FakeAdminReports, FakeAlarms, FakeWellBeing
from tests.fakes.language_book import FakeLanguageBook
from tests.fakes.live_services import FakeLive
from tests.fakes.mail_boxes import FakeInbox
from tests.fakes.mode_book import FakeModeBook
from tests.fakes.people_services import FakePeople
from tests.fakes.premium_services import FakePremium
from tests.fakes.report_services import (
    FakeExports,
    FakeLeaderboards,
    FakePerformance,
    FakeReports,
)
from tests.fakes.resting_services import FakePresets, FakeResting
from tests.fakes.security_services import FakeSecurity


@dataclass(slots=True, kw_only=True)
class FakeServices:
    """Stands for `Services`; set `fault` to have the next use case raise it."""

    inbox: FakeInbox
    tokens: tuple[Token, ...] = (a_token(),)
    status: Status = Status.ACTIVE
    role: Role = Role.BASIC
    fault: KitraderError | Exception | None = None
    booked: dict[str, OpenIntent | CloseIntent] = field(default_factory=dict)
    resets: list[str] = field(default_factory=list)
    hearsay_of: frozenset[str] = frozenset()
    wishes: list[bool] = field(default_factory=list)
    dialogs: dict[tuple[int, int], Dialog] = field(default_factory=dict)
    seen: list[PersonSeen] = field(default_factory=list)
    watched: list[int] = field(default_factory=list)
    alerts_set: dict[int, Alert] = field(default_factory=dict)
    resting_orders: dict[int, Resting] = field(default_factory=dict)
    own_presets: list[Presets] = field(default_factory=list)
    plans: list[RestingPlan | Entry] = field(default_factory=list)
    placed_by: dict[str, RestingPlan | Entry] = field(default_factory=dict)
    reversed: list[int] = field(default_factory=list)
    alert_wishes: list[AlertSettings] = field(default_factory=list)
    themes: list[Theme | None] = field(default_factory=list)
    hours: dict[int, ReportHour] = field(default_factory=dict)
    boards: set[tuple[int, int]] = field(default_factory=set)
    requests: list[Request] = field(default_factory=list)
    frozen: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    languages: Languages = field(init=False)
    mode_book: FakeModeBook = field(init=False)
    modes: Modes = field(init=False)
    risk: FakeRisk = field(init=False)
    stops: FakeStops = field(init=False)
    audit: FakeAudit = field(init=False)
    my_data: FakeMyData = field(init=False)
    members: FakeMembers = field(default_factory=FakeMembers)
    broadcasts: list[Mapping[str, object]] = field(default_factory=list)
    group_book: FakeGroupBook = field(init=False)
    groups: Groups = field(init=False)
    people_desk: FakePeople = field(init=False)
    premium: FakePremium = field(init=False)
    live: FakeLive | None = None

    def __post_init__(self) -> None:
        """Hand the fakes that stand alone their counter."""
        self.risk, self.stops = FakeRisk(self), FakeStops(self)
        self.audit = FakeAudit(self)
        self.my_data = FakeMyData(self, self.audit)
        self.premium = FakePremium(self)
        self.mode_book = FakeModeBook(commit=self._commit)
        self.modes = Modes(book=self.mode_book, is_live_on=True)
        self.languages = Languages(book=FakeLanguageBook(), access=self)
        self.group_book = FakeGroupBook(counter=self)
        self.groups = Groups(book=self.group_book, members=self.members)
        self.people_desk = FakePeople(self)

    # Each of these stands for one service; one object plays them all.
    @property
    def access(self) -> "FakeServices":
        return self

    prices = guards = trading = wallets = talk = safety = outside_state = access
    charts = records = access

    @property
    def rooms(self) -> FakeRooms:
        return FakeRooms(
            groups=self.groups,
            calls=FakeGroupCalls(self),
            closing=FakeGroupClosing(self),
            running=FakeRunning(self, self.broadcasts),
        )

    @property
    def well_being(self) -> FakeWellBeing:
        return FakeWellBeing(alarms=FakeAlarms(self), reports=FakeAdminReports(self))

    @property
    def people(self) -> FakePeople:
        return self.people_desk

    @property
    def performance(self) -> FakePerformance:
        return FakePerformance(self._enter)

    @property
    def resting(self) -> FakeResting:
        return FakeResting(self)

    brackets = resting

    @property
    def presets(self) -> FakePresets:
        return FakePresets(self)

    @property
    def reports(self) -> FakeReports:
        return FakeReports(self._enter, self.hours)

    @property
    def security(self) -> FakeSecurity:
        return FakeSecurity(self, self.frozen)

    @property
    def exports(self) -> FakeExports:
        return FakeExports(self._enter)

    @property
    def leaderboards(self) -> FakeLeaderboards:
        return FakeLeaderboards(self._enter, self.boards)

    def forget(self, user_id: int) -> None:
        """Remember nobody in the first place."""

    async def identify(self, person: PersonSeen) -> User:
        self.seen.append(person)
        return a_user(
            person.user_id,
            first_name=person.first_name,
            status=self.status,
            role=self.role,
            language=person.language,
        )

    async def find(self, user: User, text: str) -> Token:
        self._enter(user, Permission.VIEW_MARKET)
        found = [t for t in self.tokens if text.upper() == t.symbol.upper() or text == t.mint]
        if len(found) > 1:
            raise Refusal("ambiguous_token", symbol=text, choices=tuple(found))
        if not found:
            raise Refusal("unknown_token", text=text[:16])
        return found[0]

    async def token(self, user: User, token_id: int) -> Token:
        self._enter(user, Permission.VIEW_MARKET)
        for token in self.tokens:
            if token.token_id == token_id:
                return token
        raise Refusal("unknown_token", text=str(token_id))

    async def quote(self, user: User, token_id: int, *, fresh: bool = False) -> Quote:
        del fresh
        return a_quote(await self.token(user, token_id))

    async def hearsay(self, user: User, text: str) -> Hearsay | None:
        user.require(Permission.VIEW_MARKET)
        return a_hearsay(a_token()) if text in self.hearsay_of else None

    async def info(self, user: User, token_id: int) -> TokenInfo:
        return some_info(await self.token(user, token_id))

    async def endpoints(self, user: User) -> OutsideView:
        self._enter(user, Permission.OPERATE)
        return an_outside()

    async def check(self, user: User, token_id: int) -> SafetyCard:
        token = await self.token(user, token_id)
        return SafetyCard(
            token=token,
            report=judged(token),
            pool_kind=PoolKind.PUMPSWAP,
            slot=453_946_911,
            blocks_danger=user.blocks_danger,
        )

    async def report(self, token_id: int) -> SafetyReport:
        return judged(next(token for token in self.tokens if token.token_id == token_id))

    async def block(self, request: Request, *, blocks: bool, answer: BlockAnswer) -> None:
        self._enter(request.user, Permission.TRADE_PAPER)
        self.wishes.append(blocks)
        await self._commit(request, answer(blocks))

    async def popular(self, user: User) -> tuple[Token, ...]:
        user.require(Permission.VIEW_MARKET)
        return self.tokens[:6]

    async def chart(
        self,
        user: User,
        token_id: int,
        interval: Interval | None,
        *,
        theme: Theme | None = None,
        is_private: bool,
    ) -> ChartView:
        self._enter(user, Permission.VIEW_MARKET)
        self.themes.append(theme)
        return a_chart_view(
            await self.token(user, token_id),
            interval=interval or Interval.QUARTER,
            theme=theme or Theme.DARK,
            user_id=user.user_id if is_private else None,
            mode=user.mode,
        )

    @property
    def movers(self) -> "FakeMovers":
        return FakeMovers(self)

    @property
    def watchlist(self) -> "FakeWatchlist":
        return FakeWatchlist(self)

    @property
    def alerts(self) -> FakeAlerts:
        return FakeAlerts(self)

    async def open(self, request: Request, intent: OpenIntent, answer: FillAnswer) -> None:
        request.user.require_paper()
        token = await self.token(request.user, intent.token_id)
        await self._book(request, intent, token, answer)

    async def close(self, request: Request, intent: CloseIntent, answer: FillAnswer) -> None:
        request.user.require_paper()
        if intent.number != 12:
            raise Refusal("unknown_position", number=intent.number)
        await self._book(request, intent, self.tokens[0], answer)

    async def _book(
        self, request: Request, intent: OpenIntent | CloseIntent, token: Token, answer: FillAnswer
    ) -> None:
        self._enter(request.user, Permission.TRADE_PAPER)
        before = self.booked.get(request.request_id)
        if before is not None:
            code = "already_done" if before == intent else "request_mismatch"
            raise Refusal(code, order_number=15)
        self.booked[request.request_id] = intent
        await self._commit(request, answer(a_fill(token)))

    async def portfolio(self, user: User) -> Portfolio:
        self._enter(user, Permission.VIEW_OWN)
        wallet = replace(a_wallet(), mode=user.mode, cash_lamports=cash_of(user))
        worth = worth_of(user)
        return a_portfolio([a_marked(self.tokens[0])], user, wallet=wallet, equity_lamports=worth)

    async def history(self, user: User, before_order: int | None, limit: int = 8) -> HistoryPage:
        self._enter(user, Permission.VIEW_OWN)
        page = a_history(self.tokens[0], limit, None if before_order else 5)
        return replace(page, mode=user.mode)

    async def reset(self, request: Request, answer: SeasonAnswer) -> None:
        self._enter(request.user, Permission.TRADE_PAPER)
        request.user.require_paper()
        self.resets.append(request.request_id)
        await self._commit(request, answer(a_season()))

    async def answer(self, request: Request, notices: Sequence[Notice]) -> None:
        await self._commit(request, notices)

    async def ask(
        self, user: User, chat_id: int, kind: str, data: Mapping[str, str], seconds: int = 600
    ) -> None:
        assert seconds > 0
        told = {**data, "mode": user.mode.value}
        dialog = Dialog(user_id=user.user_id, chat_id=chat_id, kind=kind, data=told)
        self.dialogs[user.user_id, chat_id] = dialog

    async def awaiting(self, user: User, chat_id: int) -> Dialog | None:
        return self.dialogs.get((user.user_id, chat_id))

    async def hide(self, request: Request) -> None:
        self.hidden.append(request.update_id or 0)

    async def drop(self, user: User, chat_id: int) -> bool:
        return self.dialogs.pop((user.user_id, chat_id), None) is not None

    async def _commit(self, request: Request, notices: Sequence[Notice]) -> None:
        assert request.update_id is not None
        self.requests.append(request)
        await self.inbox.close(request.update_id, failure="", notices=notices)

    def _enter(self, user: User, permission: Permission) -> None:
        user.require(permission)
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault


@dataclass(frozen=True, slots=True)
class FakeMovers:
    services: FakeServices

    async def movers(self, user: User, span: Span) -> Movement:
        self.services._enter(user, Permission.VIEW_MARKET)
        lines = tuple(a_line(token) for token in self.services.tokens)
        return Movement(span=span, gainers=lines, losers=(), compared=len(lines))


@dataclass(frozen=True, slots=True)
class FakeWatchlist:
    services: FakeServices

    async def watch(self, user: User, token_id: int) -> WatchChange:
        self.services._enter(user, Permission.VIEW_OWN)
        token = await self.services.token(user, token_id)
        if len(self.services.watched) >= 3:
            raise Refusal("watchlist_full", limit=3, role=user.role.value)
        is_new = token_id not in self.services.watched
        self.services.watched += [token_id] if is_new else []
        return WatchChange(token=token, is_new=is_new)

    async def unwatch(self, user: User, token_id: int) -> Token:
        self.services._enter(user, Permission.VIEW_OWN)
        token = await self.services.token(user, token_id)
        if token_id not in self.services.watched:
            raise Refusal("not_watched", symbol=token.symbol)
        self.services.watched.remove(token_id)
        return token

    async def watchlist(self, user: User) -> tuple[TokenLine, ...]:
        self.services._enter(user, Permission.VIEW_OWN)
        watched = self.services.watched
        return tuple(a_line(t) for t in self.services.tokens if t.token_id in watched)
