"""One token whose price the test sets, alerts in a real database, and what was queued for whom."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.adapters.database.alert_watch import PostgresAlerts
from bot.adapters.database.connection import Pool
from bot.bootstrap.alert_wiring import AlertParts, wire_alerts
from bot.domain.instruments import Token
from bot.domain.notices import Notice, QueuedNotice
from bot.domain.price_trust import TrustRules
from bot.domain.requests import Request
from bot.domain.users import Role, User
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions
from bot.services.triggers import Triggers
from bot.services.wallets import Wallets
from bot.services.whole_pools import WholePools
from bot.telegram.alert_notices import FiredAlertNotices
from bot.telegram.alert_words import read_condition, read_own_condition
from tests.builders.books import books_on, known_token, meet
from tests.builders.chance import seeded
from tests.builders.desks import SOL, pool
from tests.fakes.hand_clock import HandClock
from tests.fakes.suspicion_book import PlainWarnings, SuspicionsInMemory

_numbers = itertools.count(1)
_NOBODY: Any = None  # the chain is asked by nothing here: the board has all that a mark needs


class AlertScene:
    """The services of alerts on a board that the test moves; the pool is deep: two readings."""

    def __init__(self, database: Pool, kept: Token) -> None:
        self.database, self.token = database, kept
        self.clock, self.board = HandClock(), PriceBoard()
        self.board.track(kept, ())
        self.books = books_on(database)
        self.handed_over: list[QueuedNotice] = []
        self.book = PostgresAlerts(database, on_outbox=self.handed_over.extend)
        self.slot, self.depth = 100, 2_000 * SOL
        self.restart()

    def restart(self) -> None:
        """Begin anew with what the database has."""
        rules = TrustRules()
        self.suspicions = Suspicions(
            board=self.board,
            book=SuspicionsInMemory(),
            clock=self.clock,
            rules=rules,
            notices=PlainWarnings(),
        )
        self.triggers = Triggers(
            board=self.board,
            suspicions=self.suspicions,
            rules=rules,
            time_of=self._time_of,
            clock=self.clock,
        )
        pools = WholePools(board=self.board, chain=_NOBODY, clock=self.clock)
        parts = AlertParts(
            book=self.book,
            board=self.board,
            books=self.books,
            triggers=self.triggers,
            suspicions=self.suspicions,
            wallets=Wallets(books=self.books, board=self.board, pools=pools, clock=self.clock),
            clock=self.clock,
        )
        notices = FiredAlertNotices(clock=self.clock, chance=seeded(3), bot_name="bot")
        self.alerts, self.following = wire_alerts(
            parts, notices=notices, rules=rules, target_seconds=10.0
        )

    def _time_of(self, _slot: int) -> datetime:
        return self.clock.now()

    async def tick(self, percent: Decimal | int, *, dispute: bool = False) -> None:
        """Give the token so many percent of its first price (0.02 SOL), in a newer slot."""
        self.slot += 1
        self.clock.advance(1)
        await self.reread(percent, dispute=dispute)

    async def reread(self, percent: Decimal | int, *, dispute: bool = False) -> None:
        made = pool(sol_reserve=self.depth, token_reserve=int(self.depth * 5 // percent))
        read = [replace(made, slot=self.slot, address="one")]
        if dispute:
            other = pool(sol_reserve=self.depth // 2, token_reserve=self.depth // 2)
            read.append(replace(other, slot=self.slot, address="other"))
        self.board.set_price(self.token.token_id, read, self.clock.now())
        await self.suspicions.check({self.token.token_id})
        await self.triggers.check({self.token.token_id})

    async def user(self, user_id: int = 1001, role: Role | None = None) -> User:
        return await meet(self.books, user_id, role)

    async def set(self, of: User, words: str, *, request: Request | None = None) -> int:
        """Set an alert as typed behind `/alert WIF`, or behind `/alert`; gives its number."""
        ids: list[int] = []
        first, *rest = words.split()
        own = read_own_condition(first, rest)
        token_id = self.token.token_id if own is None else None
        await self.alerts.place(
            request or self.request(of),
            token_id,
            own or read_condition(words.split()),
            lambda line: ids.append(line.alert.alert_id) or (),
        )
        return ids[0]

    def request(self, of: User, request_id: str = "") -> Request:
        return Request(
            user=of,
            request_id=request_id or f"tg:{next(_numbers)}",
            received_at=self.clock.now(),
        )

    async def told(self, user_id: int | None = None) -> Sequence[Notice]:
        """Give the news in the outbox, in order."""
        rows = await self.database.fetch("SELECT * FROM outbox ORDER BY notice_id")
        return [
            Notice(chat_id=row["chat_id"], method=row["method"], payload=row["payload"])
            for row in rows
            if user_id in (None, row["chat_id"])
        ]

    async def texts(self) -> list[str]:
        return [str(notice.payload["text"]) for notice in await self.told()]


async def alert_scene(database: Pool) -> AlertScene:
    """Set the scene: the token is kept and stands at its first price."""
    scene = AlertScene(database, await known_token(database))
    await scene.tick(100)
    return scene
