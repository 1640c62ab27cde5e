"""Measures a chart of 200 bars: milliseconds, bytes, and what it does to the event loop.

The limit is an empty picture of the same size, painted and written as PNG; plain is matplotlib's
`Figure` without pyplot. matplotlib is none of our packages: name a Python that has it with
`--matplotlib`, made for example by `python3 -m venv DIR && DIR/bin/pip install matplotlib`.
"""

import argparse
import asyncio
import io
import json
import math
import subprocess
import sys
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

# Runs by its path as well as with -m.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image, ImageDraw

from benchmarks.figures import median, p99, print_line
from bot.adapters.pictures.candle_chart import HEIGHT, WIDTH, draw_chart
from bot.adapters.pictures.painter import ThreadPainter
from bot.domain.candles import Candle, Interval
from bot.domain.charts import Chart, Deed, Level, LevelKind, Theme, TradeMark
from bot.domain.users import Mode

BARS, SEED = 200, 20_260_302
_DRAWN = 20
_BUDGET_MS = 300.0
_LOAD = "from bot.adapters.pictures.candle_chart import draw_chart"


def main() -> None:
    """Read the arguments, measure, and print the table; exits with 1 above the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="500 pictures of each instead of 100")
    parser.add_argument("--matplotlib", metavar="PYTHON", help="a Python that has matplotlib")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write one of each picture there")
    asked = parser.parse_args()
    runs, chart = 500 if asked.long else 100, made_up_chart(Theme.DARK)
    ours, picture = timed(runs, lambda: draw_chart(chart))
    limit, empty = timed(runs, empty_picture)
    plain, plain_bytes, plain_load, plain_version = _plain(asked, chart, runs)
    load = _load_ms()
    held_ms, idle_ms = asyncio.run(_holds_ms(chart))
    _print_table(
        {
            "an empty picture, written (limit)": (limit, len(empty), None),
            "ours": (ours, len(picture), load),
            "matplotlib's Figure (plain)": (plain, plain_bytes, plain_load),
        }
    )
    print(f"\nlongest pause of the loop while {_DRAWN} were drawn: {held_ms:.1f} ms")
    print(f"longest pause in as much time without drawing: {idle_ms:.1f} ms")
    if asked.keep:
        for theme in Theme:
            path = asked.keep / f"chart_{theme.value}.png"
            path.write_bytes(draw_chart(made_up_chart(theme)))
    if asked.json:
        print_line(
            name="chart",
            unit="ms",
            ours=ours,
            limit=limit,
            plain=plain,
            milliseconds=1.0,
            bytes=len(picture),
            bytes_plain=plain_bytes or None,
            load_ms=round(load, 1),
            loop_held_ms=round(held_ms, 1),
            loop_held_idle_ms=round(idle_ms, 1),
            matplotlib=plain_version,
        )
    if median(ours) > _BUDGET_MS:
        sys.exit(f"a chart took {median(ours):.0f} ms, more than {_BUDGET_MS:.0f}")


def made_up_chart(theme: Theme) -> Chart:
    """Give a chart of 200 seeded candles with all that a chart can show."""
    random, price, since = Random(SEED), 0.0184, datetime(2026, 3, 2, tzinfo=UTC)  # noqa: S311
    candles = []
    for number in range(BARS):
        path = [price]
        for _ in range(8):
            path.append(path[-1] * math.exp(random.gauss(0, 0.002)))
        price = path[-1]
        candles.append(
            Candle(
                opened_at=since + number * Interval.FIVE_MINUTES.length,
                open=Decimal(str(path[0])),
                high=Decimal(str(max(path))),
                low=Decimal(str(min(path))),
                close=Decimal(str(price)),
                volume_sol=Decimal(str(round(random.expovariate(0.05), 4))),
            )
        )
    deeds = ((50, Deed.ENTRY), (90, Deed.EXIT), (120, Deed.ENTRY))
    marks = tuple(
        TradeMark(
            at=candles[bar].opened_at,
            price=candles[bar].close,
            bought=deed is Deed.ENTRY,
            deed=deed,
        )
        for bar, deed in deeds
    )
    levels = (
        Level(kind=LevelKind.ENTRY, price=candles[50].close),
        Level(kind=LevelKind.LIQUIDATION, price=candles[50].close * 2),
    )
    return Chart(
        symbol="WIF",
        short_mint="EKpQ…zcjm",
        interval=Interval.FIVE_MINUTES,
        theme=theme,
        candles=tuple(candles),
        since=since,
        until=since + BARS * Interval.FIVE_MINUTES.length,
        mode=Mode.PAPER,
        marks=marks,
        levels=levels,
    )


def empty_picture() -> bytes:
    """Paint and write a picture with nothing on it but its frame."""
    image = Image.new("P", (WIDTH, HEIGHT))
    image.putpalette([18, 22, 30, 255, 255, 255])
    ImageDraw.Draw(image).rectangle((0, 0, WIDTH - 1, HEIGHT - 1), outline=1)
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=3)
    return written.getvalue()


def timed(runs: int, draw: object) -> tuple[list[float], bytes]:
    """Give the milliseconds of each run, and the last picture."""
    assert callable(draw)
    picture, times = draw(), []
    for _ in range(runs):
        began = time.perf_counter()
        picture = draw()
        times.append((time.perf_counter() - began) * 1000)
    return times, picture


async def _holds_ms(chart: Chart) -> tuple[float, float]:
    """Give how long the loop could not run: at most while drawing, and at most while not.

    The second is what the machine itself takes away, in as much time.
    """
    painter = ThreadPainter()
    await painter.draw(chart)
    began = time.perf_counter()
    drawing = await _watched(asyncio.gather(*(painter.draw(chart) for _ in range(_DRAWN))))
    idle = await _watched(asyncio.to_thread(time.sleep, time.perf_counter() - began))
    return drawing * 1000, idle * 1000


async def _watched(work: Awaitable[object]) -> float:
    """Give the longest pause of a loop that does nothing but look at its clock."""
    longest, waiting = 0.0, asyncio.ensure_future(work)  # noqa: TID251 (a script of its own)
    last = time.perf_counter()
    while not waiting.done():
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    await waiting
    return longest


def _load_ms() -> float:
    """Give what loading the library and the font takes, in a process of its own."""
    script = f"import time; t = time.perf_counter(); {_LOAD}; print(time.perf_counter() - t)"
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(  # noqa: S603 (this Python, our own words)
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    return float(done.stdout) * 1000


def _plain(
    asked: argparse.Namespace, chart: Chart, runs: int
) -> tuple[list[float], int, float | None, str | None]:
    if not asked.matplotlib:
        print("matplotlib is not compared with: see --help", file=sys.stderr)
        return [], 0, None, None
    rows = [
        [float(v) for v in (c.open, c.high, c.low, c.close, c.volume_sol or 0)]
        for c in chart.candles
    ]
    words = [asked.matplotlib, str(Path(__file__).with_name("chart_plain.py"))]
    words += [str(asked.keep / "chart_plain.png")] if asked.keep else []
    done = subprocess.run(  # noqa: S603 (the Python that the caller named)
        words,
        input=json.dumps({"runs": min(runs, 100), "rows": rows}),
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    return told["ms"], told["bytes"], told["load_ms"], told["version"]


def _print_table(found: dict[str, tuple[list[float], int, float | None]]) -> None:
    print(f"{'':36}{'p50, ms':>9}{'p99, ms':>9}{'kB':>7}{'loading, ms':>13}")
    for name, (times, size, load) in found.items():
        if times:
            shown = "" if load is None else f"{load:.0f}"
            print(f"{name:36}{median(times):9.1f}{p99(times):9.1f}{size / 1000:7.1f}{shown:>13}")


if __name__ == "__main__":
    main()
