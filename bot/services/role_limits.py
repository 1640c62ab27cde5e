"""What each role may risk: admins look it up, and lower it at once; raising it takes two."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.role_caps import ROLE_CAPS, RoleCap, is_raised
from bot.domain.users import Permission, Role, User
from bot.ports.approvals import ApprovalBook


@dataclass(frozen=True, slots=True, kw_only=True)
class CapChange:
    """A limit of a role as it is and as it would be; None is no limit."""

    role: Role
    name: str
    before: int | None
    after: int | None

    @property
    def cap(self) -> RoleCap:
        """Give what kind of limit it is."""
        return ROLE_CAPS[self.name]

    @property
    def is_raised(self) -> bool:
        """Tell whether it gives more freedom than there was, which takes two."""
        return is_raised(self.cap, self.before, self.after)


class LimitsOfRoles:
    """The table `role_limits` for admins."""

    def __init__(self, *, book: ApprovalBook) -> None:
        self._book = book

    async def of(self, user: User, role: Role) -> Mapping[str, int | None]:
        """Give a role's limits by the words that admins type."""
        user.require(Permission.CHANGE_LIMITS)
        found = await self._book.caps(role)
        return {name: found.get(cap.column) for name, cap in ROLE_CAPS.items()}

    async def asked(self, user: User, role: Role, name: str, value: int | None) -> CapChange:
        """Give what a change would mean, before it is made."""
        user.require(Permission.CHANGE_LIMITS)
        found = await self._book.caps(role)
        before = found.get(ROLE_CAPS[name].column)
        return CapChange(role=role, name=name, before=before, after=value)

    async def lower(
        self, request: Request, change: CapChange, answer: Callable[[], Sequence[Notice]]
    ) -> None:
        """Lower a limit at once; raises `Refusal` (`cap_raised`) if it is a raise by now."""
        request.user.require(Permission.CHANGE_LIMITS)
        await self._book.lower(request, change.role, change.cap, change.after, answer())
