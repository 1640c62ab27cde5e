"""Sixteen hands on eight wallets while reports are read: no wrong total, no deadlock, none lost."""

import argparse
import asyncio
import secrets
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from tests.chaos.bank import Tally, bank
from tests.chaos.naive_bank import NaiveTally, naive_bank

_NAIVE_SECONDS = 6.0


def main() -> None:
    """Run both banks; exits with 1 unless ours is without fault and the naive one is not."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}", flush=True)
    ours, naive = asyncio.run(_measure(1800.0 if words.long else words.seconds, seed))
    _show(ours, naive)
    is_proved = not any(ours.faults().values()) and naive.wrong_after_seconds is not None
    if words.json:
        line = {
            "name": "bank",
            "unit": "faults",
            "ours": sum(ours.faults().values()),
            "is_proved": is_proved,
            "seed": seed,
            "report": _told(ours),
            "control_report": asdict(naive),
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--long", action="store_true", help="half an hour")
    parser.add_argument("--seed", type=int, help="play a run again")
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    return parser.parse_args()


async def _measure(seconds: float, seed: int) -> tuple[Tally, NaiveTally]:
    with tempfile.TemporaryDirectory() as name:
        async with embedded_postgres(Path(name) / "data") as server:
            await migrate(server.dsn)
            ours = await bank(server.dsn, seconds=seconds, seed=seed)
            return ours, await naive_bank(server.dsn, seconds=_NAIVE_SECONDS, seed=seed)


def _told(ours: Tally) -> dict[str, object]:
    told = asdict(replace(ours, refusals=Counter()))
    return told | {"booked": len(ours.booked), "refusals": dict(ours.refusals)}


def _show(ours: Tally, naive: NaiveTally) -> None:
    happened = {
        "seconds": ours.seconds,
        "orders booked": len(ours.booked),
        "conflicts, decided again": ours.conflicts,
        "orders refused": sum(ours.refusals.values()),
        "reports over all": ours.reports,
        "portfolios read": ours.desks_read,
        "least cash seen, lamports": ours.least_cash_lamports,
    }
    for name, count in {**happened, **ours.faults()}.items():
        print(f"  {name:<32}{count:>14}")
    print(f"  control, reports in pieces: {ours.torn_totals} of {ours.torn_reads} wrong")
    after = naive.wrong_after_seconds
    told = "no wrong total" if after is None else f"total {naive.total} after {after:.2f} s"
    print(f"  control, read and write back: {told}, {naive.transfers} transfers")
    print(f"  refused: {dict(ours.refusals)}")


if __name__ == "__main__":
    main()
