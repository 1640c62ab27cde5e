"""Leases in PostgreSQL, over a session of their own that waits for nobody."""

import asyncio
from collections.abc import Collection
from contextlib import suppress

import asyncpg

from bot.domain.errors import Unavailable
from bot.ports.leases import Standing

# Who does not hear from the database within this asks again: a renewal is worth nothing late.
_ANSWER_SECONDS = 1.5
_SESSION = {"application_name": "kitrader", "lock_timeout": "1s"}
_JOIN = "SELECT join_leases($1, $2)"
_KEEP = "SELECT is_alive, alive, names, fences FROM keep_leases($1, $2, $3, $4, $5, $6)"
_LEAVE = "SELECT leave_leases($1)"
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # A connection that ends between the two requests of one statement leaves asyncpg confused.
    asyncpg.InternalClientError,
)


class PostgresLeases:
    """The leases of one process, named by its kind and a number that nobody had before.

    `seconds` is how long they are good for unless they are renewed. Its sessions of the pool carry
    its name: when it lapsed, they are ended before another takes what it held.
    """

    def __init__(self, dsn: str, *, kind: str, holder: str, seconds: float) -> None:
        self._dsn = dsn
        self._kind = kind
        self._holder = holder
        self._seconds = seconds
        self._session: asyncpg.Connection | None = None

    async def join(self, seconds: float) -> None:
        """Come alive for so long, holding nothing and counted by nobody; raises `Unavailable`."""
        await self._ask(_JOIN, self._holder, seconds)

    async def keep(
        self, wanted: Collection[str], done: Collection[str], *, is_shared: bool
    ) -> Standing:
        """Renew all, give back what is `done`, and take what is free of `wanted`.

        Of what `is_shared` no more than a fair share is taken, of the rest all or nothing.

        Raises `Unavailable`, and then nobody knows whether it was renewed.
        """
        row = await self._ask(
            _KEEP, self._holder, self._kind, list(wanted), list(done), is_shared, self._seconds
        )
        if not row["is_alive"]:
            return Standing(is_alive=False, alive=0, held={})
        held = dict(zip(row["names"], row["fences"], strict=True))
        return Standing(is_alive=True, alive=row["alive"], held=held)

    async def leave(self) -> None:
        """Give all back at a clean end; raises `Unavailable`."""
        await self._ask(_LEAVE, self._holder)
        await self.close()

    async def close(self) -> None:
        """End the session; what was held lapses by itself."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(*_AWAY):
                await session.close(timeout=_ANSWER_SECONDS)

    async def _ask(self, query: str, *arguments: object) -> asyncpg.Record:
        try:
            async with asyncio.timeout(2 * _ANSWER_SECONDS):
                session = await self._open()
                row = await session.fetchrow(query, *arguments)
        except _AWAY as error:
            if self._session is not None:
                self._session.terminate()
            raise Unavailable("database", type(error).__name__) from error
        assert row is not None, "a function always answers"  # noqa: S101
        return row

    async def _open(self) -> asyncpg.Connection:
        if self._session is None or self._session.is_closed():
            self._session = await asyncpg.connect(
                self._dsn,
                server_settings=_SESSION,
                timeout=_ANSWER_SECONDS,
                command_timeout=_ANSWER_SECONDS,
            )
        return self._session
