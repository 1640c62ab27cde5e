"""What the inside asks of the database about two-person approval, role limits and feedback."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.approvals import Approval
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.role_caps import RoleCap
from bot.domain.users import Role


class ApprovalBook(Protocol):
    """Approvals, and the limits of roles; all raise `Unavailable`.

    What changes something ends the request's update with the notices in the same transaction, and
    raises `Refusal` with nothing changed: `already_done` where that update had ended before.
    `owners` are the ids that the settings name.
    """

    async def new_number(self) -> int:
        """Give a number for the next approval, which its buttons need beforehand."""

    async def ask(
        self,
        request: Request,
        approval: Approval,
        owners: Collection[int],
        notices: Sequence[Notice],
    ) -> None:
        """Keep what an admin asks for, once per request."""

    async def one(self, approval_id: int) -> Approval | None:
        """Give an approval."""

    async def open_ones(self, at: datetime, limit: int) -> list[Approval]:
        """Give those that can still be answered, the oldest first."""

    async def decide(
        self,
        request: Request,
        approval_id: int,
        *,
        is_yes: bool,
        owners: Collection[int],
        notices: Sequence[Notice],
    ) -> None:
        """Answer an approval once, and carry it out in the same transaction."""

    async def void_late(self, at: datetime) -> list[Approval]:
        """Make void what nobody answered in time; gives all that is void and was not told yet."""

    async def tell_void(self, approval_id: int, at: datetime, notices: Sequence[Notice]) -> None:
        """Tell once that one is void."""

    async def caps(self, role: Role) -> Mapping[str, int | None]:
        """Give a role's limits by their column."""

    async def lower(
        self,
        request: Request,
        role: Role,
        cap: RoleCap,
        value: int | None,
        notices: Sequence[Notice],
    ) -> None:
        """Lower a limit at once; raises `Refusal` (`cap_raised`) where it would be raised."""


class FeedbackBook(Protocol):
    """What people write to the admins; all raise `Unavailable`, and as above `Refusal`."""

    async def new_number(self) -> int:
        """Give a number for the next one, which its button needs beforehand."""

    async def send(
        self,
        request: Request,
        number: int,
        words: str,
        *,
        an_hour: int,
        notices: Sequence[Notice],
    ) -> None:
        """Keep a person's words; raises `Refusal` (`too_much_feedback`)."""

    async def author(self, number: int) -> tuple[int, str] | None:
        """Give who wrote it, and what, while nobody has answered."""

    async def answer(
        self, request: Request, number: int, words: str, notices: Sequence[Notice]
    ) -> None:
        """Answer it, once; raises `Refusal` (`feedback_answered`)."""
