"""One cell of the load: a database with 10,000 people, the bot's processes, a pace, the proof."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg
import psutil  # type: ignore[import-untyped] # it brings none, and two figures need none

from benchmarks.bots import ROOT
from benchmarks.command_path_load import processor_seconds
from benchmarks.figures import median, p99
from benchmarks.load_telegram import BOT_TOKEN, LoadTelegram, Outcome, load_telegram
from benchmarks.processes import Program, program
from bot.adapters.database.embedded import EmbeddedServer, embedded_postgres
from bot.adapters.database.embedded_cluster import APPLICATION_USER, SUPERUSER
from bot.adapters.database.migrate import migrate
from bot.cli.sandbox_process import Sandbox, sandbox_process
from tests.builders.ports import free_port
from tests.faults.redis_server import redis_server

LAYOUTS: Mapping[int, Sequence[str]] = {
    1: ("all",),
    2: ("web,sender", "worker,market"),
    4: ("web", "worker", "market", "sender"),
    5: ("web", "worker", "worker", "market", "sender"),
    7: ("web", "worker", "worker", "worker", "worker", "market", "sender"),
}
PEOPLE = 10_000
FIRST_PERSON = 60_000_000
_SECRET = "load-" + "s" * 32
_WARM_SECONDS, _WARM_RATE = 3.0, 20.0
_STARTS_WITHIN_SECONDS = 60.0
# As `meet_user` leaves people behind, all at once: its triggers take minutes for so many.
_MEET = """
    SET session_replication_role = replica;
    INSERT INTO users (user_id, first_name, language)
    SELECT {first} + n, 'Ann', 'en' FROM generate_series(0, {people} - 1) n;
    INSERT INTO virtual_wallets (user_id, mode, season, grant_lamports)
    SELECT user_id, 'paper', 1, 100000000000 FROM users;
    INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code)
    SELECT user_id, 'grant:paper:1', 1, 1, 2, 100000000000, 'grant' FROM users;
    INSERT INTO accounts (user_id, account_id, mode, season, kind, asset, balance)
    OVERRIDING SYSTEM VALUE
    SELECT user_id, a.id, 'paper', 1, a.kind, 'So11111111111111111111111111111111111111112', a.units
    FROM users, (VALUES (1, 'faucet', -100000000000), (2, 'cash', 100000000000)) a(id, kind, units);
    SELECT setval(pg_get_serial_sequence('accounts', 'account_id'), 1000);
    SET session_replication_role = origin;
    ANALYZE;
"""
_LIFT = "UPDATE role_limits SET value = NULL WHERE name IN ('orders_per_minute', 'alerts')"
_STATISTICS = """
    SELECT xact_commit, active_time, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint
    FROM pg_stat_database WHERE datname = current_database()
