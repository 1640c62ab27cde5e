"""`kitrader check`: what is well, what is not, and what to do about it."""

import argparse
from dataclasses import asdict
from datetime import UTC
from email.utils import parsedate_to_datetime

import asyncpg
import httpx
import orjson
from yarl import URL

from bot.adapters.clock import SystemClock
from bot.adapters.database.embedded_errors import EmbeddedPostgresError
from bot.adapters.database.migrate import schema_state
from bot.bootstrap.outside import reach_database
from bot.bootstrap.settings import Settings
from bot.cli.check_endpoints import endpoint_findings
from bot.cli.check_live import live_findings
from bot.cli.check_master_key import Sealed, master_key_findings, what_is_sealed
from bot.cli.check_redis import redis_findings
from bot.cli.check_room import room_findings
from bot.cli.check_signer import signer_findings
from bot.cli.check_sources import source_findings
from bot.cli.findings import Finding
from bot.cli.setup import FAILED, log_as_set, run_async, settings_or_exit

_TIMEOUT_SECONDS = 10.0
_OLDEST_POSTGRES = 150_000
_LARGEST_CLOCK_ERROR_SECONDS = 5.0
_MARKS = {"ok": "ok  ", "warn": "WARN", "bad": "BAD "}

OUTAGES = (httpx.HTTPError, OSError, ValueError, KeyError, TypeError)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "check",
        help="see whether settings, database, RPC, Telegram and clock are well",
        description="Try everything that the bot needs, and say what to do where it fails. "
        "Exit code: 0 all well (warnings allowed), 1 something is bad, 2 wrong settings.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--live", action="store_true", help="also what live trading would need")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; gives the exit code."""
    settings = settings_or_exit("check")
    log_as_set(settings, level="ERROR")
    findings = run_async("check", _findings(settings, is_live_asked=arguments.live))
    if findings is None:
        return FAILED
    for finding in findings:
        if arguments.json:
            print(orjson.dumps(asdict(finding)).decode())
        else:
            cure = f"\n       -> {finding.cure}" if finding.cure else ""
            print(f"{_MARKS[finding.state]} {finding.subject:<12} {finding.detail}{cure}")
    return FAILED if any(finding.state == "bad" for finding in findings) else 0


async def _findings(settings: Settings, *, is_live_asked: bool) -> list[Finding]:
    findings = [Finding(subject="settings", state="ok", detail="all settings can be read")]
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
        database, sealed = await _database(settings)
        findings += [database, *await room_findings(settings)]
        findings += master_key_findings(settings, sealed)
        findings += await _telegram(settings, client)
        findings += await endpoint_findings(settings, client)
    findings += await source_findings(settings)
    findings += await redis_findings(settings)
    if is_live_asked or settings.live_trading:
        findings += await live_findings(settings)
    findings += await signer_findings(settings)
    return findings


async def _database(settings: Settings) -> tuple[Finding, Sealed | None]:
    sealed: Sealed | None = None
    try:
        async with reach_database(settings) as dsn:
            connection = await asyncpg.connect(dsn, timeout=_TIMEOUT_SECONDS)
            version = str(await connection.fetchval("SHOW server_version")).split()[0]
            number = int(await connection.fetchval("SHOW server_version_num"))
            found, newest = await schema_state(dsn)
            if found == newest:
                sealed = await what_is_sealed(connection)
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        cure = "check DATABASE_URL, or leave it empty to use the embedded PostgreSQL"
        return Finding(
            subject="database", state="bad", detail=type(error).__name__, cure=cure
        ), None
    except EmbeddedPostgresError as error:
        return Finding(subject="database", state="bad", detail=str(error), cure=""), None
    place = "DATABASE_URL" if settings.database_url.get_secret_value() else "embedded"
    return _judged(f"PostgreSQL {version} ({place}), schema {found}", number, found, newest), sealed


def _judged(detail: str, number: int, found: str | None, newest: str | None) -> Finding:
    if number < _OLDEST_POSTGRES:
        return Finding(
            subject="database", state="bad", detail=detail, cure="use PostgreSQL 15 or newer"
        )
    if found != newest:
        cure = "run 'kitrader migrate' ('kitrader run' does it by itself)"
        return Finding(subject="database", state="warn", detail=detail, cure=cure)
    return Finding(subject="database", state="ok", detail=detail)


async def _telegram(settings: Settings, client: httpx.AsyncClient) -> list[Finding]:
    token = settings.bot_token.get_secret_value()
    if not token:
        cure = "get a token from @BotFather and set BOT_TOKEN; 'kitrader demo' needs none"
        return [Finding(subject="telegram", state="bad", detail="BOT_TOKEN is empty", cure=cure)]
    try:
        answer = await client.get(f"{settings.bot_api_base}/bot{token}/getMe")
        said = answer.json()
    except OUTAGES as error:
        cure = "check the network, and BOT_API_BASE if you set it"
        detail = f"{_host(settings.bot_api_base)} did not answer ({type(error).__name__})"
        return [Finding(subject="telegram", state="bad", detail=detail, cure=cure)]
    if not said.get("ok"):
        cure = "the token is wrong or revoked: ask @BotFather for a new one"
        detail = str(said.get("description", "refused"))
        return [Finding(subject="telegram", state="bad", detail=detail, cure=cure)]
    name = said["result"].get("username", "?")
    ok = Finding(
        subject="telegram", state="ok", detail=f"@{name} at {_host(settings.bot_api_base)}"
    )
    return [ok, _clock(answer.headers.get("date"))]


def _clock(date: str | None) -> Finding:
    if date is None:
        return Finding(
            subject="clock", state="warn", detail="Telegram told no time to compare with"
        )
    there = parsedate_to_datetime(date)
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    off = abs((SystemClock().now() - there).total_seconds())
    if off > _LARGEST_CLOCK_ERROR_SECONDS:
        cure = "let the machine's clock follow NTP (timedatectl set-ntp true)"
        return Finding(
            subject="clock", state="bad", detail=f"{off:.0f} s off Telegram's", cure=cure
        )
    return Finding(subject="clock", state="ok", detail=f"within {max(off, 1):.0f} s of Telegram's")


def _host(url: str) -> str:
    return URL(url).host or "?"
