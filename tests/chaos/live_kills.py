"""A process that dies at each named moment of a live order; another takes its order up."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
from solders.transaction import VersionedTransaction

from bot.adapters.database.connection import Pool
from bot.adapters.vault.keyring import write_new_version
from bot.domain.live_orders import IntentState
from bot.ports.live_orders import LiveBalances
from tests.builders.live_scenes import OWNER, LiveScene, live_scene
from tests.builders.signers import Signers
from tests.builders.swap_worlds import SOL, SwapWorld
from tests.chaos.live_child import Order, signer_over
from tests.faults.proxy import FaultProxy, Moment

ROOT = Path(__file__).parents[2]
SIZE_LAMPORTS = SOL // 10
MOST_ROUNDS = 8
SLOTS_BETWEEN_ROUNDS = 100
"""So many are passed over at once between two rounds of the recovery."""
CAPS = """
[caps]
swap_lamports = 100000000000
transfer_lamports = 0
wallet_day_lamports = 1000000000000
wallet_day_signatures = 1000000
all_day_lamports = 1000000000000
[caps.token_transfer_units]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A request to the database and which side of it the kill falls; none: the bytes' arrival."""

    k: str
    moment: Moment = Moment.BEFORE_REQUEST
    matching: str = ""


POINTS: Mapping[str, Point] = {
    "behind the intent's commit": Point(
        k="K1", moment=Moment.BEFORE_REPLY, matching=r"\bplace_live\("
    ),
    "signed, before the attempt's commit": Point(k="K1", matching=r"\bcommit_live_attempt\("),
    "behind the attempt's commit, before sending": Point(
        k="K1", moment=Moment.BEFORE_REPLY, matching=r"\bcommit_live_attempt\("
    ),
    "behind sending, before the reply": Point(k="K2"),
    "behind the reply, before it is written down": Point(k="K3", matching=r"\bmove_live_attempt\("),
    "before the fill is booked": Point(k="K4", matching=r"\bsettle_live\("),
    "while the fill is booked": Point(
        k="K4", moment=Moment.AFTER_REQUEST, matching=r"\bsettle_live\("
    ),
    "behind the fill's commit": Point(
        k="K5", moment=Moment.BEFORE_REPLY, matching=r"\bsettle_live\("
    ),
    "inside the reconciliation": Point(k="K6", matching=r"\bpause_live\("),
}
CONTROL = "signed, before the attempt's commit"


