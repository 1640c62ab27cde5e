"""What the inside asks of the database for the gate: where people stand, and what they did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.gate import GateState
from bot.domain.gate_records import Bet, LiveEvent
from bot.domain.notices import Notice
from bot.domain.users import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class GateHistory:
    """What a person did in one mode since a moment, over all seasons, read in one snapshot.

    `closed` are bets by token and day of opening, of longs alone: live knows no shorts. A gain
    counts as nothing where it was held too short, where it began before the moment, or where its
    token came from outside; a loss always counts, and a position that a reset swept away is a
    loss of all that it still cost. `still_open` are what the present season's open positions have
    realised so far, by number. `courses` are the worths of paper seasons, `events` what changed the
    books of the live wallet, in order. `reset_at` is when the present paper season began, if it is
    not the first; `has_books` tells whether there is a wallet of the mode at all.
    """

    closed: tuple[Bet, ...]
    still_open: Mapping[int, Bet]
    courses: tuple[tuple[int, ...], ...]
    events: tuple[LiveEvent, ...]
    reset_at: datetime | None
    has_books: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateMove:
    """A person's way from one stage to the next; `actor_id` is 0 where the clock moves them."""

    before: GateState
    after: GateState
    at: datetime
    actor_id: int
    cooling: timedelta
    details: Mapping[str, object]


class GateBook(Protocol):
    """Keeps stages; all raise `Unavailable("database")` when the database does not answer."""

    async def state(self, user_id: int) -> GateState:
        """Give where somebody stands: on paper where nothing is known."""

    async def history(
        self, user_id: int, mode: Mode, *, since: datetime, hold: timedelta
    ) -> GateHistory:
        """Give what they did since a moment; `hold` is how long a gain must have been held."""

    async def bought_lamports(self, user_id: int, since: datetime) -> int:
        """Give what they bought live since a moment, and what is held for purchases."""

    async def move(self, move: GateMove, update_id: int | None, notices: Sequence[Notice]) -> None:
        """Move somebody with the audit row, the end of the update and notices, or change nothing.

        Raises `Refusal`: `gate_moved` where they stand elsewhere by now, `gate_cooling`, `frozen`,
        `already_done`.
        """

    async def beyond_paper(self) -> Sequence[int]:
        """Give whoever may buy live."""
