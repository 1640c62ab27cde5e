"""Groups that answer from memory, for tests of the chat door; the rules are the product's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.groups import Call, GroupSettings, Standing
from bot.domain.health import Check
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.observability.log_ring import LogLine
from bot.ports.groups import BroadcastAnswer, Totals
from bot.services.group_calls import CallLine
from bot.services.group_closing import Begun, GroupClosed, GroupOpen
from bot.services.groups import Groups
from bot.services.running import Health, LogsAsked, Works
from tests.builders.views import NOON, a_token, an_outside
from tests.fakes.guards import Counter
from tests.fakes.health_services import DAY, VIEW

TOTALS = Totals(
    people=7,
    active_today=3,
    open_positions=2,
    long_lamports=5_000_000_000,
    margin_lamports=1_000_000_000,
    waiting_orders=1,
    by_token=((7, 2, 6_000_000_000),),
)


@dataclass(slots=True, kw_only=True)
class FakeGroupBook:
    """Implements the port `GroupBook`; `counter` closes updates."""

    counter: Counter
    kept: dict[int, GroupSettings] = field(default_factory=dict)
    moves: dict[int, int] = field(default_factory=dict)
    met_people: set[tuple[int, int]] = field(default_factory=set)

    async def load(self) -> tuple[list[GroupSettings], Mapping[int, int]]:
        return list(self.kept.values()), self.moves

    async def keep(
        self, request: Request, settings: GroupSettings, notices: Sequence[Notice]
    ) -> None:
        self.kept[settings.chat_id] = settings
        await self.counter._commit(request, notices)

    async def mark_gone(self, chat_id: int, *, is_gone: bool) -> None:
        self.kept[chat_id] = replace(self.kept[chat_id], is_gone=is_gone)

    async def move(self, old_chat_id: int, new_chat_id: int) -> bool:
        is_news = old_chat_id not in self.moves
        self.moves[old_chat_id] = new_chat_id
        return is_news

    async def met(self, user_id: int, chat_id: int) -> None:
        self.met_people.add((user_id, chat_id))

    async def people(self, chat_id: int, limit: int) -> list[int]:
        return [user for user, chat in sorted(self.met_people) if chat == chat_id][:limit]


@dataclass(slots=True, kw_only=True)
class FakeMembers:
    """Implements the port `ChatMembers`."""

    admins: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    sees: bool = True
    asked: int = 0

    async def standing(self, chat_id: int, user_id: int) -> Standing:
        assert chat_id < 0
        self.asked += 1
        if user_id in self.gone:
            return Standing.GONE
        return Standing.ADMIN if user_id in self.admins else Standing.MEMBER

    def forget(self, chat_id: int) -> None:
        assert chat_id < 0

    async def can_see(self, chat_id: int) -> bool:
        assert chat_id < 0
        return self.sees


@dataclass(frozen=True, slots=True)
class FakeGroupCalls:
    services: Counter

    def is_fresh(self, chat_id: int, token_id: int) -> bool:
        return bool(chat_id and token_id)

    async def call(self, user: User, chat_id: int, token_id: int, price: Decimal) -> CallLine:
        self.services._enter(user, Permission.VIEW_MARKET)
        assert price > 0
        before = NOON - timedelta(minutes=10)
        return a_call(before, chat_id=chat_id, token_id=token_id, user_id=user.user_id)

    async def board(self, user: User, chat_id: int) -> list[CallLine]:
        self.services._enter(user, Permission.VIEW_MARKET)
        return [a_call(chat_id=chat_id)]


def a_call(at: datetime = NOON, **parts: object) -> CallLine:
    told: dict[str, object] = {
        "chat_id": -1,
        "token_id": 7,
        "user_id": 1001,
        "caller": "Ann",
        "price": Decimal("0.01"),
        "called_at": at,
        "best": Decimal("0.03"),
    }
    return CallLine(call=Call(**(told | parts)), token=a_token(), price=Decimal("0.02"))


@dataclass(frozen=True, slots=True)
class FakeGroupClosing:
    services: Counter

    async def question(self, user: User, chat_id: int) -> GroupOpen:
        assert chat_id < 0
        self.services._enter(user, Permission.OPERATE)
        return GroupOpen(members=3, positions=14, lamports=61_200_000_000)

    async def close(self, request: Request, chat_id: int, begun: Begun) -> GroupClosed:
        assert chat_id < 0
        self.services._enter(request.user, Permission.OPERATE)
        await begun(14)
        return GroupClosed(closed=13, left=1)


@dataclass(frozen=True, slots=True)
class FakeRunning:
    services: Counter
    sent: list[Mapping[str, object]]

    def symbol(self, token_id: int) -> str:
        assert token_id
        return "WIF"

    async def totals(self, user: User) -> Totals:
        self.services._enter(user, Permission.OPERATE)
        return TOTALS

    async def works(self, user: User) -> Works:
        self.services._enter(user, Permission.OPERATE)
        return Works(
            version="1.2.3",
            up_seconds=90.0,
            day=DAY,
            view=VIEW,
            outside=an_outside(),
            proved={},
        )

    async def health(self, user: User) -> Health:
        self.services._enter(user, Permission.OPERATE)
        return Health(
            view=VIEW,
            silenced={Check.ENDPOINTS: NOON},
            outside=an_outside(),
            elsewhere={Check.TELEGRAM: NOON},
        )

    async def logs(self, user: User, asked: LogsAsked) -> Sequence[LogLine]:
        self.services._enter(user, Permission.READ_LOGS)
        return [LogLine(level=asked.level, text=f'{{"event": "started {asked}"}}')]

    async def settings(self, user: User) -> Sequence[tuple[str, str]]:
        self.services._enter(user, Permission.OPERATE)
        return (("BOT_TOKEN", "set"), ("HTTP_PORT", "8080"))

    async def receivers(self, user: User) -> int:
        self.services._enter(user, Permission.BROADCAST)
        return 7

    async def broadcast(
        self, request: Request, payload: Mapping[str, object], answer: BroadcastAnswer
    ) -> None:
        self.services._enter(request.user, Permission.BROADCAST)
        if self.sent:
            raise Refusal("already_done")
        self.sent.append(payload)
        await self.services._commit(request, answer(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeRooms:
    groups: Groups
    calls: FakeGroupCalls
    closing: FakeGroupClosing
    running: FakeRunning
