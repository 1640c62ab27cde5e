"""A process that dies at each named moment of a withdrawal; another takes it up."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
from solders.transaction import VersionedTransaction

from bot.adapters.database.connection import Pool
from bot.domain.withdrawals import Withdrawal
from tests.builders.live_scenes import OWNER
from tests.builders.signers import Signers
from tests.builders.swap_worlds import SOL, SwapWorld
from tests.builders.withdrawal_scenes import AT_ONCE, WithdrawalScene, withdrawal_scene
from tests.chaos.live_child import Order, signer_over
from tests.chaos.live_kills import ROOT, signers_for
from tests.faults.proxy import FaultProxy, Moment

AMOUNT = SOL // 20
MOST_ROUNDS, SLOTS_BETWEEN_ROUNDS = 8, 100
"""2 seconds of slots of 20 ms pass between two rounds."""
_REQUESTS = {
    "commit": r"\bcommit_withdrawal_attempt\(",
    "move": r"\bmove_withdrawal_attempt\(",
    "settle": r"\bsettle_withdrawal\(",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A request to the database and which side of it the kill falls; none: the bytes' arrival."""

    moment: Moment = Moment.BEFORE_REQUEST
    matching: str = ""


POINTS: Mapping[str, Point] = {
    "signed, before the payment's commit": Point(matching=_REQUESTS["commit"]),
    "while the payment is committed": Point(
        moment=Moment.AFTER_REQUEST, matching=_REQUESTS["commit"]
    ),
    "behind the payment's commit, before sending": Point(
        moment=Moment.BEFORE_REPLY, matching=_REQUESTS["commit"]
    ),
    "behind sending, before the reply": Point(),
    "behind the reply, before it is written down": Point(matching=_REQUESTS["move"]),
    "before it is booked": Point(matching=_REQUESTS["settle"]),
    "while it is booked": Point(moment=Moment.AFTER_REQUEST, matching=_REQUESTS["settle"]),
    "behind the booking's commit": Point(moment=Moment.BEFORE_REPLY, matching=_REQUESTS["settle"]),
}
CONTROL = "signed, before the payment's commit"


@dataclass(slots=True, kw_only=True)
class Kill:
    """What came of one kill."""

    point: str
    was_killed: bool = False
    rounds: int = 0
    state: str = ""
    payments: int = 0
    held: int = 0
    notices: int = 0
    off_by_lamports: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether it was killed, paid once or not at all, as booked, told, and soon."""
        return (
            self.was_killed
            and self.payments == int(self.state == "sent")
            and self.state in {"sent", "failed", "cancelled"}
            and self.notices >= 1
            and (self.held, self.off_by_lamports) == (0, 0)
            and self.rounds <= 2
        )


@dataclass(slots=True, kw_only=True)
class WithdrawalKills:
    """Strikes one process after the other, in one world."""

    scene: WithdrawalScene
    proxy: FaultProxy
    socket: Path
    children: asyncio.subprocess.Process
    sends_first: bool = False
    kills: list[Kill] = field(default_factory=list)
    on_arrival: list[Callable[[], None]] = field(default_factory=list)

    async def strike(self, name: str) -> Kill:
        """Prove a withdrawal, start a process, kill it at a point, and let another go on."""
        kill, before = Kill(point=name), self.scene.received()
        self.kills.append(kill)
        withdrawal = await self.scene.proved(self.scene.sol(AMOUNT))
        pid = await self._start()
        self._aim(POINTS[name], pid)
        os.kill(pid, signal.SIGCONT)
        kill.was_killed = int(await self._said()) == -signal.SIGKILL
        self.proxy.mend()
        self.on_arrival.clear()
        ended = await self._recovered(kill, withdrawal)
        kill.payments = (self.scene.received() - before) // AMOUNT
        await self._compare(kill, ended)
        return kill

    async def _start(self) -> int:
        world = self.scene.live.world
        order = Order(
            dsn=self.proxy.address,
            rpc_urls=list(world.rpc_urls),
            jupiter=world.url,
            socket=str(self.socket),
            counterparties=[],
            tips=[],
            user_id=OWNER,
            request_id="none",
            lamports=AMOUNT,
            sends_first=self.sends_first,
        )
        assert self.children.stdin is not None
        self.children.stdin.write(orjson.dumps(asdict(order)) + b"\n")
        pid = int(await self._said())
        os.kill(pid, signal.SIGSTOP)
        return pid

    async def _said(self) -> bytes:
        assert self.children.stdout is not None
        async with asyncio.timeout(60):
            return await self.children.stdout.readline()

    def _aim(self, point: Point, pid: int) -> None:
        def strike() -> None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        if point.matching:
            self.proxy.call(strike, point.moment, matching=point.matching)
        else:
            self.on_arrival.append(strike)

    async def _recovered(self, kill: Kill, withdrawal: Withdrawal) -> Withdrawal:
        payments = self.scene.payments()
        while kill.rounds < MOST_ROUNDS:
            withdrawal = await self.scene.read(withdrawal.number)
            if withdrawal.ended_at is not None:
                break
            kill.rounds += 1
            await payments.carry_on()
            self.scene.live.world.chain.advance(SLOTS_BETWEEN_ROUNDS)
            await self.scene.live.reconciliation.reconcile()
        return await self.scene.read(withdrawal.number)

    async def _compare(self, kill: Kill, withdrawal: Withdrawal) -> None:
        kill.state = withdrawal.state.value
        kill.held = await self.scene.held()
        kill.notices = await self.scene.pool.fetchval(
            "SELECT count(*) FROM outbox WHERE payload ->> 'text' LIKE $1",
            f"LIVE · Withdrawal {withdrawal.number}\n%",
        )
        (wallet,) = await self.scene.live.means.accounts.balances()
        kill.off_by_lamports = wallet.lamports - self.scene.live.lamports()


@asynccontextmanager
async def withdrawal_kills(
    world: SwapWorld,
    database: Pool,
    proxy: FaultProxy,
    folder: Path,
    *,
    sends_first: bool = False,
) -> AsyncIterator[WithdrawalKills]:
    """Run a signer, a parent of children, and the recovering process that is this one."""
    signers = _signers(world, folder)
    async with (
        signers.process(),
        _children() as children,
        signer_over(str(signers.socket), is_forgetful=sends_first) as signer,
    ):
        scene = await withdrawal_scene(world, database, rules=AT_ONCE, signer=signer)
        kills = WithdrawalKills(
            scene=scene,
            proxy=proxy,
            socket=signers.socket,
            children=children,
            sends_first=sends_first,
        )
        accept = world.chain.landing.accept

        def accept_and_tell(transaction: VersionedTransaction) -> None:
            accept(transaction)
            for strike in kills.on_arrival:
                strike()

        world.chain.landing.accept = accept_and_tell  # type: ignore[method-assign]
        yield kills


def _signers(world: SwapWorld, folder: Path) -> Signers:
    """A signer whose caps let transfers pass."""
    signers = signers_for(world, folder)
    text = signers.settings.read_text()
    assert "transfer_lamports = 0" in text
    signers.settings.write_text(text.replace("transfer_lamports = 0", f"transfer_lamports = {SOL}"))
    return signers


@asynccontextmanager
async def _children() -> AsyncIterator[asyncio.subprocess.Process]:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.chaos.withdrawal_child"),
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
