"""The audit log and a person's data from memory, for tests of the chat door."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.audit import AuditEntry
from bot.domain.errors import Refusal
from bot.domain.my_data import DataCategory, DeletionRequest
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.services.audit import AuditPage
from bot.services.my_data import MyDataView
from tests.builders.desks import NOON
from tests.fakes.guards import Counter


def an_entry(number: int = 1, action: str = "role.changed", **details: object) -> AuditEntry:
    return AuditEntry(
        audit_id=number, user_id=1001, actor_id=9, action=action, details=details, at=NOON
    )


def a_wish(user_id: int = 1001) -> DeletionRequest:
    return DeletionRequest(user_id=user_id, asked_at=NOON, due_at=NOON + timedelta(days=7))


@dataclass(slots=True)
class FakeAudit:
    """Stands for `Audit`."""

    services: Counter
    entries: list[AuditEntry] = field(default_factory=lambda: [an_entry(to="premium")])
    asked: list[tuple[int | None, str, int | None]] = field(default_factory=list)
    refusals: list[tuple[int, str, str]] = field(default_factory=list)

    async def page(
        self, user: User, person: int | None, word: str, before: int | None
    ) -> AuditPage:
        self.services._enter(user, Permission.READ_AUDIT)
        self.asked.append((person, word, before))
        return self._page(person, word)

    async def refused(self, user: User, code: str, what: str) -> None:
        self.refusals.append((user.user_id, code, what))

    def _page(self, person: int | None, word: str) -> AuditPage:
        names = {1001: "Ann", 9: "Ada"}
        shown = self.entries[:8]
        older = len(self.entries) > 8
        return AuditPage(entries=shown, names=names, person=person, word=word, older=older)


@dataclass(slots=True)
class FakeMyData:
    """Stands for `MyData`."""

    services: Counter
    audit: FakeAudit
    wish: DeletionRequest | None = None

    async def show(self, user: User) -> MyDataView:
        self.services._enter(user, Permission.VIEW_OWN)
        return MyDataView(
            counts=dict.fromkeys(DataCategory, 3),
            looks=self.audit._page(user.user_id, ""),
            deletion=self.wish,
        )

    async def export(self, user: User) -> Mapping[str, object]:
        self.services._enter(user, Permission.VIEW_OWN)
        return {"what": "my_data", "user_id": user.user_id}

    async def ask_deletion(
        self, request: Request, answer: Callable[[DeletionRequest], Sequence[Notice]]
    ) -> None:
        self.services._enter(request.user, Permission.VIEW_OWN)
        if self.wish is not None:
            raise Refusal("deletion_standing")
        self.wish = a_wish(request.user.user_id)
        await self.services._commit(request, answer(self.wish))

    async def cancel_deletion(self, request: Request, notices: Sequence[Notice]) -> None:
        self.services._enter(request.user, Permission.VIEW_OWN)
        if self.wish is None:
            raise Refusal("no_deletion")
        self.wish = None
        await self.services._commit(request, notices)

    async def open_requests(self, user: User) -> list[DeletionRequest]:
        self.services._enter(user, Permission.READ_AUDIT)
        return [] if self.wish is None else [self.wish]
