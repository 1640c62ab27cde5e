"""The services about people answering from memory, for tests of the chat door."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.approvals import Approval, ApprovalState, Wish
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import (
    AccountHold,
    Admission,
    Change,
    GrantSource,
    Headcount,
    HoldKind,
    Invitation,
    Person,
    PersonFile,
    RoleGrant,
    Verdict,
)
from bot.domain.requests import Request
from bot.domain.role_caps import ROLE_CAPS, RoleCap
from bot.domain.users import Permission, Role, Status, User
from bot.ports.people import Grantee
from bot.services.role_limits import CapChange
from bot.services.roster import Authorized, RosterPage
from tests.builders.views import NOON
from tests.fakes.guards import Counter

KNOWN = {
    77: Person(user_id=77, first_name="Zoe", username="zoe", role=Role.BASIC, status=Status.ACTIVE),
    88: Person(user_id=88, first_name="Abe", username=None, role=Role.ADMIN, status=Status.ACTIVE),
}
GRANT = RoleGrant(
    role=Role.PREMIUM,
    source=GrantSource.COMMAND,
    until=NOON + timedelta(days=30),
    granted_by=88,
    granted_at=NOON,
)
INVITATION = Invitation(
    invitation_id=12, made_by=88, role=Role.BASIC, made_at=NOON, expires_at=NOON + timedelta(days=7)
)


def a_file(person: Person) -> PersonFile:
    hold = AccountHold(kind=HoldKind.ADMIN, set_by=88, reason="stolen phone", set_at=NOON)
    return PersonFile(
        person=person,
        language="en",
        met_at=NOON,
        grants=(GRANT,),
        holds=(hold,),
        names={88: "Abe"},
    )


def an_approval(wish: Wish, **parts: object) -> Approval:
    approval = Approval(
        approval_id=5,
        wish=wish,
        asked_by=88,
        asked_at=NOON,
        expires_at=NOON + timedelta(minutes=30),
        state=ApprovalState.OPEN,
        asker_name="Abe",
        person_name="Zoe",
    )
    return replace(approval, **parts)


@dataclass(slots=True)
class FakePeople:
    """Stands for `PeopleDesk` and every service in it."""

    counter: Counter
    changes: list[tuple[Change, int, int | None, str]] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    decisions: list[tuple[int, bool]] = field(default_factory=list)
    verdicts: list[tuple[int, Verdict]] = field(default_factory=list)
    lowered: list[CapChange] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    invited: list[tuple[Role, int]] = field(default_factory=list)
    revoked: list[int] = field(default_factory=list)
    open_approvals: list[Approval] = field(default_factory=list)

    @property
    def roster(self) -> "FakePeople":
        return self

    people = admissions = password = roster

    @property
    def approvals(self) -> "FakeApprovals":
        return FakeApprovals(self)

    @property
    def limits(self) -> "FakeLimits":
        return FakeLimits(self)

    @property
    def invitations(self) -> "FakeInvitations":
        return FakeInvitations(self)

    @property
    def feedback(self) -> "FakeFeedback":
        return FakeFeedback(self)

    async def find(self, user: User, text: str) -> Person:
        self.counter._enter(user, Permission.MANAGE_PEOPLE)
        for person in KNOWN.values():
            if text in {str(person.user_id), f"@{person.username}"}:
                return person
        raise Refusal("unknown_person", text=text[:32])

    async def page(self, user: User, search: str, number: int) -> RosterPage:
        self.counter._enter(user, Permission.MANAGE_PEOPLE)
        return RosterPage(
            people=tuple(KNOWN.values()), search=search, number=number, is_last=number > 0
        )

    async def headcount(self, user: User) -> Headcount:
        self.counter._enter(user, Permission.MANAGE_PEOPLE)
        return Headcount(
            by_role={Role.BASIC: 5, Role.ADMIN: 2},
            by_status={Status.ACTIVE: 6, Status.BANNED: 1},
        )

    async def look(
        self, request: Request, user_id: int, answer: Callable[[PersonFile], Sequence[Notice]]
    ) -> None:
        self.counter._enter(request.user, Permission.MANAGE_PEOPLE)
        await self.counter._commit(request, answer(a_file(KNOWN[user_id])))

    async def authorized(self, user: User) -> Authorized:
        self.counter._enter(user, Permission.MANAGE_PEOPLE)
        return Authorized(
            grantees=(Grantee(person=KNOWN[77], grant=GRANT),), invitations=(INVITATION,)
        )

    async def change(
        self,
        request: Request,
        change: Change,
        user_id: int,
        *,
        days: int | None = None,
        reason: str = "",
        answer: Callable[[Person], Sequence[Notice]],
    ) -> None:
        self.counter._enter(request.user, Permission.MANAGE_PEOPLE)
        self.changes.append((change, user_id, days, reason))
        await self.counter._commit(request, answer(KNOWN[user_id]))

    async def knock(
        self, request: Request, answer: Callable[[Admission, Verdict | None], Sequence[Notice]]
    ) -> None:
        await self.counter._commit(request, answer(Admission.APPROVAL, None))

    async def decide(
        self,
        request: Request,
        user_id: int,
        verdict: Verdict,
        answer: Callable[[Person], Sequence[Notice]],
    ) -> None:
        self.counter._enter(request.user, Permission.MANAGE_PEOPLE)
        self.verdicts.append((user_id, verdict))
        await self.counter._commit(request, answer(KNOWN[user_id]))

    async def answer_banned(self, request: Request, notices: Sequence[Notice]) -> None:
        await self.counter._commit(request, notices)

    async def enter(
        self, request: Request, password: str, answer: Callable[[bool], Sequence[Notice]]
    ) -> None:
        if request.user.status in {Status.BANNED, Status.FROZEN}:
            raise Refusal(request.user.status.value)
        self.passwords.append(password)
        await self.counter._commit(request, answer(password == "right"))


@dataclass(frozen=True, slots=True)
class FakeApprovals:
    people: FakePeople

    async def ask(
        self, request: Request, wish: Wish, answer: Callable[[Approval, bool], Sequence[Notice]]
    ) -> None:
        self.people.counter._enter(request.user, Permission.MANAGE_PEOPLE)
        self.people.wishes.append(wish)
        asked = an_approval(wish, asked_by=request.user.user_id)
        await self.people.counter._commit(request, answer(asked, False))

    async def open_ones(self, user: User) -> list[Approval]:
        self.people.counter._enter(user, Permission.MANAGE_PEOPLE)
        return self.people.open_approvals

    async def decide(
        self,
        request: Request,
        approval_id: int,
        *,
        is_yes: bool,
        answer: Callable[[Approval], Sequence[Notice]],
    ) -> None:
        self.people.counter._enter(request.user, Permission.MANAGE_PEOPLE)
        for approval in self.people.open_approvals:
            if approval.approval_id == approval_id:
                self.people.decisions.append((approval_id, is_yes))
                await self.people.counter._commit(request, answer(approval))
                return
        raise Refusal("unknown_approval")


@dataclass(frozen=True, slots=True)
class FakeLimits:
    people: FakePeople

    async def of(self, user: User, role: Role) -> dict[str, int | None]:
        self.people.counter._enter(user, Permission.CHANGE_LIMITS)
        values: dict[str, int | None] = dict.fromkeys(ROLE_CAPS, 300)
        return values | {"position": None if role is Role.ADMIN else 100 * 10**9}

    async def asked(self, user: User, role: Role, name: str, value: int | None) -> CapChange:
        return CapChange(
            role=role, name=name, before=(await self.of(user, role))[name], after=value
        )

    async def lower(
        self, request: Request, change: CapChange, answer: Callable[[], Sequence[Notice]]
    ) -> None:
        self.people.counter._enter(request.user, Permission.CHANGE_LIMITS)
        assert isinstance(change.cap, RoleCap)
        self.people.lowered.append(change)
        await self.people.counter._commit(request, answer())


@dataclass(frozen=True, slots=True)
class FakeInvitations:
    people: FakePeople

    async def invite(self, request: Request, role: Role, days: int) -> None:
        self.people.counter._enter(request.user, Permission.MANAGE_PEOPLE)
        self.people.invited.append((role, days))
        link = Notice(
            chat_id=request.user.user_id, method="sendMessage", payload={"text": "the link"}
        )
        await self.people.counter._commit(request, (link,))

    async def redeem(
        self, request: Request, token: str, answer: Callable[[Role], Sequence[Notice]]
    ) -> None:
        self.people.tokens.append(token)
        await self.people.counter._commit(request, answer(Role.PREMIUM))

    async def revoke(
        self, request: Request, invitation_id: int, answer: Callable[[], Sequence[Notice]]
    ) -> None:
        self.people.counter._enter(request.user, Permission.MANAGE_PEOPLE)
        self.people.revoked.append(invitation_id)
        await self.people.counter._commit(request, answer())


@dataclass(frozen=True, slots=True)
class FakeFeedback:
    people: FakePeople

    async def send(
        self, request: Request, words: str, answer: Callable[[], Sequence[Notice]]
    ) -> None:
        self.people.counter._enter(request.user, Permission.READ_HELP)
        self.people.said.append(words)
        await self.people.counter._commit(request, answer())

    async def answer(
        self, request: Request, number: int, words: str, answer: Callable[[], Sequence[Notice]]
    ) -> None:
        self.people.counter._enter(request.user, Permission.MANAGE_PEOPLE)
        self.people.said.append(f"{number}: {words}")
        await self.people.counter._commit(request, answer())
