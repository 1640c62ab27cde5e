"""The gate beside a house of one token, on a real database, and people with made records."""

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.gates import PostgresGates
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.adapters.database.live_orders import PostgresLiveOrders
from bot.adapters.database.twins import PostgresTwins
from bot.domain.gate import GateRules, Stage
from bot.domain.identifiers import SOL_MINT
from bot.domain.live_orders import LiveIntent, LiveSide
from bot.domain.requests import Request
from bot.domain.users import Mode, Role, User
from bot.services.gate import Gate
from bot.services.gate_reading import GateReading
from bot.services.valuation import Valuation
from bot.services.whole_pools import WholePools
from bot.telegram.gate_news import GateNews
from tests.builders.books import meet
from tests.builders.chance import seeded
from tests.builders.gates import RULES
from tests.builders.houses import House, house

SOL = 10**9
ADMIN = 3001
_numbers = itertools.count(1)
_POSITION = """
    INSERT INTO positions (user_id, mode, season, number, token_id, side, state, token_units,
      cost_lamports, margin_lamports, proceeds_lamports, rent_lamports, leverage,
      realised_pnl_lamports, fees_lamports, entry_price, opened_at, closed_at)
    VALUES ($1, $2, $3, $4, $5, $6,
      CASE WHEN $10::timestamptz IS NULL THEN 'open' ELSE 'closed' END,
      CASE WHEN $10::timestamptz IS NULL THEN 1 ELSE 0 END,
      CASE WHEN $10::timestamptz IS NULL THEN $7::numeric ELSE 0 END, 0, 0, 0, 1, $8, 0, 1, $9, $10)
"""
_ORDER = """
    INSERT INTO orders (user_id, mode, season, number, request_id, request_hash, position_number,
      token_id, action, side, state, sol_lamports, token_units, receipt, received_at, decided_at,
      filled_at)
    VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8, $9, 'filled', $10, 1, $11, $12, $12, $12)
"""
_LOSS = """
    INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code)
    SELECT $1::bigint, $2, 1, live_account($1, 1, 'cash', sol), live_account($1, 1, 'market', sol),
      $3, 'swap_in' FROM (VALUES ('So11111111111111111111111111111111111111112')) v(sol)
"""


