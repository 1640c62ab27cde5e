"""Fills a migrated database with a year of trading, quickly, and so that its books are proved."""

import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import orjson

from benchmarks.command_path_load import update
from bot.adapters.database.connection import to_json
from bot.adapters.database.embedded_cluster import APPLICATION_USER, SUPERUSER
from bot.adapters.database.rows import receipt_to_json
from bot.domain.identifiers import TOKEN_PROGRAM
from bot.domain.orders import OpenIntent
from bot.domain.positions import Side
from bot.domain.users import Mode
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.services.views import Filled
from bot.telegram.callbacks import Keys
from bot.telegram.layout import to_send
from bot.telegram.screens import receipts
from tests.builders.desks import MINT, NOON, SOL, desk, market, request, token

FIRST_PERSON = 10_000_000
MOST_PEOPLE = 100_000
_TRANSFERS_PER_PERSON = 10
_TRANSFERS_PER_TRADE = 7.7  # eight, and four of those that are still open
_TABLES = (
    "users",
    "virtual_wallets",
    "positions",
    "orders",
    "transfers",
    "accounts",
    "inbox",
    "outbox",
)
_YEAR = Path(__file__).with_suffix(".sql")
_ASKED = """
    CREATE TEMP TABLE asked (
      people bigint, trades bigint, first_person bigint, mint text, program text, receipt jsonb,
      notice jsonb, raw text, year interval DEFAULT '365 days')
"""
_ASK = "INSERT INTO asked VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb, $8)"
# Triggers of the ledger and of keys would ask for every row what the proof asks of all at once.
_HURRY = """
    SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '1GB';
    SET maintenance_work_mem = '1GB'; SET max_parallel_workers_per_gather = 2;
    SET enable_memoize = off; SET jit = off;
"""
# Rows come in the order of time, as in life; indexes are built after them instead of row by row.
_REST_INDEXES = """
    UPDATE pg_index SET indisready = false, indisvalid = false
    WHERE indrelid = ANY ($1::text[]::regclass[])
"""
_COUNT = "SELECT count(*) FROM {}"
_BUSIEST = (
    "SELECT user_id, last_order FROM virtual_wallets ORDER BY last_order DESC, user_id LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """A filled database: the counts of its rows, and of whom to ask."""

    dsn: str
    rows: dict[str, int]
    people: int
    busiest: int
    busiest_orders: int
    seconds: float

    def some(self, count: int) -> list[int]:
        """Give people spread over all ranks from the busiest to the idlest, the same for all."""
        step = self.people / count
        return [FIRST_PERSON + int((place + 0.5) * step) for place in range(count)]


async def grow(dsn: str, transfers: int) -> Grown:
    """Fill the tables with about so many transfers."""
    began = time.perf_counter()
    people = min(MOST_PEOPLE, transfers // _TRANSFERS_PER_PERSON)
    trades = int((transfers - people) / _TRANSFERS_PER_TRADE)
    connection = await asyncpg.connect(dsn.replace(f"//{APPLICATION_USER}@", f"//{SUPERUSER}@"))
    try:
        await connection.execute(_HURRY)
        await connection.execute(_ASKED)
        await connection.execute(
            _ASK, people, trades, FIRST_PERSON, MINT, TOKEN_PROGRAM, *_specimen()
        )
        await connection.execute(_REST_INDEXES, list(_TABLES))
        await connection.execute(_YEAR.read_text("utf-8"))
        for table in _TABLES:
            await connection.execute(f"REINDEX TABLE {table}")
        await connection.execute("VACUUM (ANALYZE)")
        await connection.execute("CHECKPOINT")
        ((busiest, orders),) = await connection.fetch(_BUSIEST)
        rows = {table: await connection.fetchval(_COUNT.format(table)) for table in _TABLES}
    finally:
        await connection.close()
    return Grown(
        dsn=dsn,
        rows=rows,
        people=people,
        busiest=busiest,
        busiest_orders=orders,
        seconds=time.perf_counter() - began,
    )


def _specimen() -> tuple[str, str, str]:
    """Give a receipt, the message that shows it, and the update that asked for it, as stored."""
    intent = OpenIntent(token_id=1, side=Side.LONG, size_lamports=SOL // 100)
    engine = TradingEngine(PaperVenue(), RiskSettings())
    decided = engine.open(desk(), intent, market(), request(), NOON)
    filled = Filled(
        mode=Mode.PAPER,
        receipt=decided.receipt,
        token=token(),
        position=decided.position,
        sol_usd=None,
    )
    keys = Keys(owner=FIRST_PERSON, nonce="00000aaaaa", bot_name="kitrader")
    notice = to_send(receipts.receipt(filled, keys), FIRST_PERSON)
    raw = orjson.dumps(update(1, FIRST_PERSON)).decode()
    return to_json(receipt_to_json(decided.receipt)), to_json(notice.payload), raw
