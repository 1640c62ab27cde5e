"""A process that dies while an order that waited is fired live; another finds what it left."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from bot.adapters.database.connection import Pool
from bot.domain.resting_plans import Stop
from tests.builders.live_resting import LiveWaiting, live_waiting, percent
from tests.builders.live_scenes import OWNER
from tests.builders.swap_worlds import SOL, SwapWorld
from tests.chaos.live_firing import RULES, PlacesBesideItsClaim
from tests.chaos.live_kills import SLOTS_BETWEEN_ROUNDS, LiveKills, Point, live_kills
from tests.faults.proxy import FaultProxy, Moment

SIZE_LAMPORTS = SOL // 10
MOST_ROUNDS = 10
_REACHED = 99
_CLAIM = r"\bplace_live_order\("

POINTS: Mapping[str, Point] = {
    "behind the note that it was reached": Point(
        k="seen", moment=Moment.BEFORE_REPLY, matching=r"\bnote_triggered\("
    ),
    "before the claim": Point(k="claim", matching=_CLAIM),
    "inside the claim": Point(k="claim", moment=Moment.AFTER_REQUEST, matching=_CLAIM),
    "behind the claim": Point(k="claim", moment=Moment.BEFORE_REPLY, matching=_CLAIM),
    "signed, before the attempt's commit": Point(k="sign", matching=r"\bcommit_live_attempt\("),
    "behind the attempt's commit": Point(
        k="sign", moment=Moment.BEFORE_REPLY, matching=r"\bcommit_live_attempt\("
    ),
    "behind sending": Point(k="send"),
    "before the order is filled": Point(k="settle", matching=r"\bsettle_live_order\("),
    "while the order is filled": Point(
        k="settle", moment=Moment.AFTER_REQUEST, matching=r"\bsettle_live_order\("
    ),
    "behind the order's fill": Point(
        k="settle", moment=Moment.BEFORE_REPLY, matching=r"\bsettle_live_order\("
    ),
}
CONTROL = Point(k="claim", moment=Moment.BEFORE_REPLY, matching=r"\bplace_live\(")


@dataclass(slots=True, kw_only=True)
class Firing:
    """What came of one kill; `filled` counts the orders of the books that came of it."""

    point: str
    kind: str
    was_killed: bool = False
    rounds: int = 0
    state: str = ""
    swaps: int = 0
    filled: int = 0
    receipts: int = 0
    held: int = 0
    off_by_lamports: int = 0
    off_by_units: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether it was killed, and its order filled once: on the chain, in the books, told."""
        return (
            self.was_killed
            and self.state == "filled"
            and (self.swaps, self.filled, self.receipts) == (1, 1, 1)
            and (self.held, self.off_by_lamports, self.off_by_units) == (0, 0, 0)
        )


@dataclass(slots=True, kw_only=True)
class LiveRestingKills:
    """Strikes one firing after the other: a limit, then a stop of what it bought, and so on."""

    kills: LiveKills
    waiting: LiveWaiting
    places_beside: bool = False

    async def strike(self, name: str, point: Point) -> Firing:
        """Let an order wait, kill the process that fires it, and let another go on."""
        number, kind, at = await self._waiting_order()
        firing = Firing(point=name, kind=kind)
        before = await self._counts()
        price = self.waiting.price * at / 100
        self.waiting.slot[0] += 10
        pid = await self.kills.start(
            f"fire:{number}",
            price=f"{price:f}",
            token_id=self.waiting.scene.token.token_id,
            first_slot=self.waiting.slot[0],
            places_beside=self.places_beside,
        )
        self.kills.aim(point, pid)
        os.kill(pid, signal.SIGCONT)
        firing.was_killed = await self.kills.code() == -signal.SIGKILL
        self.kills.proxy.mend()
        self.kills.on_arrival.clear()
        await self._recovered(firing, number, at)
        after = await self._counts()
        firing.swaps, firing.filled, firing.receipts = (
            later - earlier for earlier, later in zip(before, after, strict=True)
        )
        await self._compare(firing)
        return firing

    async def _waiting_order(self) -> tuple[int, str, Decimal]:
        """Let an order wait; gives its number, its kind, and the percentage that reaches it."""
        positions = await self.waiting.positions()
        if positions:
            self.waiting.set_price(100)
            entry = positions[0].entry_price / self.waiting.price * 100
            level = entry - 2
            self.waiting.set_price(float(entry))
            plan = Stop(level=percent("-2"))
            (number,) = await self.waiting.guard(positions[0].number, plan)
            return number, "stop", level - 1
        self.waiting.set_price(106)
        (number,) = await self.waiting.place(
            replace(self.waiting.entry_at(percent("-3")), entry=self.waiting.entry(SIZE_LAMPORTS))
        )
        return number, "limit", Decimal(_REACHED)

    async def _recovered(self, firing: Firing, number: int, at: Decimal) -> None:
        """Begin as a new process does: load what waits, recover what is under way, read prices."""
        self.waiting.slot[0] += 10
        again = await live_waiting(
            self.waiting.scene,
            rules=RULES,
            slot=self.waiting.slot,
            means=self.waiting.scene.means if not self.places_beside else self._beside(),
        )
        again.set_price(float(at))
        await again.triggers.load()
        self.waiting = again
        while firing.rounds < MOST_ROUNDS:
            firing.state = (await again.order(number)).state.value
            if firing.state not in {"working", "submitted"} and not await self._is_held():
                return
            firing.rounds += 1
            await again.orders.recover()
            await again.tick(float(at))
            again.scene.world.chain.advance(SLOTS_BETWEEN_ROUNDS)
            await again.scene.reconciliation.reconcile()

    def _beside(self) -> "object":
        scene = self.waiting.scene
        book = PlacesBesideItsClaim(scene.database, lambda _queued: None)
        return replace(scene.means, book=book)

    async def _counts(self) -> tuple[int, int, int]:
        filled = await self._number("SELECT count(*) FROM orders WHERE mode = 'live'")
        receipts = await self._number(
            "SELECT count(*) FROM outbox WHERE payload ->> 'text' LIKE 'LIVE · Bought%'"
            " OR payload ->> 'text' LIKE 'LIVE · Sold%'"
        )
        return self.kills.swaps(), filled, receipts

    async def _is_held(self) -> bool:
        return bool(await self._number("SELECT sum(held) FROM accounts WHERE mode = 'live'"))

    async def _compare(self, firing: Firing) -> None:
        scene = self.waiting.scene
        firing.held = await self._number("SELECT sum(held) FROM accounts WHERE mode = 'live'")
        (wallet,) = await scene.means.accounts.balances()
        firing.off_by_lamports = wallet.lamports - scene.lamports()
        firing.off_by_units = wallet.tokens.get(scene.token.mint, 0) - scene.held()

    async def _number(self, query: str) -> int:
        return int(str(await self.waiting.scene.value(query) or 0))


@asynccontextmanager
async def live_resting_kills(
    world: SwapWorld,
    database: Pool,
    proxy: FaultProxy,
    folder: Path,
    *,
    places_beside: bool = False,
    children: asyncio.subprocess.Process | None = None,
) -> AsyncIterator[LiveRestingKills]:
    """Run a signer, a parent of children, and the process that takes over, which is this one."""
    async with live_kills(world, database, proxy, folder, children=children) as kills:
        waiting = await live_waiting(kills.scene, rules=RULES)
        assert kills.scene.owner.user_id == OWNER
        yield LiveRestingKills(kills=kills, waiting=waiting, places_beside=places_beside)
