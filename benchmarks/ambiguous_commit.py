"""Lose the database's answer to three bookings in ten: every intent must be applied once."""

import argparse
import asyncio
import secrets
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from tests.chaos.ambiguous_commit import Outcome, book_over_a_bad_line

_INTENTS, _MANY_INTENTS = 300, 3000


def main() -> None:
    """Run with keys and without; exits with 1 unless the one is exact and the other is not."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    intents = _MANY_INTENTS if words.long else words.intents
    print(f"seed {seed}", flush=True)
    keyed = asyncio.run(_measure(intents, seed, fresh_key_per_try=False))
    fresh = asyncio.run(_measure(intents, seed, fresh_key_per_try=True))
    print(f"  {'':<24}{'intents':>10}{'answers lost':>14}{'applied':>10}{'lost':>8}{'doubled':>9}")
    for name, outcome in (("ours", keyed), ("control: fresh keys", fresh)):
        print(
            f"  {name:<24}{outcome.intents:>10}{outcome.cuts:>14}"
            f"{sum(outcome.applied.values()):>10}{outcome.lost:>8}{outcome.doubled:>9}"
        )
    is_proved = is_exact(keyed) and fresh.doubled > 0
    if words.json:
        line = {
            "name": "ambiguous_commit",
            "unit": "applied",
            "seed": seed,
            "is_proved": is_proved,
            "report": _told(keyed),
            "control_report": _told(fresh),
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


def is_exact(outcome: Outcome) -> bool:
    """Tell whether every intent was applied once and the books balance."""
    try:
        outcome.check()
    except AssertionError as fault:
        print(f"  {fault}")
        return False
    return True


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--intents", type=int, default=_INTENTS)
    parser.add_argument("--long", action="store_true", help=f"{_MANY_INTENTS} intents")
    parser.add_argument("--seed", type=int, help="play a run again")
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    return parser.parse_args()


async def _measure(intents: int, seed: int, *, fresh_key_per_try: bool) -> Outcome:
    with tempfile.TemporaryDirectory() as name:
        async with embedded_postgres(Path(name) / "data") as server:
            await migrate(server.dsn)
            return await book_over_a_bad_line(
                server.dsn, intents=intents, seed=seed, fresh_key_per_try=fresh_key_per_try
            )


def _told(outcome: Outcome) -> dict[str, object]:
    told = asdict(outcome)
    applied = sum(outcome.applied.values())
    return told | {"applied": applied, "lost": outcome.lost, "doubled": outcome.doubled}


if __name__ == "__main__":
    main()
