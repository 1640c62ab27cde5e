"""Measures what the books take on disk: bytes of an order with all that it leaves, of an update.

Run from the root of the project: python -m benchmarks.row_sizes [--transfers N]
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import asyncpg

from benchmarks.growth_fill import grow
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate

_BOOKS = ("orders", "transfers", "accounts", "positions")
_MAIL = ("inbox", "outbox")
_SIZE = "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest($1::text[]) AS name"


def main() -> None:
    """Fill a database with a year, and print what a row of it takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transfers", type=int, default=100_000)
    asked = parser.parse_args()
    for what, size_bytes in asyncio.run(_measure(asked.transfers)).items():
        print(f"  {what:34} {size_bytes:10,.0f} bytes")


async def _measure(transfers: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder)) as server:
            await migrate(server.dsn)
            grown = await grow(server.dsn, transfers)
            connection = await asyncpg.connect(server.dsn)
            try:
                books = await connection.fetchval(_SIZE, list(_BOOKS))
                mail = await connection.fetchval(_SIZE, list(_MAIL))
            finally:
                await connection.close()
    return {
        "books, for each order": float(books) / grown.rows["orders"],
        "mail, for each update": float(mail) / grown.rows["inbox"],
    }


if __name__ == "__main__":
    main()
