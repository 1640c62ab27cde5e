"""Measures swaps on the sandbox's Jupiter under every fault: what we conclude against LiteSVM.

Plain is a client that believes the venue's word, the usual way. The times are our own work at each
stage, with the network and the chain apart.
"""

import argparse
import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter, thread_time

import structlog
import uvloop

from benchmarks.figures import median, p99, print_line
from bot.adapters.clock import SystemClock
from bot.adapters.solana.transaction_meta import read_wallet_change
from bot.adapters.venues.jupiter.answers import body_of, read_offer, read_quote
from bot.domain.landing import Fate, judge
from bot.ports.swap_venue import Executed, Execution, Rejected, Unknown
from tests.builders.swap_fates import FAULTS, Carried, Fault, carry_out
from tests.builders.swap_worlds import QUICK, SOL, SwapWorld, signature_of, swap_world

_ORDERS, _LONG_ORDERS = 10, 50
_SLOT_MS = 4
_TIMED = 400
_HASTY = replace(QUICK, execute_seconds=0.08, post_again_seconds=0.02)


def main() -> int:
    """Run it; gives 1 where anything was called what it is not."""
    arguments = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    return uvloop.run(_run(arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=_ORDERS, help="orders under each fault")
    parser.add_argument("--long", action="store_true", help=f"{_LONG_ORDERS} under each")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> int:
    orders = _LONG_ORDERS if arguments.long else arguments.orders
    print(f"{'fault':44} landed failed expired open | false: landed absent, not exact | plain")
    wrong = plain_wrong = 0
    async with swap_world(slot_ms=_SLOT_MS, jupiter=_HASTY) as world:
        world.chain.airdrop(world.wallet.pubkey(), 10_000 * SOL)
        for number, fault in enumerate(FAULTS):
            first = number * orders
            carried = [
                await carry_out(world, fault, SOL // 10 + first + turn) for turn in range(orders)
            ]
            counted = _counted(carried)
            wrong += sum(counted[1:4])
            plain_wrong += counted[4]
            _print_row(fault, carried, counted)
    stages = await _stages()
    _print_stages(stages)
    total = orders * len(FAULTS)
    print(f"{total} orders: {wrong} wrong, {plain_wrong} by the venue's word")
    if arguments.json:
        own = stages["own, quote received to offer read"]
        print_line(
            name="venue",
            unit="ms of our own from an order's answer to the offer",
            ours=own,
            limit=[],
            plain=[],
            milliseconds=1.0,
            orders=total,
            wrong=wrong,
            wrong_by_the_venues_word=plain_wrong,
        )
    return 1 if wrong else 0


def _counted(carried: Sequence[Carried]) -> tuple[Counter[Fate], int, int, int, int]:
    return (
        Counter(each.fate for each in carried),
        sum(each.is_false_landed for each in carried),
        sum(each.is_false_absent for each in carried),
        sum(not each.is_exact for each in carried),
        sum(_by_its_word(each.execution) not in {None, each.truth} for each in carried),
    )


def _by_its_word(execution: Execution | None) -> Fate | None:
    """Give what a client that believes the venue would conclude; None where it is not asked."""
    match execution:
        case Executed():
            return Fate.LANDED
        case Unknown(code=None) | Rejected():
            return Fate.EXPIRED
        case Unknown(code=code):
            # A positive code is the program's: the transaction failed on the chain.
            return Fate.FAILED if code is not None and code > 0 else Fate.EXPIRED
        case None:
            return None


def _print_row(
    fault: Fault,
    carried: Sequence[Carried],
    counted: tuple[Counter[Fate], int, int, int, int],
) -> None:
    fates, landed, absent, inexact, plain = counted
    told = " ".join(
        f"{fates[fate]:{width}}"
        for fate, width in zip(
            (Fate.LANDED, Fate.FAILED, Fate.EXPIRED, Fate.OPEN), (6, 6, 7, 4), strict=True
        )
    )
    asked = sum(each.execution is not None for each in carried)
    by_word = f"{plain} of {asked}" if asked else "-"
    print(f"{fault.name:44} {told} | {landed:13} {absent:6}, {inexact:9} | {by_word}")


async def _stages() -> dict[str, list[float]]:
    """Time each stage many times, in milliseconds: our own work alone, then whole exchanges."""
    async with swap_world(slot_ms=400, jupiter=_HASTY) as world:
        request, clock = world.buying(amount=SOL // 10), SystemClock()
        query = {
            "inputMint": request.mint_in,
            "outputMint": request.mint_out,
            "amount": str(request.amount_in),
            "slippageBps": str(request.slippage_bps),
            "taker": request.taker,
        }
        found = body_of(await world.client.get("/swap/v2/order", query))
        now = clock.now()

        def read() -> object:
            quote = read_quote(found, request, asked_at=now, now=clock.now())
            return read_offer(found, request, quote)

        offer = await world.venue.offer(request)
        signed = world.signed(offer)
        signature = signature_of(signed)
        stages = {"own, quote received to offer read": _timed(read)}
        sent = await _sent(world, signed)
        world.chain.advance(40)
        words = await world.sending.statuses(signature)
        height = offer.last_valid_block_height
        stages["own, statuses to a judgement"] = _timed(
            lambda: judge(words, last_valid_block_height=height)
        )
        options = {"encoding": "json", "maxSupportedTransactionVersion": 0}
        meta = await world.rpc.call("getTransaction", [signature, options])
        stages["own, meta to balance changes"] = _timed(
            lambda: read_wallet_change(meta, signature, world.address)
        )
        stages["whole, the bytes to two nodes and back"] = sent
        return stages


async def _sent(world: SwapWorld, signed: bytes) -> list[float]:
    taken = []
    for _ in range(_TIMED):
        began = perf_counter()
        await world.sending.send(signed)
        taken.append((perf_counter() - began) * 1000)
        await asyncio.sleep(0)
    return taken


def _timed(work: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(_TIMED):
        # Of the processor alone: what others on this machine take is not ours.
        began = thread_time()
        work()
        taken.append((thread_time() - began) * 1000)
    return taken


def _print_stages(stages: dict[str, list[float]]) -> None:
    for name, taken in stages.items():
        print(f"{name:44} p50 {median(taken):.3f} ms, p99 {p99(taken):.3f} ms")


if __name__ == "__main__":
    sys.exit(main())
