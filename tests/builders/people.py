"""The services about people on a real database, and hands to write and press through them."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.adapters.database.admissions import PostgresAdmissions
from bot.adapters.database.approvals import PostgresApprovals
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool
from bot.adapters.database.feedback import PostgresFeedback
from bot.adapters.database.mail import PostgresInbox
from bot.adapters.database.people import PostgresPeople
from bot.domain.approvals import Approval, ApprovalKind, Wish
from bot.domain.people import Admission, Change, Verdict
from bot.domain.requests import Request
from bot.domain.users import PersonSeen, Role, User
from bot.ports.mail import StoredUpdate
from bot.ports.passwords import PasswordCheck
from bot.services.access import Access
from bot.services.admissions import Admissions
from bot.services.approvals import Approvals
from bot.services.feedback import Feedback
from bot.services.invitations import Invitations, InvitationSeal
from bot.services.password_door import PasswordDoor
from bot.services.people import People
from bot.services.people_desk import PeopleDesk
from bot.services.role_limits import LimitsOfRoles
from bot.services.roster import Roster
from bot.telegram.people_news import PeopleNews
from tests.builders.books import books_on
from tests.builders.chance import seeded
from tests.fakes.hand_clock import HandClock

ADA, ABE, ANN, BOB = 3001, 3002, 1001, 1002
NAMES = {ADA: "Ada", ABE: "Abe", ANN: "Ann", BOB: "Bob"}
OWNER = {ADA: Role.ADMIN}
_numbers = itertools.count(1)


class PlainPassword:
    """A password that is compared as it is: the real hash takes a tenth of a second each."""

    def __init__(self, password: str) -> None:
        self._password = password

    async def is_right(self, password: str) -> bool:
        return password == self._password


@dataclass(slots=True, kw_only=True)
class PeopleHouse:
    """A desk with everything behind it."""

    database: Pool
    desk: PeopleDesk
    access: Access
    books: PostgresBooks
    clock: HandClock
    seal: InvitationSeal
    inbox: PostgresInbox

    async def meet(self, user_id: int, **parts: object) -> User:
        self.access.forget(user_id)
        seen = PersonSeen(user_id=user_id, first_name=NAMES.get(user_id, f"P{user_id}"))
        return await self.access.identify(replace(seen, **parts))

    async def asks(self, user_id: int) -> Request:
        """Give a request of somebody with an open update behind it."""
        user = await self.meet(user_id)
        number = next(_numbers)
        stored = StoredUpdate(update_id=number, lane=user_id, raw={}, received_at=self.clock.now())
        await self.inbox.store([stored])
        return Request(
            user=user,
            request_id=f"tg:{number}",
            received_at=self.clock.now(),
            update_id=number,
        )

    async def change(
        self, by: int, change: Change, whom: int, *, days: int | None = None, reason: str = ""
    ) -> None:
        request = await self.asks(by)
        await self.desk.people.change(
            request, change, whom, days=days, reason=reason, answer=lambda _person: ()
        )

    async def wish(self, by: int, kind: ApprovalKind, whom: int = 0, **details: object) -> int:
        """Ask for an approval; gives its number."""
        asked: list[Approval] = []

        def answer(approval: Approval, _is_sole: bool) -> tuple[()]:
            asked.append(approval)
            return ()

        wish = Wish(kind=kind, person_id=whom, details=details)
        await self.desk.approvals.ask(await self.asks(by), wish, answer)
        return asked[0].approval_id

    async def decide(self, by: int, approval_id: int, *, is_yes: bool = True) -> None:
        await self.desk.approvals.decide(
            await self.asks(by), approval_id, is_yes=is_yes, answer=lambda _approval: ()
        )

    async def admin(self, user_id: int = ABE) -> User:
        """Make somebody an admin by the books alone."""
        await self.meet(user_id)
        await self.database.execute(
            "INSERT INTO role_grants (user_id, role, source, granted_by)"
            " VALUES ($1, 'admin', 'command', 0) ON CONFLICT DO NOTHING",
            user_id,
        )
        await self.database.execute("SELECT settle_role($1, now())", user_id)
        await self.database.execute("SELECT let_in($1, 0, 'test', now())", user_id)
        return await self.meet(user_id)

    async def knocks(self, user_id: int) -> list[Verdict | None]:
        heard: list[Verdict | None] = []

        def answer(_mode: Admission, verdict: Verdict | None) -> tuple[()]:
            heard.append(verdict)
            return ()

        await self.desk.admissions.knock(await self.asks(user_id), answer)
        return heard

    async def role(self, user_id: int) -> str:
        return str(
            await self.database.fetchval("SELECT role FROM users WHERE user_id = $1", user_id)
        )

    async def status(self, user_id: int) -> str:
        return str(
            await self.database.fetchval("SELECT status FROM users WHERE user_id = $1", user_id)
        )

    async def told(self, user_id: int) -> list[str]:
        """Give what somebody was sent."""
        rows = await self.database.fetch(
            "SELECT payload FROM outbox WHERE chat_id = $1 ORDER BY notice_id", user_id
        )
        return [row["payload"].get("text", "") for row in rows]

    async def audit(self, user_id: int | None = None) -> list[tuple[str, int, int]]:
        """Give the actions with who did them to whom, oldest first."""
        rows = await self.database.fetch(
            "SELECT action, actor_id, user_id FROM audit_log"
            " WHERE $1::bigint IS NULL OR user_id = $1 ORDER BY audit_id",
            user_id,
        )
        return [(row["action"], row["actor_id"], row["user_id"]) for row in rows]

    async def open_updates(self) -> int:
        return int(
            await self.database.fetchval("SELECT count(*) FROM inbox WHERE closed_at IS NULL")
        )

    async def cash(self, user_id: int) -> int:
        return int(
            await self.database.fetchval(
                "SELECT balance FROM accounts WHERE user_id = $1 AND kind = 'cash'", user_id
            )
        )

    def pass_time(self, **parts: float) -> None:
        self.clock.advance(timedelta(**parts).total_seconds())


def people_house(
    database: Pool,
    *,
    roles: Mapping[int, Role] | None = None,
    mode: Admission = Admission.OPEN,
    password: PasswordCheck | None = None,
    password_role: Role = Role.BASIC,
) -> PeopleHouse:
    """Build them; Ada is the owner unless other roles are named."""
    named = OWNER if roles is None else roles
    books, clock = books_on(database), HandClock()
    access = Access(books=books, clock=clock, roles=named, newcomer=mode.newcomer)
    news = PeopleNews(clock=clock, chance=seeded(7), bot_name="kitrader_bot")
    people = PostgresPeople(database, on_outbox=_nothing, roles=named)
    doors = PostgresAdmissions(database, on_outbox=_nothing)
    approvals = PostgresApprovals(database, on_outbox=_nothing)
    seal = InvitationSeal(b"123:token", seeded(5).randrange)
    desk = PeopleDesk(
        roster=Roster(book=people, admissions=doors, clock=clock),
        people=People(book=people, access=access, clock=clock, notices=news),
        admissions=Admissions(mode=mode, book=doors, people=people, access=access, notices=news),
        invitations=Invitations(book=doors, people=people, access=access, seal=seal, notices=news),
        password=PasswordDoor(
            check=password,
            role=password_role,
            book=doors,
            people=people,
            access=access,
            notices=news,
        ),
        approvals=Approvals(
            book=approvals,
            people=people,
            access=access,
            clock=clock,
            seal=seal,
            notices=news,
            owners=[user_id for user_id, role in named.items() if role is Role.ADMIN],
            minutes=30,
        ),
        limits=LimitsOfRoles(book=approvals),
        feedback=Feedback(
            book=PostgresFeedback(database, on_outbox=_nothing), people=people, notices=news
        ),
    )
    return PeopleHouse(
        database=database,
        desk=desk,
        access=access,
        books=books,
        clock=clock,
        seal=seal,
        inbox=PostgresInbox(database),
    )


def _nothing(_queued: object) -> None:
    return None