"""
# By place: of twenty updates eight look, four ask for the wallet, four buy, two sell, two watch.
_SAYS = (
    "/price WIF", "/open WIF long 0.01", "/wallet ", "/price BONK", "/alert WIF above 99",
    "/price WIF", "/open WIF long 0.01", "/wallet ", "/price BONK", "/close WIF 50%",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a run took; processors in cores, the database's activity in sessions."""

    bot_cpu: Mapping[str, float]
    own_cpu: float
    database_cpu: float
    database_active: float
    commits_a_second: float
    wal_bytes_a_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one pace with one layout came to."""

    rate: float
    processes: int
    has_redis: bool
    seconds: float
    outcome: Outcome
    spent: Spent
    are_books_proven: bool

    @property
    def answered_a_second(self) -> float:
        """Give the answers that came while updates were pushed, by second."""
        return self.outcome.answered_in_time / self.seconds

    @property
    def p50_ms(self) -> float:
        """Give the middle latency, or nothing where nobody was answered."""
        return median(self.outcome.latencies_ms) if self.outcome.latencies_ms else 0.0

    @property
    def p99_ms(self) -> float:
        """Give the latency that 99 of 100 do not exceed."""
        return p99(self.outcome.latencies_ms) if self.outcome.latencies_ms else 0.0

    def to_json(self) -> Mapping[str, object]:
        """Give all figures, without each latency."""
        outcome = asdict(self.outcome)
        del outcome["latencies_ms"]
        return {
            "rate": self.rate,
            "processes": self.processes,
            "has_redis": self.has_redis,
            "seconds": self.seconds,
            "answered_a_second": round(self.answered_a_second, 1),
            "p50_ms": round(self.p50_ms, 2),
            "p99_ms": round(self.p99_ms, 1),
            **outcome,
            "bot_cores": {name: round(share, 3) for name, share in self.spent.bot_cpu.items()},
            "own_cores": round(self.spent.own_cpu, 3),
            "database_cores": round(self.spent.database_cpu, 3),
            "database_active": round(self.spent.database_active, 3),
            "wal_bytes_a_second": round(self.spent.wal_bytes_a_second),
            "commits_a_second": round(self.spent.commits_a_second, 1),
            "are_books_proven": self.are_books_proven,
        }


def says(place: int) -> str:
    """Give what the person whose turn it is says; in each round of all people another thing."""
    return _SAYS[(place + place // PEOPLE) % len(_SAYS)]


async def measure_cell(*, rate: float, processes: int, has_redis: bool, seconds: float) -> Cell:
    """Start everything, warm it up, push for so long, stop it, and prove the books."""
    with tempfile.TemporaryDirectory(prefix="kitrader-load-") as name:
        folder = Path(name)
        async with (
            embedded_postgres(folder / "pg", settings={"max_connections": "150"}) as server,
            sandbox_process(accounts=(), seed=1, port=0) as sandbox,
            load_telegram() as telegram,
            AsyncExitStack() as stack,
        ):
            await meet_people(server.dsn)
            settings = environment_of(sandbox, telegram, server.dsn)
            if has_redis:
                redis = await stack.enter_async_context(redis_server(folder))
                settings["REDIS_URL"] = redis.url
            async with _bot(LAYOUTS[processes], folder, settings, telegram) as programs:
                people = range(FIRST_PERSON, FIRST_PERSON + PEOPLE)
                await telegram.push(people, says, rate=_WARM_RATE, seconds=_WARM_SECONDS)
                async with _spending(server, programs) as spent:
                    outcome = await telegram.push(people, says, rate=rate, seconds=seconds)
            is_proven = await _is_proven(folder, settings)
    return Cell(
        rate=rate,
        processes=processes,
        has_redis=has_redis,
        seconds=seconds,
        outcome=outcome,
        spent=spent[0],
        are_books_proven=is_proven,
    )


@asynccontextmanager
async def _spending(
    server: EmbeddedServer, programs: Mapping[str, Program]
) -> AsyncIterator[list[Spent]]:
    """Count what a block takes; gives a list that holds it afterwards."""
    found: list[Spent] = []
    connection = await asyncpg.connect(server.dsn)
    try:
        ((commits, active_ms, wal),) = await connection.fetch(_STATISTICS)
        before, began = _seconds(server, programs), time.perf_counter()
        yield found
        took, after = time.perf_counter() - began, _seconds(server, programs)
        # The server's counts come a second late.
        await asyncio.sleep(1)
        ((commits_after, active_after_ms, wal_after),) = await connection.fetch(_STATISTICS)
    finally:
        await connection.close()
    cores = {name: (after[name] - before[name]) / took for name in before}
    found.append(
        Spent(
            own_cpu=cores.pop("own"),
            database_cpu=cores.pop("database"),
            bot_cpu=cores,
            wal_bytes_a_second=(wal_after - wal) / took,
            commits_a_second=(commits_after - commits) / took,
            database_active=(active_after_ms - active_ms) / 1000 / took,
        )
    )


def _seconds(server: EmbeddedServer, programs: Mapping[str, Program]) -> dict[str, float]:
    """Give the processor time taken so far by each of us."""
    taken = {}
    for name, one in programs.items():
        times = psutil.Process(one.pid).cpu_times()
        taken[name] = float(times.user + times.system)
    return {**taken, "own": time.process_time(), "database": processor_seconds(server.pid)}


@asynccontextmanager
async def _bot(
    roles: Sequence[str], folder: Path, settings: Mapping[str, str], telegram: LoadTelegram
) -> AsyncIterator[dict[str, Program]]:
    """Run the bot in these processes until the block ends; given once it can be spoken to."""
    async with AsyncExitStack() as stack:
        programs: dict[str, Program] = {}
        for number, role in enumerate(roles):
            port = free_port() if role == "all" or "web" in role.split(",") else 0
            own = {"HTTP_PORT": str(port)}
            if port:
                own["WEBHOOK_URL"] = f"http://127.0.0.1:{port}/telegram/webhook"
            words = () if role == "all" else ("--role", role)
            command = (sys.executable, "-P", "-m", "bot", "run", *words)
            name = role if role not in programs else f"{role} {number}"
            programs[name] = await stack.enter_async_context(
                program(command, folder=folder, environment={**settings, **own})
            )
        async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
            await telegram.webhook.wait()
            for one in programs.values():
                await one.says('"event": "running"')
        # Leases are shared out and first prices read within a few seconds.
        await asyncio.sleep(4)
        yield programs


def environment_of(sandbox: Sandbox, telegram: LoadTelegram, dsn: str) -> dict[str, str]:
    """Give the settings of a bot of this world, as variables; the web's own ports are added."""
    settings = sandbox.settings(data_dir=Path(), log_level="INFO")
    return {
        "PYTHONPATH": str(ROOT),
        "BOT_TOKEN": BOT_TOKEN,
        "BOT_API_BASE": telegram.base,
        "TELEGRAM_PER_SECOND": "1000",
        "DATABASE_URL": dsn,
        "DEFAULT_TOKENS": ",".join(settings.default_tokens),
        "SOLANA_RPC_URLS": ",".join(sandbox.rpc_urls),
        "SOLANA_WS_URLS": ",".join(sandbox.ws_urls),
        "DEXSCREENER_BASE": sandbox.dexscreener_base,
        "GECKOTERMINAL_BASE": sandbox.geckoterminal_base,
        "JUPITER_BASE": sandbox.jupiter_base,
        "WEBHOOK_URL": "http://127.0.0.1:1/telegram/webhook",
        "WEBHOOK_SECRET": _SECRET,
        "MESSAGES_PER_MINUTE": "600",
        "OPERATIONS_PORT": "0",
        "LOG_LEVEL": "INFO",
        "LOG_DIR": "",
    }


async def meet_people(dsn: str) -> None:
    """Bring the schema and the people into an empty database."""
    await migrate(dsn)
    # Only the superuser may leave triggers out.
    connection = await asyncpg.connect(dsn.replace(f"//{APPLICATION_USER}@", f"//{SUPERUSER}@"))
    try:
        await connection.execute(_LIFT)
        await connection.execute(_MEET.format(first=FIRST_PERSON, people=PEOPLE))
    finally:
        await connection.close()


async def _is_proven(folder: Path, settings: Mapping[str, str]) -> bool:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot", "ledger", "check"),
        cwd=folder,
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait() == 0