class RunningClock:
    """The machine's clock, put ahead by hand: the database stamps transfers by its own."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._real.now() + self._ahead

    def monotonic(self) -> float:
        return self._real.monotonic() + self._ahead.total_seconds()

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


@dataclass(slots=True, kw_only=True)
class GateRoom:
    """A gate, its book, and one person whose records a test makes up."""

    database: Pool
    house: House
    gate: Gate
    book: PostgresGates
    orders: PostgresLiveOrders
    accounts: PostgresLiveAccounts
    clock: RunningClock
    owner: User
    token_ids: list[int]

    def request(self, name: str = "") -> Request:
        return Request(
            user=self.owner,
            request_id=name or f"tg:{next(_numbers)}",
            received_at=self.clock.now(),
        )

    async def played(
        self,
        result: int,
        *,
        mode: Mode = Mode.PAPER,
        season: int = 1,
        token: int = 0,
        stake: int = SOL,
        at: datetime | None = None,
        held: timedelta | None = timedelta(hours=1),
        side: str = "long",
    ) -> None:
        """Write a position down as it was bought and sold; `held` None leaves it open."""
        number, user_id = next(_numbers), self.owner.user_id
        token_id = self.token_ids[token]
        opened_at = at or self.clock.now()
        closed_at = None if held is None else opened_at + held
        position = (user_id, mode.value, season, number, token_id, side, Decimal(stake))
        await self.database.execute(_POSITION, *position, Decimal(result), opened_at, closed_at)
        order = (user_id, mode.value, season)
        receipt: dict[str, object] = {"fill": _FILL}
        bought = (number, token_id, "open", side, Decimal(stake), receipt, opened_at)
        await self.database.execute(_ORDER, *order, 2 * number, f"b{number}", *bought)
        if closed_at is not None:
            receipt = receipt | {"realised_pnl_lamports": result}
            sold = (number, token_id, "close", side, Decimal(stake), receipt, closed_at)
            await self.database.execute(_ORDER, *order, 2 * number + 1, f"s{number}", *sold)

    async def good_record(self, mode: Mode = Mode.PAPER) -> None:
        """Play twelve bets on twelve days, of which nine gain, and let the days pass."""
        for day in range(12):
            result = -SOL // 20 if day % 4 == 0 else SOL // 5
            await self.played(result, mode=mode)
            self.clock.advance(86_400)

    async def risen_to(self, stage: Stage) -> None:
        """Put the person at a stage by the database's own door, a step at a time."""
        for step in list(Stage)[1 : stage.rank + 1]:
            await self.database.execute(
                "SELECT set_gate($1, $2, $3, NULL, 0, 0, '{}')",
                self.owner.user_id,
                step.value,
                self.clock.now(),
            )

    async def live_books(self, lamports: int) -> None:
        user_id, now = self.owner.user_id, self.clock.now()
        await self.accounts.open(user_id, 1, now)
        await self.accounts.book_external(user_id, 1, f"came {next(_numbers)}", lamports)

    async def lost(self, lamports: int) -> None:
        """Play a live bet that lost, and let the SOL be gone from the books."""
        await self.played(-lamports, mode=Mode.LIVE, stake=2 * lamports)
        await self.database.execute(_LOSS, self.owner.user_id, f"lost {next(_numbers)}", lamports)

    def buying(self, lamports: int) -> LiveIntent:
        """Give the intent of a purchase as it would be placed."""
        return self._intent(LiveSide.BUY, lamports)

    def selling(self, units: int, position: int) -> LiveIntent:
        return replace(self._intent(LiveSide.SELL, units), position_number=position)

    def _intent(self, side: LiveSide, amount: int) -> LiveIntent:
        now, name = self.clock.now(), f"live {next(_numbers)}"
        mint = self.house.kept.mint
        return LiveIntent(
            user_id=self.owner.user_id,
            number=0,
            request_id=name,
            request_hash=name,
            wallet_number=1,
            wallet_address="address",
            token_id=self.house.kept.token_id,
            side=side,
            position_number=None,
            mint_in=SOL_MINT if side is LiveSide.BUY else mint,
            mint_out=mint if side is LiveSide.BUY else SOL_MINT,
            amount_in=amount,
            min_out=1,
            slippage_bps=100,
            most_impact_bps=500,
            most_fee_lamports=0,
            most_tip_lamports=0,
            most_rent_lamports=1,
            most_attempts=1,
            received_at=now,
            decided_at=now,
            deadline_at=now + timedelta(minutes=2),
        )

    async def told(self, user_id: int) -> list[str]:
        rows = await self.database.fetch(
            "SELECT payload ->> 'text' AS text FROM outbox WHERE chat_id = $1 ORDER BY notice_id",
            user_id,
        )
        return [row["text"] for row in rows]

    async def audit(self) -> list[tuple[str, int, str]]:
        rows = await self.database.fetch(
            "SELECT action, actor_id, details ->> 'to' AS stage FROM audit_log"
            " WHERE action LIKE 'gate.%' ORDER BY audit_id"
        )
        return [tuple(row) for row in rows]


_FILL = {
    "network_fee_lamports": 0,
    "pool_fee_in_sol": True,
    "pool_fee_units": 0,
}


async def gate_room(database: Pool, rules: GateRules = RULES) -> GateRoom:
    """Build it: Ann, who may hold a live wallet, at the beginning."""
    found = await house(database)
    clock = RunningClock()
    owner = await meet(found.books, role=Role.PREMIUM)
    # The season began with this clock, not with the database's.
    await database.execute("UPDATE virtual_wallets SET started_at = $1", clock.now())
    tokens = await database.fetch(
        "INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply)"
        " SELECT 'mint' || n, 'T' || n, 'T', 6, 'p', 1 FROM generate_series(1, 3) n"
        " RETURNING token_id"
    )
    book = PostgresGates(database, on_outbox=lambda _queued: None)
    reading = GateReading(
        book=book,
        twins=PostgresTwins(database),
        books=found.books,
        valuation=Valuation(
            board=found.board,
            pools=WholePools(board=found.board, chain=found.chain, clock=clock),
            clock=clock,
        ),
        rules=rules,
    )
    news = GateNews(clock=clock, chance=seeded(3), bot_name="kit", admin_ids=(ADMIN,))
    return GateRoom(
        database=database,
        house=found,
        gate=Gate(book=book, reading=reading, rules=rules, clock=clock, notices=news),
        book=book,
        orders=PostgresLiveOrders(database, lambda _queued: None),
        accounts=PostgresLiveAccounts(database, lambda _queued: None),
        clock=clock,
        owner=owner,
        token_ids=[found.kept.token_id, *(row["token_id"] for row in tokens)],
    )
