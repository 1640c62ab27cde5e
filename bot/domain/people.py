"""People as admins see them: what gave them their role, what holds them, and how they came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.users import Role, Status


class Admission(StrEnum):
    """Who gets in: everybody, whom an admin approves, or only whoever is invited."""

    OPEN = "open"
    APPROVAL = "approval"
    CLOSED = "closed"

    @property
    def newcomer(self) -> Status:
        """Give the status in which a stranger begins."""
        return Status.ACTIVE if self is Admission.OPEN else Status.PENDING


class GrantSource(StrEnum):
    """What gives a role beside the operator's settings; each gives at most one of a kind."""

    COMMAND = "command"
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 (a door, not a secret)
    STARS = "stars"


class HoldKind(StrEnum):
    """What admins have put on an account; one kind never lifts the other."""

    BAN = "ban"
    ADMIN = "admin"


class Change(StrEnum):
    """What one admin alone may do to a person."""

    PREMIUM = "premium"
    DEMOTE = "demote"
    BAN = "ban"
    UNBAN = "unban"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    REVOKE = "revoke"


class Verdict(StrEnum):
    """What an admin says of somebody who asks to be let in."""

    APPROVED = "approved"
    REJECTED = "rejected"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGrant:
    """A role that one source gives, for good or until a moment; `granted_by` 0 is the bot."""

    role: Role
    source: GrantSource
    until: datetime | None
    granted_by: int
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHold:
    """What an admin has put on an account: who, when and why."""

    kind: HoldKind
    set_by: int
    reason: str
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in a list or in a question: whom a number stands for."""

    user_id: int
    first_name: str
    username: str | None
    role: Role
    status: Status
    is_owner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """How many people there are, by role and by status; nobody is named."""

    by_role: Mapping[Role, int]
    by_status: Mapping[Status, int]

    @property
    def total(self) -> int:
        """Give how many there are in all."""
        return sum(self.by_role.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFile:
    """All that admins are shown of a person: none of their figures.

    `names` are the first names of the admins who appear in it, by id.
    """

    person: Person
    language: str | None
    met_at: datetime
    grants: tuple[RoleGrant, ...]
    holds: tuple[AccountHold, ...]
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link that lets one person in; its secret is not kept, only its hash."""

    invitation_id: int
    made_by: int
    role: Role
    made_at: datetime
    expires_at: datetime
    used_by: int | None = None
