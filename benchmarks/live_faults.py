"""Place live orders under every fault of venue, network and nodes: books and LiteSVM stay equal."""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson
import structlog

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import median, p99
from bot.adapters.database.connection import open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.domain.errors import Refusal, Unavailable
from bot.domain.live_orders import IntentState, LiveAttempt
from bot.sandbox.jupiter_api.faults import Tampering, VenueFaults
from tests.builders.live_scenes import EAGER, OWNER, LiveScene, live_scene
from tests.builders.swap_fates import FAULTS, Fault
from tests.builders.swap_worlds import SOL, SwapWorld, swap_world

_ORDERS, _MANY_ORDERS, _MOST_ROUNDS = 5, 50, 120
_SIZE_LAMPORTS, _PURSE = SOL // 20, 1_000 * SOL
_TAMPERED = tuple(
    Fault(name=f"tampered: {each.value}", lands=None, venue=VenueFaults(tamper=each))
    for each in Tampering
    if each
)
_NO_FAULT = Fault(name="over", lands=None)


@dataclass(slots=True, kw_only=True)
class Run:
    """What came of the orders under one fault."""

    fault: str
    states: Counter[str] = field(default_factory=Counter)
    swaps: int = 0
    attempts: int = 0
    most_rounds: int = 0
    off_by_lamports: int = 0
    off_by_units: int = 0
    differences: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether nothing was swapped beside the books, and nothing is left open."""
        is_equal = not (self.off_by_lamports or self.off_by_units or self.differences)
        return is_equal and self.swaps == self.states["filled"] and not self.states["held"]


def main() -> None:
    """Run every fault; exits with 1 unless books and chain were equal after each."""
    words = _words()
    orders = _MANY_ORDERS if words.long else words.orders
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    runs, attempts = asyncio.run(_all(orders))
    own_ms = [_own_ms(attempt) for attempt in attempts]
    print(f"own time from quote received to bytes sent, {len(own_ms)} orders without a fault:")
    for name, first, last in (
        ("checked", "offered_at", "checked_at"),
        ("signed", "checked_at", "signed_at"),
        ("committed and sent", "signed_at", "sent_at"),
    ):
        spans = [_span_ms(attempt, first, last) for attempt in attempts]
        print(f"  {name}: p50 {median(spans):.2f} ms, p99 {p99(spans):.2f} ms")
    print(f"  all: p50 {median(own_ms):.2f} ms, p99 {p99(own_ms):.2f} ms")
    is_proved = all(run.is_sound for run in runs)
    if words.json:
        line = {
            "name": "live_faults",
            "unit": "faults with a difference",
            "ours": sum(not run.is_sound for run in runs),
            "faults": len(runs),
            "orders": orders * len(runs),
            "is_proved": is_proved,
            "p50_ms": round(median(own_ms), 2),
            "p99_ms": round(p99(own_ms), 2),
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


async def _all(orders: int) -> tuple[list[Run], list[LiveAttempt]]:
    runs, healthy = [], []
    with tempfile.TemporaryDirectory() as name:
        async with embedded_postgres(Path(name) / "data") as server:
            await migrate(server.dsn)
            async with (
                open_pool(server.dsn, size=8) as database,
                swap_world(slot_ms=10) as world,
            ):
                rules = replace(EAGER, patience_seconds=0.3, deadline_seconds=20.0)
                scene = await live_scene(world, database, rules=rules, lamports=_PURSE)
                for fault in (*FAULTS, *_TAMPERED):
                    run, attempts = await _run(scene, fault, orders)
                    runs.append(run)
                    healthy += attempts if fault.name == "none" else []
    return runs, healthy


async def _run(scene: LiveScene, fault: Fault, orders: int) -> tuple[Run, list[LiveAttempt]]:
    run, attempts, began = Run(fault=fault.name), list[LiveAttempt](), time.perf_counter()
    swaps = _swaps(scene)
    for _ in range(orders):
        attempts += await _one(scene, fault, run)
    run.swaps = _swaps(scene) - swaps
    (wallet,) = await scene.means.accounts.balances()
    run.off_by_lamports = wallet.lamports - scene.lamports()
    run.off_by_units = wallet.tokens.get(scene.token.mint, 0) - scene.held()
    run.differences = len((await scene.ledger()).differences)
    verdict = "equal" if run.is_sound else f"DIFFERENT {run}"
    states = ", ".join(f"{count} {state}" for state, count in sorted(run.states.items()))
    print(
        f"  {fault.name}: {verdict}; {states}; {run.attempts} attempts, at most"
        f" {run.most_rounds} rounds once healed; {time.perf_counter() - began:.0f} s",
        flush=True,
    )
    return run, attempts


async def _one(scene: LiveScene, fault: Fault, run: Run) -> tuple[LiveAttempt, ...]:
    """Place while all is well, carry out under the fault, then heal and settle what is left."""
    intent = await scene.orders.place(scene.request(), scene.buying(_SIZE_LAMPORTS))
    _set(scene.world, fault)
    try:
        await scene.orders.carry_out((OWNER, intent.number))
    except (Unavailable, Refusal) as error:
        run.states[type(error).__name__] += 0
    _set(scene.world, _NO_FAULT)
    rounds = 0
    while True:
        found = await scene.means.book.read((OWNER, intent.number))
        if found.state is not IntentState.HELD or rounds == _MOST_ROUNDS:
            break
        rounds += 1
        scene.world.chain.advance(30)
        await scene.orders.recover()
    run.states[found.state.value] += 1
    run.attempts += len(found.attempts)
    run.most_rounds = max(run.most_rounds, rounds)
    return found.attempts


def _set(world: SwapWorld, fault: Fault) -> None:
    world.shop.faults = fault.venue
    world.chain.landing.faults = fault.landing
    for endpoint, faults in zip(world.endpoints, fault.nodes, strict=True):
        endpoint.faults = faults


def _swaps(scene: LiveScene) -> int:
    return sum(
        record.error is None
        and record.transaction is not None
        and str(record.transaction.message.account_keys[0]) == scene.address
        for record in scene.world.chain.transactions.values()
    )


def _own_ms(attempt: LiveAttempt) -> float:
    return _span_ms(attempt, "offered_at", "sent_at")


def _span_ms(attempt: LiveAttempt, first: str, last: str) -> float:
    return float((getattr(attempt, last) - getattr(attempt, first)).total_seconds() * 1_000)


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=_ORDERS, help="orders under each fault")
    parser.add_argument("--long", action="store_true", help=f"{_MANY_ORDERS} under each fault")
    parser.add_argument("--json", action="store_true", help="a line for machines at the end")
    return parser.parse_args()


if __name__ == "__main__":
    main()
