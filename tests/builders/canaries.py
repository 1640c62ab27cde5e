"""Secrets that sing: with `KITRADER_CANARIES=1` the suite uses them, and looks for them after.

They stand for the operator's and people's secrets in every journey. Everything is logged then;
what a test wrote and what lies in its database must not hold one of them.
"""

import logging
import os
from collections.abc import Iterable, Mapping

import asyncpg
import structlog

TOKEN_SECRET = "AACANARYcanaryCANARYcanaryCANARY012"
MASTER_KEY = "ca9a17" * 10 + "ca9a"
API_KEY = "canary-jupiter-key-9d41b7"
REDIS_PASSWORD = "canary-redis-password-60f3"
WEBHOOK_SECRET = "town-hall-secret-0123456789"
PIN = "730951846205"
CANARIES = (TOKEN_SECRET, MASTER_KEY, API_KEY, REDIS_PASSWORD, WEBHOOK_SECRET, PIN)

ARE_OUT = bool(os.environ.get("KITRADER_CANARIES"))
TABLES = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


def settings_with_canaries() -> Mapping[str, object]:
    """Give the settings of a bot whose every secret is a canary, with everything logged."""
    return {
        "log_level": "DEBUG",
        "master_key": MASTER_KEY,
        "jupiter_api_key": API_KEY,
        "redis_url": f"redis://:{REDIS_PASSWORD}@127.0.0.1/0",
    }


def log_everything() -> None:
    """Let every logger speak, ours and every library's."""
    logging.basicConfig(level=logging.DEBUG, force=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))


def heard_in(texts: Iterable[str]) -> set[str]:
    """Give the canaries that sing in these texts."""
    return {canary for text in texts for canary in CANARIES if canary in text}


async def heard_in_database(connection: asyncpg.Connection) -> set[str]:
    """Give the canaries that lie in a database, in any row of any table."""
    heard = set()
    for table in await connection.fetch(TABLES):
        rows = await connection.fetch(f"SELECT t::text AS row FROM {table[0]} t")  # noqa: S608 (ours)
        heard |= heard_in(row["row"] for row in rows)
    return heard
