"""Draws the same candles in matplotlib's plain way; started by `chart.py` with its own Python.

Reads a JSON object from standard input: `runs` and `rows` of open, high, low, close, volume.
Prints one: the milliseconds of each run, of loading the library, and the bytes of a picture.
"""

import io
import json
import sys
import time
from pathlib import Path

WIDTH, HEIGHT, DPI = 1280, 960, 100


def main() -> None:
    """Draw as often as asked, and print what it took."""
    asked = json.loads(sys.stdin.read())
    began = time.perf_counter()
    import matplotlib as mpl  # noqa: PLC0415 (its loading is measured)
    from matplotlib.figure import Figure  # noqa: PLC0415

    loaded_ms = (time.perf_counter() - began) * 1000
    times, size = [], 0
    for _ in range(asked["runs"]):
        began = time.perf_counter()
        size = len(draw(Figure, asked["rows"]))
        times.append((time.perf_counter() - began) * 1000)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_bytes(draw(Figure, asked["rows"]))
    version = mpl.__version__
    print(json.dumps({"ms": times, "load_ms": loaded_ms, "bytes": size, "version": version}))


def draw(figure_class: type, rows: list[list[float]]) -> bytes:
    """Give the picture: candles as thin and thick lines, volume below, levels and marks."""
    figure = figure_class(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor="#12161e")
    prices, volumes = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [5, 1], "hspace": 0.02}
    )
    colours = ["#26be96" if row[3] >= row[0] else "#f55462" for row in rows]
    places = range(len(rows))
    prices.vlines(places, [r[2] for r in rows], [r[1] for r in rows], colors=colours)
    # Thick lines are one object each kind; bars would be one a candle, and four times slower.
    prices.vlines(places, [r[0] for r in rows], [r[3] for r in rows], colors=colours, lw=3.5)
    volumes.vlines(places, 0, [r[4] for r in rows], colors=colours, lw=3.5, alpha=0.4)
    prices.axhline(rows[-1][3], linestyle="--", color=colours[-1])
    prices.axhline(rows[50][3], linestyle="--", color="#54a0ff")
    prices.plot([50, 120], [rows[50][3], rows[120][3]], "^", color="#54a0ff", markersize=12)
    prices.set_title("WIF / SOL · 5m   0.01774 SOL", color="white", fontsize=24, loc="left")
    for axes in (prices, volumes):
        axes.set_facecolor("#12161e")
        axes.grid(color="#262d3a")
        axes.yaxis.tick_right()
        axes.tick_params(colors="#929cae", labelsize=16)
    written = io.BytesIO()
    figure.savefig(written, format="png")
    return written.getvalue()


if __name__ == "__main__":
    main()
