"""Intents booked over a line that loses the database's answers, each retried until it is known."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.adapters.clock import SystemClock
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.domain.errors import Refusal, Unavailable
from bot.domain.instruments import Token
from bot.domain.users import Role, User
from bot.ports.books import BookingConflict
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.builders.desks import SOL
from tests.faults.killpoints import AMBIGUOUS_WRITES
from tests.faults.proxy import proxy_to_postgres

SIZE_LAMPORTS = SOL // 100
PEOPLE = 10
LOSS = 0.3
_APPLIED = "SELECT user_id, split_part(request_id, '/', 1) AS intent, sol_lamports FROM orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How often each intent was applied, by user and key, and what the books say of it."""

    intents: int
    cuts: int
    applied: Mapping[tuple[int, str], int]
    spent_lamports: int
    differences: Sequence[object]

    @property
    def lost(self) -> int:
        """Count intents that were never applied."""
        return self.intents - len(self.applied)

    @property
    def doubled(self) -> int:
        """Count applications beyond the first."""
        return sum(self.applied.values()) - len(self.applied)

    def check(self) -> None:
        """Fail unless each intent was applied exactly once, at its size, in balanced books."""
        assert self.cuts, "no answer was lost, so nothing was proved"
        assert (self.lost, self.doubled) == (0, 0)
        assert self.spent_lamports == self.intents * SIZE_LAMPORTS
        assert self.differences == ()


async def book_over_a_bad_line(
    dsn: str, *, intents: int, seed: int, fresh_key_per_try: bool = False
) -> Outcome:
    """Book intents of ten people through the proxy; `fresh_key_per_try` is the negative control."""
    async with open_pool(dsn, size=4) as straight:
        token = await known_token(straight)
        people = [await meet(books_on(straight), 7001 + n, Role.ADMIN) for n in range(PEOPLE)]
        async with (
            proxy_to_postgres(dsn, seed=seed) as proxy,
            open_pool(proxy.address, size=PEOPLE) as pool,
        ):
            rule = proxy.cut_before_reply(LOSS, matching=AMBIGUOUS_WRITES)
            # Two by two they may share a commit. All together they would share every one of them,
            # and there would be few answers to lose.
            books = [books_on(pool) for _ in range(PEOPLE // 2)]
            async with asyncio.TaskGroup() as group:
                for number, user in enumerate(people):
                    keys = [f"tg:{key}" for key in range(number, intents, PEOPLE)]
                    person = _Person(books[number // 2], user, token, fresh_key_per_try)
                    group.create_task(person.book_all(keys))
            proxy.mend()
        return await _outcome(straight, intents, rule.hits)


@dataclass(frozen=True, slots=True)
class _Person:
    books: PostgresBooks
    user: User
    token: Token
    fresh_key_per_try: bool

    async def book_all(self, keys: Sequence[str]) -> None:
        for key in keys:
            attempt = 0
            while not await self._is_known(f"{key}/{attempt if self.fresh_key_per_try else 0}"):
                attempt += 1

    async def _is_known(self, request_id: str) -> bool:
        try:
            asked, settlement = await decided_long(
                self.books,
                self.user,
                self.token,
                request_id=request_id,
                size_lamports=SIZE_LAMPORTS,
            )
            await self.books.book(asked, settlement, [])
        except (Unavailable, BookingConflict):
            return False
        except Refusal as refusal:
            if refusal.code != "already_done":
                raise
        return True


async def _outcome(pool: Pool, intents: int, cuts: int) -> Outcome:
    rows = await pool.fetch(_APPLIED)
    proof = await PostgresLedgerAudit(pool, SystemClock()).prove()
    return Outcome(
        intents=intents,
        cuts=cuts,
        applied=Counter((row["user_id"], row["intent"]) for row in rows),
        spent_lamports=sum(int(row["sol_lamports"]) for row in rows),
        differences=tuple(proof.differences),
    )
