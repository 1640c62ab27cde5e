"""Measures the trigger book: a million armed levels over 10,000 tokens, and a tick of all of them.

The limit is numpy's nearest-level look: both vectors compared with the figures, and whether any
comparison held. Plain is a loop over all levels of all tokens. Every variant that finds crossings
has to find the same ones.
"""

import argparse
import gc
import random
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Runs by its path as well as with -m.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import median, print_line, spread
from bot.domain.triggers import Gauge, Owner, Reach, Trigger
from bot.engine.trigger_book import MOST_AT_ONCE, TriggerBook, level_of, search_key

SEED = 20_261_121
_MICROSECONDS = 1e6
_ARMED_ONE_BY_ONE = 20_000

Floats = NDArray[np.float64]


def main() -> None:
    """Read the arguments, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    parser.add_argument("--long", action="store_true", help="1,000 ticks instead of 200")
    parser.add_argument("--triggers", type=int, default=1_000_000)
    parser.add_argument("--tokens", type=int, default=10_000)
    asked = parser.parse_args()
    ticks = 1_000 if asked.long else 200

    prices, triggers = world(asked.triggers, asked.tokens)
    token_ids = np.arange(1, asked.tokens + 1)
    book, build_s, trigger_bytes = built(triggers)
    gc.freeze()  # as the bot does once it has started: what was loaded is not walked again
    quiet = timed(ticks, lambda: book.take_crossed(token_ids, prices))
    some = np.delete(np.arange(asked.tokens), asked.tokens // 3)
    gapped = timed(ticks, lambda: book.take_crossed(token_ids[some], prices[some]))
    above, below = nearest(triggers, asked.tokens)
    limit = timed(ticks, lambda: (bool((prices >= above).any()), bool((prices <= below).any())))
    bare = timed(ticks, lambda: (prices >= above, prices <= below))
    naive_tick = naive(triggers)
    plain = timed(3, lambda: naive_tick(prices))
    crossed_us, crossed = crossings(book, token_ids, prices, naive_tick)
    disarm_us, arm_us = one_by_one(book, triggers)

    rows = (
        ("a tick that crosses nothing", quiet),
        ("the same, one token missing in the middle", gapped),
        ("numpy's nearest levels, any (limit)", limit),
        ("two bare comparisons of vectors", bare),
        ("a loop over all levels (plain)", plain),
        (f"a tick that crosses {crossed:,}", crossed_us),
        ("arm one level", arm_us),
        ("take one back", disarm_us),
        ("the tokens that have levels, after that", timed(ticks, book.tokens)),
    )
    print(f"{asked.triggers:,} levels of {asked.tokens:,} tokens; microseconds, median (range)\n")
    for what, taken in rows:
        print(f"  {what:45} {spread(taken)}")
    print(f"\n  {trigger_bytes:.0f} bytes a level; built in {build_s:.2f} s")
    print(f"  quiet tick: {median(quiet) / median(limit):.2f} x the limit's time,")
    print(f"  {median(plain) / median(quiet):,.0f} x as fast as the loop")
    if asked.json:
        print_line(
            name="trigger_book",
            unit="us",
            ours=quiet,
            limit=limit,
            plain=plain,
            milliseconds=1e-3,
            crossed=crossed,
            crossed_us=round(median(crossed_us), 1),
            arm_us=round(median(arm_us), 2),
            disarm_us=round(median(disarm_us), 2),
            bytes_each=round(trigger_bytes),
            build_s=round(build_s, 2),
        )


def world(count: int, tokens: int) -> tuple[Floats, list[Trigger]]:
    """Give prices of tokens 1 and up, and levels around them that none has reached."""
    chance = random.Random(SEED)  # noqa: S311 (a made-up market)
    prices = [level_of(search_key(Decimal(chance.lognormvariate(-7, 3)))) for _ in range(tokens)]
    triggers = []
    for number in range(count):
        place, is_above = chance.randrange(tokens), chance.random() < 0.5  # noqa: PLR2004
        factor = Decimal(1 + 0.012 + abs(chance.gauss(0, 0.5)))
        level = prices[place] * factor if is_above else prices[place] / factor
        triggers.append(
            Trigger(
                owner=Owner.ALERT,
                number=number,
                token_id=place + 1,
                gauge=Gauge.PRICE_SOL,
                reach=Reach.ABOVE if is_above else Reach.BELOW,
                level=level_of(search_key(level)),
            )
        )
    return np.array([search_key(price) for price in prices]), triggers


def built(triggers: list[Trigger]) -> tuple[TriggerBook, float, float]:
    """Give the book, the seconds it took to build, and its bytes a level."""
    began = time.perf_counter()
    book = TriggerBook(Gauge.PRICE_SOL)
    book.arm_all(triggers)
    build_s = time.perf_counter() - began
    tracemalloc.start()
    weighed = TriggerBook(Gauge.PRICE_SOL)
    weighed.arm_all(triggers)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(weighed) == len(triggers)
    return book, build_s, size / len(triggers)


def timed(runs: int, work: Callable[[], object]) -> list[float]:
    """Give the microseconds of each run."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * _MICROSECONDS)
    return taken


