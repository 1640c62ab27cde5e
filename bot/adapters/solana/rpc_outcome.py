"""What one JSON-RPC exchange came to, as values: an answer, a failure to pass on, a final no."""

from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """What a failure says about the endpoint."""

    BROKEN = "broken"  # dead, slow, unwell or talking nonsense: counts towards its circuit
    RATE_LIMITED = "rate_limited"  # healthy, but asked too often
    STALE = "stale"  # healthy, but behind what was already seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A good answer; `slot` is that of its context, 0 where the method has none."""

    result: object
    slot: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Something another endpoint may do better; `wait_seconds` is what the endpoint asked for."""

    kind: FailureKind
    detail: str
    wait_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalNo:
    """An error that every endpoint would repeat: the request itself is at fault."""

    code: int
    message: str


Outcome = Answer | Failure | FinalNo
