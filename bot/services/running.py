"""What those who run the bot see and say in chat: sums, health, log lines, settings, broadcasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.observability.log_ring import LogLine, LogRing
from bot.ports.clock import Clock
from bot.ports.groups import BroadcastAnswer, BroadcastBook, GroupBook, Totals
from bot.services.operations import Operations
from bot.services.price_board import PriceBoard
from bot.services.views import OutsideView

_MOST_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the whole is: `database_ms` is one round trip, `waiting_updates` and notices the queues.

    `trouble` says why nobody can be served, and is empty where they can.
    """

    trouble: str
    database_ms: float
    waiting_updates: int
    waiting_notices: int
    outside: OutsideView


class RunningBot:
    """The use cases of those who run the bot; figures are sums, and nobody is named."""

    def __init__(
        self,
        *,
        book: GroupBook,
        broadcasts: BroadcastBook,
        operations: Operations,
        board: PriceBoard,
        clock: Clock,
        logs: LogRing,
        settings: Sequence[tuple[str, str]],
    ) -> None:
        self._book = book
        self._broadcasts = broadcasts
        self._operations = operations
        self._board = board
        self._clock = clock
        self._logs = logs
        self._settings = tuple(settings)

    async def totals(self, user: User) -> Totals:
        """Give sums over everybody's present seasons."""
        user.require(Permission.OPERATE)
        return await self._book.totals()

    def symbol(self, token_id: int) -> str:
        """Give what a token is called."""
        token = self._board.tokens.get(token_id)
        return token.symbol if token is not None else str(token_id)

    async def health(self, user: User) -> Health:
        """Give how endpoints, database and queues are; raises `Unavailable` without a database."""
        user.require(Permission.OPERATE)
        trouble = await self._operations.why_not_ready()
        began = self._clock.monotonic()
        updates, notices = await self._operations.depths()
        return Health(
            trouble=trouble,
            database_ms=1000 * (self._clock.monotonic() - began),
            waiting_updates=updates,
            waiting_notices=notices,
            outside=self._operations.outside(),
        )

    async def logs(self, user: User, level: int, text: str) -> Sequence[LogLine]:
        """Give the last log lines of at least a level that hold a text, redacted."""
        user.require(Permission.READ_LOGS)
        return self._logs.last(_MOST_LINES, level=level, text=text)

    async def settings(self, user: User) -> Sequence[tuple[str, str]]:
        """Give the settings that are in force; of secrets only whether they are set."""
        user.require(Permission.OPERATE)
        return self._settings

    async def receivers(self, user: User) -> int:
        """Count whom a broadcast would reach."""
        user.require(Permission.BROADCAST)
        return await self._broadcasts.receivers()

    async def broadcast(
        self, request: Request, payload: Mapping[str, object], answer: BroadcastAnswer
    ) -> None:
        """Queue a text for everybody, behind all else; once for this request."""
        request.user.require(Permission.BROADCAST)
        await self._broadcasts.send(request, payload, answer)
