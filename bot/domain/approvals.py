"""What takes two admins: one asks, another one answers within a time, else it is void."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ApprovalKind(StrEnum):
    """What is asked for."""

    PROMOTE = "promote"
    DEMOTE = "demote"
    CORRECT = "correct"
    LIMIT = "limit"
    INVITE = "invite"
    GATE = "gate"


class ApprovalState(StrEnum):
    """Where it stands; only the first can still change."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an admin wants done; `person_id` is 0 where it is about a role.

    `details` are `lamports` of a correction (below zero takes away), `role`, `name` and `value` of
    a limit, `role`, `days`, `nonce` and `token_hash` of an invitation, or the `stage` of the gate
    from paper to live, with the `cooling_seconds` that going down begins.
    """

    kind: ApprovalKind
    person_id: int = 0
    details: Mapping[str, object]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A wish with who asked, until when it may be answered, and the names of both people."""

    approval_id: int
    wish: Wish
    asked_by: int
    asked_at: datetime
    expires_at: datetime
    state: ApprovalState
    asker_name: str = ""
    person_name: str = ""
    is_sole: bool = False
