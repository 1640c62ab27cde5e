"""The public door on a real database and a real socket, and people who visit it."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import httpx

from bot.adapters.clock import SystemClock
from bot.adapters.database.accounts import PostgresAccounts
from bot.adapters.database.audit_book import PostgresAuditBook
from bot.adapters.database.connection import Pool
from bot.adapters.database.exports import PostgresExports
from bot.adapters.database.factors import PostgresFactors
from bot.adapters.database.freezes import PostgresFreezes
from bot.adapters.database.web_sessions import PostgresSessions
from bot.adapters.vault.factor_vault import SealedFactorVault
from bot.domain.users import Role
from bot.services.access import Access
from bot.services.audit import Audit
from bot.services.exports import Exports
from bot.services.factors import Factors
from bot.services.freezes import Freezes
from bot.services.security import Security
from bot.services.web_sessions import WebSessions, form_token
from bot.telegram.security_news import SecurityNews
from bot.web.application import WebDoor, web_application
from bot.web.door import SECURE_COOKIE, Hook
from bot.web.server import serve
from tests.builders.books import books_on, meet
from tests.builders.chance import seeded

ORIGIN = "https://trade.example"
SECRET = "a-webhook-secret-0123456789"
HOOK = "/telegram/webhook"
SECOND_SECRET, SECOND_HOOK = "another-secret-0123456789", "/telegram/webhook/2"
ANN, BOB, ADA = 1001, 1002, 3001


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDoor:
    """A door that is served, and its parts."""

    door: WebDoor
    security: Security
    vault: SealedFactorVault
    pool: Pool
    base: str
    received: list[dict[str, object]]

    async def session_of(self, user_id: int) -> str:
        """Log a person in, and give the token of the session."""
        link = await self.security.sessions.invite(user_id)
        return await self.security.sessions.log_in(link, "a test")

    def log_ins(self, people: Mapping[str, int]) -> dict[str, Callable[[], str]]:
        """Give for each, strangers (0) too, how another thread logs them in."""
        loop = asyncio.get_running_loop()

        def log_in(user_id: int) -> str:
            return asyncio.run_coroutine_threadsafe(self.session_of(user_id), loop).result()

        return {
            who: partial(log_in, user_id) if user_id else str for who, user_id in people.items()
        }

    def headers_of(self, token: str) -> dict[str, str]:
        """Give what a browser of this session sends with a form."""
        return {"Cookie": f"{SECURE_COOKIE}={token}", "Origin": ORIGIN}

    async def post(self, token: str, path: str, **fields: str) -> httpx.Response:
        """Send a form as our own page would."""
        async with httpx.AsyncClient(base_url=self.base, timeout=30) as client:
            data = {"csrf": form_token(token), **fields}
            return await client.post(path, data=data, headers=self.headers_of(token))

    async def get(self, token: str, path: str) -> httpx.Response:
        """Look at a page."""
        async with httpx.AsyncClient(base_url=self.base, timeout=30) as client:
            return await client.get(path, headers=self.headers_of(token))


def security_on(pool: Pool, vault: SealedFactorVault, *, delay: timedelta) -> Security:
    clock = SystemClock()
    quiet = {"on_outbox": lambda _queued: None}
    notices = SecurityNews(clock=clock, chance=seeded(5), bot_name="kitrader_bot")
    sessions = WebSessions(
        book=PostgresSessions(pool, **quiet),
        accounts=PostgresAccounts(pool),
        notices=notices,
        draw=lambda: secrets.token_urlsafe(32),
        clock=clock,
    )
    factors = Factors(
        book=PostgresFactors(pool, **quiet),
        open_vault=lambda: vault,
        sessions=sessions,
        notices=notices,
        clock=clock,
    )
    freezes = Freezes(
        book=PostgresFreezes(pool, **quiet),
        factors=factors,
        access=Access(books=books_on(pool), clock=clock, roles={}),
        notices=notices,
        clock=clock,
        delay=delay,
    )
    return Security(sessions=sessions, factors=factors, freezes=freezes)


@asynccontextmanager
async def served(door: WebDoor) -> AsyncIterator[str]:
    """Serve a door on a free port for the length of a block."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(serve(web_application(door), listener))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            task.cancel()


@asynccontextmanager
async def opened(database: Pool) -> AsyncIterator[OpenDoor]:
    """A door over https as it seems, whose Ann, Bob and Ada (an admin) are known."""
    received: list[dict[str, object]] = []

    async def receive(updates: list[dict[str, object]]) -> None:
        received.extend(updates)

    vault = SealedFactorVault(secrets.token_bytes(32))
    security = security_on(database, vault, delay=timedelta(hours=24))
    books = books_on(database)
    for person in (ANN, BOB):
        await meet(books, person)
    await meet(books, ADA, Role.ADMIN)
    door = WebDoor(
        security=security,
        audit=Audit(book=PostgresAuditBook(database), clock=SystemClock()),
        exports=Exports(book=PostgresExports(database), clock=SystemClock()),
        public_url=ORIGIN,
        clock=SystemClock(),
        receive=receive,
        webhook_secret=SECRET,
        webhook_path=HOOK,
        more_hooks=(Hook(path=SECOND_HOOK, secret=SECOND_SECRET, receive=receive),),
        per_minute=1_000_000,
        logins_per_minute=1_000_000,
    )
    async with served(door) as base:
        yield OpenDoor(
            door=door,
            security=security,
            vault=vault,
            pool=database,
            base=base,
            received=received,
        )
