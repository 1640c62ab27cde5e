"""Kill the bot at each point between an alert's being reached and being told: it is told once."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from tests.chaos.alert_crash import POINTS, AlertCrash, is_told_once
from tests.chaos.trigger_crash import SENT_TWICE, Strike, lines_of
from tests.journeys.processes import Forks, open_forks
from tests.journeys.town import open_town

_TIMES, _MANY_TIMES, _CONTROL_TIMES = 2, 25, 3
_CONTROL = ("after the commit, before its reply",)


def main() -> None:
    """Strike and hold what came of it against the control; exits with 1 unless both are so."""
    words = _words()
    seed = words.seed if words.seed is not None else secrets.randbelow(10**6)
    times = _MANY_TIMES if words.long else words.times
    print(f"seed {seed}", flush=True)
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    ours, control = asyncio.run(_both(times, seed))
    _show(ours)
    lost = sum(not strike.receipts for strike in control)
    print(f"  control, news queued behind the claim: {lost} of {len(control)} lost")
    is_proved = all(map(is_told_once, ours)) and lost > 0
    if words.json:
        line = {
            "name": "alert_crash",
            "unit": "unsound strikes",
            "seed": seed,
            "ours": sum(not is_told_once(strike) for strike in ours),
            "strikes": len(ours),
            "control_lost": lost,
            "is_proved": is_proved,
            "report": [asdict(strike) for strike in ours],
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


async def _both(times: int, seed: int) -> tuple[list[Strike], list[Strike]]:
    with tempfile.TemporaryDirectory() as name:
        async with open_forks(Path(name)) as forks:
            control = await _strikes(
                _CONTROL, _CONTROL_TIMES, forks, seed, variants=("sends at once", "claims first")
            )
            ours = await _strikes(tuple(POINTS), times, forks, seed)
    return ours, control


async def _strikes(
    names: Sequence[str],
    times: int,
    forks: Forks,
    seed: int,
    *,
    variants: Sequence[str] = ("sends at once",),
) -> list[Strike]:
    """Strike so often at each point, in a world of its own."""
    with tempfile.TemporaryDirectory() as name:
        async with embedded_postgres(Path(name) / "data") as server:
            await migrate(server.dsn)
            async with open_town(server.dsn) as town, lines_of(town, seed=seed) as lines:
                crash = AlertCrash(town=town, forks=forks, lines=lines, variants=variants)
                for turn in range(times):
                    await crash.round(names)
                    unsound = sum(not is_told_once(strike) for strike in crash.strikes)
                    print(f"  round {turn + 1} of {times}, {unsound} unsound", flush=True)
                return crash.strikes


def _show(strikes: Sequence[Strike]) -> None:
    print(f"  {'killed':<48}{'strikes':>8}{'fired once':>11}{'told once':>10}{'twice':>6}")
    for name in POINTS:
        here = [strike for strike in strikes if strike.point == name]
        fired = sum(strike.sales == 1 for strike in here)
        once = sum(strike.receipts == 1 for strike in here)
        twice = sum(strike.receipts > 1 for strike in here)
        allowed = "  (Telegram had it)" if name in SENT_TWICE else ""
        print(f"  {name:<48}{len(here):>8}{fired:>11}{once:>10}{twice:>6}{allowed}")


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="draw as in a run before")
    parser.add_argument("--times", type=int, default=_TIMES, help="strikes at each point")
    parser.add_argument("--long", action="store_true", help=f"{_MANY_TIMES} strikes at each point")
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    return parser.parse_args()


if __name__ == "__main__":
    main()
