"""The right to work on a database, alone or with others: a lock that ends with its process."""

import asyncio
from contextlib import suppress

import asyncpg
import structlog

from bot.domain.errors import Unavailable

_KEY = 7102028
_TAKE = "SELECT pg_try_advisory_lock($1)"
_TAKE_SHARED = "SELECT pg_try_advisory_lock_shared($1)"
_PATIENCE_SECONDS, _TRY_AGAIN_SECONDS = 20.0, 0.2
_LOOK_SECONDS, _ANSWER_SECONDS = 1.0, 5.0
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # A connection that ends between the two requests of one statement leaves asyncpg confused.
    asyncpg.InternalClientError,
)
# The server notices within half a minute that a machine is gone, not within hours.
_SESSION = {
    "application_name": "kitrader",
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_log = structlog.get_logger(__name__)


class AnotherBotError(Unavailable):
    """Somebody else has the lease: one who works alone, or some who share it."""

    def __init__(self, *, is_shared: bool = False) -> None:
        there = (
            "a whole Kitrader (--role all) works on it, and roles are for where none does."
            if is_shared
            else "another Kitrader works on it."
        )
        super().__init__("database", f"{there} Stop that one, or name another DATABASE_URL.")


class Lease:
    """A lock of a session of its own, so that no two bots send the same messages.

    A whole bot has it alone; processes of one role each share it.

    A bot that was just killed may hold it for a moment: `take` waits so long. When the database
    was away, `keep` takes it again, and ends the bot if another was quicker.
    """

    def __init__(
        self, dsn: str, *, is_shared: bool = False, patience_seconds: float = _PATIENCE_SECONDS
    ) -> None:
        self._dsn = dsn
        self._is_shared = is_shared
        self._patience_seconds = patience_seconds
        self._session: asyncpg.Connection | None = None

    async def take(self) -> None:
        """Wait until it is ours.

        Raises `AnotherBotError` where it is not within the patience, and `Unavailable` where the
        database does not answer.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience_seconds
        while not await self._is_taken():
            if loop.time() >= until:
                raise AnotherBotError(is_shared=self._is_shared)
            await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def keep(self) -> None:
        """Look after it until cancelled; raises `AnotherBotError` where it is lost for good."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._session is not None and not self._session.is_closed():
                continue
            try:
                await self.take()
            except AnotherBotError:
                raise
            except Unavailable:
                _log.warning("lease_lost")

    async def give_back(self) -> None:
        """Let the next bot have it."""
        if self._session is not None:
            with suppress(*_AWAY):
                await self._session.close(timeout=_LOOK_SECONDS)

    async def _is_taken(self) -> bool:
        try:
            session = await asyncpg.connect(
                self._dsn,
                server_settings=_SESSION,
                timeout=_ANSWER_SECONDS,
                command_timeout=_ANSWER_SECONDS,
            )
            try:
                if await session.fetchval(_TAKE_SHARED if self._is_shared else _TAKE, _KEY):
                    self._session = session
                    return True
            finally:
                # Not ours, or nobody knows: a session left open might keep it from ourselves.
                if self._session is not session:
                    session.terminate()
        except _AWAY as error:
            raise Unavailable("database", type(error).__name__) from error
        return False