@dataclass(slots=True, kw_only=True)
class Kill:
    """What came of one kill."""

    point: str
    was_killed: bool = False
    rounds: int = 0
    state: str = ""
    swaps: int = 0
    held: int = 0
    notices: int = 0
    off_by_lamports: int = 0
    off_by_units: int = 0
    trouble: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether it was killed, swapped once or not at all, as booked, told, and soon."""
        booked = int(self.state == IntentState.FILLED)
        return (
            self.was_killed
            and self.swaps == booked
            and self.notices >= 1
            and not self.trouble
            and (self.held, self.off_by_lamports, self.off_by_units) == (0, 0, 0)
            and self.rounds <= 2
        )


@dataclass(slots=True, kw_only=True)
class LiveKills:
    """Strikes one process after the other, in one world."""

    scene: LiveScene
    proxy: FaultProxy
    socket: Path
    children: asyncio.subprocess.Process
    rpc_urls: list[str]
    sends_first: bool = False
    kills: list[Kill] = field(default_factory=list)
    on_arrival: list[Callable[[], None]] = field(default_factory=list)

    async def strike(self, name: str) -> Kill:
        """Start a process, kill it at a point, and let another take its order up."""
        kill, before = Kill(point=name), self.swaps()
        request_id = self.begun(kill)
        pid = await self.start(request_id)
        self.aim(POINTS[name], pid)
        os.kill(pid, signal.SIGCONT)
        kill.was_killed = await self.code() == -signal.SIGKILL
        await self.settle(kill, request_id, before)
        return kill

    def begun(self, kill: Kill) -> str:
        """Count a kill; gives the id of the request that it is about."""
        self.kills.append(kill)
        return f"kill:{len(self.kills)}"

    async def settle(self, kill: Kill, request_id: str, swaps_before: int) -> None:
        """Let another process take the order up, and compare what came of it."""
        self.proxy.mend()
        self.on_arrival.clear()
        await self._recovered(kill, request_id)
        kill.swaps = self.swaps() - swaps_before
        await self._compare(kill, request_id)

    async def start(self, request_id: str, **more: object) -> int:
        """Start a process with an order to place; it stands still. Gives its id."""
        maker = self.scene.world.shop.maker
        order = Order(
            dsn=self.proxy.address,
            rpc_urls=self.rpc_urls,
            jupiter=self.scene.world.url,
            socket=str(self.socket),
            counterparties=[str(maker.address), str(maker.fee_owner)],
            tips=[str(maker.tips)],
            user_id=OWNER,
            request_id=request_id,
            lamports=SIZE_LAMPORTS,
            sends_first=self.sends_first,
            **more,  # type: ignore[arg-type]
        )
        assert self.children.stdin is not None
        self.children.stdin.write(orjson.dumps(asdict(order)) + b"\n")
        pid = int(await self._said())
        os.kill(pid, signal.SIGSTOP)
        return pid

    async def code(self) -> int:
        """Wait for the process's end; gives its code, negative by a signal."""
        return int(await self._said())

    async def _said(self) -> bytes:
        assert self.children.stdout is not None
        async with asyncio.timeout(60):
            return await self.children.stdout.readline()

    def aim(self, point: Point, pid: int) -> None:
        def strike() -> None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        if point.matching:
            self.proxy.call(strike, point.moment, matching=point.matching)
        else:
            self.on_arrival.append(strike)

    async def _recovered(self, kill: Kill, request_id: str) -> None:
        orders = self.scene.with_parts()
        while kill.rounds < MOST_ROUNDS:
            intent = await self.scene.means.book.find(OWNER, request_id)
            if intent is None or intent.state is not IntentState.HELD:
                break
            kill.rounds += 1
            await orders.recover()
            self.scene.world.chain.advance(SLOTS_BETWEEN_ROUNDS)
            await self.scene.reconciliation.reconcile()

    async def _compare(self, kill: Kill, request_id: str) -> None:
        intent = await self.scene.means.book.find(OWNER, request_id)
        kill.state = "none" if intent is None else intent.state.value
        kill.held = int(await self._value("SELECT sum(held) FROM accounts WHERE mode = 'live'"))
        # Texts name no order: what nobody counted yet is of this one.
        told = await self._value("SELECT count(*) FROM outbox WHERE payload ->> 'text' ~ '^LIVE ·'")
        kill.notices = int(told) - sum(one.notices for one in self.kills if one is not kill)
        wallet = await self._wallet()
        kill.off_by_lamports = wallet.lamports - self.scene.lamports()
        kill.off_by_units = wallet.tokens.get(self.scene.token.mint, 0) - self.scene.held()

    async def _wallet(self) -> LiveBalances:
        (wallet,) = await self.scene.means.accounts.balances()
        return wallet

    async def _value(self, query: str) -> str:
        return str(await self.scene.value(query) or 0)

    def swaps(self) -> int:
        """Count the wallet's transactions that LiteSVM carried out without an error."""
        chain = self.scene.world.chain
        done = Counter(
            str(record.transaction.message.account_keys[0])
            for record in chain.transactions.values()
            if record.error is None and record.transaction is not None
        )
        return done[self.scene.address]


def signers_for(world: SwapWorld, folder: Path) -> Signers:
    """Write two master keys and settings of a signer that knows the world's maker."""
    signers, maker = Signers(folder=folder), world.shop.maker
    for version in (1, 2):
        write_new_version(folder / "keys", version)
    signers.settings.write_text(
        f'socket = "{signers.socket}"\njournal = "{folder}/journal"\n'
        f'master_keys = "{folder}/keys"\nsocket_mode = "0600"\n'
        f'counterparties = ["{maker.address}", "{maker.fee_owner}"]\n'
        f'more_tip_accounts = ["{maker.tips}"]\n{CAPS}'
    )
    signers.settings.chmod(0o600)
    return signers


@asynccontextmanager
async def live_kills(
    world: SwapWorld,
    database: Pool,
    proxy: FaultProxy,
    folder: Path,
    *,
    sends_first: bool = False,
    children: asyncio.subprocess.Process | None = None,
) -> AsyncIterator[LiveKills]:
    """Run a signer, a parent of children, and the recovering process that is this one."""
    signers = signers_for(world, folder)
    async with (
        signers.process(),
        live_children(children) as parent,
        signer_over(str(signers.socket), is_forgetful=sends_first) as signer,
    ):
        scene = await live_scene(world, database, signer=signer)
        kills = LiveKills(
            scene=scene,
            proxy=proxy,
            socket=signers.socket,
            children=parent,
            rpc_urls=list(world.rpc_urls),
            sends_first=sends_first,
        )
        accept = world.chain.landing.accept

        def accept_and_tell(transaction: VersionedTransaction) -> None:
            accept(transaction)
            for strike in kills.on_arrival:
                strike()

        world.chain.landing.accept = accept_and_tell  # type: ignore[method-assign]
        yield kills


@asynccontextmanager
async def live_children(
    lent: asyncio.subprocess.Process | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Keep a parent of children for the length of a block, or give the one that is lent."""
    if lent is not None:
        yield lent
        return
    words = ["-m", "tests.chaos.live_child"]
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL if "QUIET" in os.environ else None,
    )
    try:
        yield parent
    finally:
        assert parent.stdin is not None
        parent.stdin.close()
        await parent.wait()
