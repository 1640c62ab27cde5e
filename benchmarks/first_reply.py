"""Measures the time from a fresh clone to the first reply in the sandbox chat of `demo`.

The clone is of HEAD, its environment is made anew with an empty HOME but pip's present cache:
run it twice where the packages have to come from afar.
"""

import argparse
import asyncio
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

# Runs by its path as well as with -m.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bots import ROOT
from benchmarks.figures import median, print_line, spread
from benchmarks.people import People, people_of
from benchmarks.processes import program

_ANN = 1001
_PAUSES_SECONDS = (0.5, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0)  # one message a second in a chat
_ADDRESS = re.compile(r"http://\S+")


@dataclass(slots=True)
class Splits:
    """Seconds of each part, one per run."""

    cloned: list[float] = field(default_factory=list)
    environment: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    reply: list[float] = field(default_factory=list)
    price: list[float] = field(default_factory=list)

    @property
    def totals(self) -> list[float]:
        """Give the seconds from the beginning of the clone to the first reply."""
        parts = zip(self.cloned, self.environment, self.page, self.reply, strict=True)
        return [sum(each) for each in parts]


def main() -> None:
    """Read the arguments, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--skip-install",
        action="store_true",
        help="take the environment that this runs in: only the start is measured",
    )
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="five runs instead of one")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    splits = Splits()
    for _ in range(5 if asked.long else 1):
        with tempfile.TemporaryDirectory(prefix="kitrader-benchmark-") as folder:
            clone = Path(folder) / "kitrader"
            splits.cloned.append(_clone(clone))
            uvloop.run(_demo(clone, splits, is_installed=asked.skip_install))
    _print_table(splits, is_installed=asked.skip_install)
    if asked.json:
        _print_json(splits, is_installed=asked.skip_install)


def _clone(folder: Path) -> float:
    git = shutil.which("git")
    assert git, "git is not installed"
    began = time.perf_counter()
    subprocess.run([git, "clone", "-q", ROOT, folder], check=True)  # noqa: S603 (our own paths)
    return time.perf_counter() - began


def _pip_cache() -> str:
    command = (sys.executable, "-m", "pip", "cache", "dir")
    said = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 (our own words)
    return said.stdout.strip()


async def _demo(clone: Path, splits: Splits, *, is_installed: bool) -> None:
    home = clone.with_name("home")
    home.mkdir()
    launcher = (sys.executable, "-P", "-m", "bot") if is_installed else (clone / "kitrader",)
    environment = {"HOME": str(home), "PYTHONPATH": str(clone), "PIP_CACHE_DIR": _pip_cache()}
    async with program(
        (*launcher, "demo", "--port", "0"), folder=clone, environment=environment
    ) as demo:
        installed = 0.0 if is_installed else (await demo.says("kitrader: ready"))[0]
        page, line = await demo.says("Kitrader is running")
        address = _ADDRESS.search(line)
        assert address, line
        async with people_of(address[0]) as people:
            asked = await people.ask(_ANN, "/start")
            splits.reply.append(demo.age_seconds - page)
            splits.price.append(await _first_price(people))
    splits.environment.append(installed)
    splits.page.append(page - installed)
    assert "PAPER" in asked.answer, asked.answer


async def _first_price(people: People) -> float:
    # The bot answers before it has read its first prices, and says so: ask until one comes.
    began = time.perf_counter()
    async for answer in _asking(people, "/price WIF"):
        if "Liquidity" in answer:
            break
    return time.perf_counter() - began


async def _asking(people: People, text: str) -> AsyncIterator[str]:
    for pause_seconds in (0, *_PAUSES_SECONDS):
        await asyncio.sleep(pause_seconds)
        yield (await people.ask(_ANN, text)).answer


def _print_table(splits: Splits, *, is_installed: bool) -> None:
    print(f"from a fresh clone to the first reply, seconds, {len(splits.reply)} runs\n")
    rows = {
        "clone": splits.cloned,
        "environment": splits.environment,
        "processes up, page shown": splits.page,
        "/start answered": splits.reply,
        "all": splits.totals,
        "afterwards: first price": splits.price,
    }
    if is_installed:
        del rows["environment"]
    for name, seconds in rows.items():
        print(f"{name:26}{spread(seconds):>26}")


def _print_json(splits: Splits, *, is_installed: bool) -> None:
    # What pip needs for the packages is the limit: nothing of ours can be quicker than that.
    print_line(
        name="first_reply_installed" if is_installed else "first_reply",
        unit="s",
        ours=splits.totals,
        limit=[] if is_installed else splits.environment,
        plain=[],
        milliseconds=1000,
        splits={
            "clone_s": median(splits.cloned),
            "environment_s": median(splits.environment),
            "page_s": median(splits.page),
            "reply_s": median(splits.reply),
            "first_price_s": median(splits.price),
        },
    )


if __name__ == "__main__":
    main()