def nearest(triggers: list[Trigger], tokens: int) -> tuple[Floats, Floats]:
    """Give each token's nearest level above and below, found without the book."""
    above, below = np.full(tokens, np.inf), np.full(tokens, -np.inf)
    for each in triggers:
        place, key = each.token_id - 1, search_key(each.level)
        if each.reach is Reach.ABOVE:
            above[place] = min(above[place], key)
        else:
            below[place] = max(below[place], key)
    return above, below


def naive(triggers: list[Trigger]) -> Callable[[Floats], int]:
    """Give a look at every level, as a loop over one flat list."""
    flat = [
        (each.token_id - 1, each.reach is Reach.ABOVE, search_key(each.level)) for each in triggers
    ]

    def look(prices: Floats) -> int:
        figures = prices.tolist()
        crossed = 0
        for place, is_above, key in flat:
            crossed += figures[place] >= key if is_above else figures[place] <= key
        return crossed

    return look


def crossings(
    book: TriggerBook,
    token_ids: NDArray[np.int64],
    prices: Floats,
    naive_tick: Callable[[Floats], int],
) -> tuple[list[float], int]:
    """Move the prices so that about a thousand levels are crossed, and time it; arms them again."""
    drawn = np.random.default_rng(SEED)
    moved = prices * (1 + drawn.normal(0, 0.012, len(prices)))
    expected, taken = naive_tick(moved), []
    crossed: list[Trigger] = []
    for _ in range(20):
        crossed, is_more = [], True
        began = time.perf_counter()
        while is_more:
            more = book.take_crossed(token_ids, moved)
            crossed += more
            is_more = len(more) >= MOST_AT_ONCE
        taken.append((time.perf_counter() - began) * _MICROSECONDS)
        assert len(crossed) == expected
        book.arm_all(crossed)
    return taken, len(crossed)


def one_by_one(book: TriggerBook, triggers: list[Trigger]) -> tuple[list[float], list[float]]:
    """Give the microseconds of taking levels back and of arming them, all over the book.

    What is armed was made just before, as it is by whoever arms it.
    """
    some = random.Random(SEED).sample(triggers, min(_ARMED_ONE_BY_ONE, len(triggers)))  # noqa: S311
    disarmed = timed_each(some, lambda each: book.disarm(each.owner, each.number))
    return disarmed, timed_each(some, book.arm)


def timed_each(triggers: list[Trigger], work: Callable[[Trigger], object]) -> list[float]:
    """Give the mean microseconds of each hundred: a clock is too slow to time one."""
    taken = []
    for start in range(0, len(triggers), 100):
        some = [replace(each) for each in triggers[start : start + 100]]
        began = time.perf_counter()
        for each in some:
            work(each)
        taken.append((time.perf_counter() - began) * _MICROSECONDS / len(some))
    return taken


if __name__ == "__main__":
    main()
