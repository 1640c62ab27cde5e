"""An operator's task that dies at a named moment while a live order is under way (K7 and K8)."""

import asyncio
import os
import random
import re
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.adapters.database.connection import Pool
from bot.adapters.database.migrate import schema_state
from bot.adapters.vault.envelope import Envelope
from bot.adapters.vault.keyring import Keyring, keyring_from_folder
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.live_wallets import KeyDamaged, SealedKey
from bot.domain.secrets import Secret
from tests.builders.live_wallets import keep, kept
from tests.builders.memory_search import seed_of
from tests.builders.sealed_keys import older
from tests.builders.swap_worlds import SwapWorld
from tests.chaos.live_kills import Kill, LiveKills, Point, live_kills
from tests.chaos.torn_tasks import BACK, REVISION, write_migrations
from tests.faults.proxy import FaultProxy, Moment, Rule, proxy_to_postgres
from tests.journeys.processes import Forks, open_forks

WALLETS, BATCH = 12, 5
_LOOK_SECONDS, _LONGEST_SECONDS = 0.005, 30.0
_BACK_TO_OLDER = """
    UPDATE live_wallets SET key_version = $3, wrapped_key = $4, sealed = $5
    WHERE user_id = $1 AND number = $2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPoint(Point):
    """A request of the task, and which side of it the kill falls."""

    words: tuple[str, ...]
    variant: str = ""


_ROTATE, _MIGRATE = ("keys", "rotate", "--batch", str(BATCH)), ("migrate",)
_WRITES, _COMMITS = r"^\s*UPDATE live_wallets", r"^COMMIT"
TASKS: Mapping[str, TaskPoint] = {
    "before a batch of keys is written": TaskPoint(k="K7", words=_ROTATE, matching=_WRITES),
    "behind a batch's writing, before its commit": TaskPoint(
        k="K7", words=_ROTATE, matching=_WRITES, moment=Moment.BEFORE_REPLY
    ),
    "behind a batch's commit": TaskPoint(
        k="K7", words=_ROTATE, matching=_COMMITS, moment=Moment.BEFORE_REPLY
    ),
    "inside the migration": TaskPoint(
        k="K8", words=_MIGRATE, matching="ALTER TABLE live_attempts", variant="migrates further"
    ),
    "behind the migration, before its commit": TaskPoint(
        k="K8",
        words=_MIGRATE,
        matching="CREATE INDEX ix_more",
        moment=Moment.BEFORE_REPLY,
        variant="migrates further",
    ),
    "behind the migration's commit": TaskPoint(
        k="K8",
        words=_MIGRATE,
        matching=_COMMITS,
        moment=Moment.BEFORE_REPLY,
        variant="migrates further",
    ),
}
CONTROLS: Mapping[str, TaskPoint] = {
    "control: a key in two steps": TaskPoint(
        k="K7", words=_ROTATE, matching="SET sealed", variant="seals in two steps"
    ),
    "control: a migration in pieces": TaskPoint(
        k="K8",
        words=_MIGRATE,
        matching="ALTER TABLE live_attempts",
        variant="migrates in pieces",
    ),
}
ORDER_STANDS_AT = (r"\bplace_live\(", r"\bcommit_live_attempt\(", r"\bmove_live_attempt\(")
"""Where the order is when the task begins: before its intent, before and behind its sending."""


@dataclass(slots=True, kw_only=True)
class TaskKills:
    """Strikes one task after the other; about every second time the order's process dies, too."""

    kills: LiveKills
    forks: Forks
    task_proxy: FaultProxy
    folder: Path
    dsn: str
    ring: Keyring
    head: str
    chance: random.Random
    under_older: Sequence[SealedKey] = ()
    struck: list[Kill] = field(default_factory=list)

    async def strike(self, name: str) -> Kill:
        """Let an order go as far as it is to, kill the task, and let the order go on."""
        point = (TASKS | CONTROLS)[name]
        await self._set_back()
        kill, before = Kill(point=name), self.kills.swaps()
        self.struck.append(kill)
        request_id = self.kills.begun(kill)
        pid = await self.kills.start(request_id)
        await self._go_as_far_as(self.chance.choice(ORDER_STANDS_AT), pid)
        kill.was_killed = await self._kill_task(point)
        kill.trouble = await self._trouble()
        os.kill(pid, self.chance.choice((signal.SIGKILL, signal.SIGCONT)))
        await self.kills.code()
        await self.kills.settle(kill, request_id, before)
        kill.trouble = kill.trouble or await self._finish(point)
        return kill

    async def _go_as_far_as(self, matching: str, pid: int) -> None:
        stands = self.kills.proxy.add(_standing(matching, pid))
        os.kill(pid, signal.SIGCONT)
        async with asyncio.timeout(_LONGEST_SECONDS):
            while not stands.hits:  # noqa: ASYNC110 (the proxy tells by a count)
                await asyncio.sleep(_LOOK_SECONDS)

    async def _kill_task(self, point: TaskPoint) -> bool:
        started: list[int] = []
        self.task_proxy.call(
            lambda: os.kill(started[0], signal.SIGKILL), point.moment, matching=point.matching
        )
        variants = [point.variant] if point.variant else []
        task = await self.forks.start(point.words, self._environment(), variants=variants)
        started.append(task.pid)
        code = await task.code()
        self.task_proxy.mend()
        return code == -signal.SIGKILL

    async def _trouble(self) -> str:
        """Tell what the dead task has left in halves: a key that is none, a schema that is none."""
        async with asyncio.timeout(_LONGEST_SECONDS):
            while await self._is_undoing():  # noqa: ASYNC110 (the server tells when asked)
                await asyncio.sleep(_LOOK_SECONDS)
        vault, faults = SealedKeyVault(self.ring), 0
        for key in await kept(self.kills.scene.database):
            try:
                vault.check(key)
            except KeyDamaged:
                faults += 1
        if faults:
            return f"{faults} keys do not open"
        is_further = (await schema_state(self.dsn))[0] == REVISION
        wide = await self.kills.scene.rows(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'more'"
            " AND table_name IN ('live_intents', 'live_attempts')"
        )
        return "" if len(wide) == (2 if is_further else 0) else "the schema is half of each"

    async def _is_undoing(self) -> bool:
        """The server undoes what a dead client had begun once it has noticed that."""
        return (
            await self.kills.scene.value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND application_name = ''"
            )
            != 0
        )

    async def _finish(self, point: TaskPoint) -> str:
        """Let the task run to its end; tells where it did not."""
        variants = [point.variant] if point.variant else []
        task = await self.forks.start(point.words, self._environment(), variants=variants)
        return "" if await task.code() == 0 else f"the task does not end well: {task.said()}"

    async def _set_back(self) -> None:
        """Put all keys under the older master key, and the schema where it was."""
        database = self.kills.scene.database
        if not self.under_older:
            vault = SealedKeyVault(self.ring)
            await keep(database, [vault.create(5000 + each, 1) for each in range(WALLETS)])
            self.under_older = [self._older(key) for key in await kept(database)]
        async with database.acquire() as connection:
            await connection.executemany(
                _BACK_TO_OLDER,
                [
                    (key.user_id, key.number, key.key_version, key.wrapped_key, key.sealed)
                    for key in self.under_older
                ],
            )
            await connection.execute(BACK.format(head=self.head))

    def _older(self, key: SealedKey) -> SealedKey:
        bound_to = f"{key.user_id}|{key.number}|{key.chain}|{key.address}".encode()
        envelope = Envelope(older(self.ring, 1))
        wrapped_key, sealed = envelope.seal(Secret(seed_of(self.ring, key)), bound_to)
        return SealedKey(
            user_id=key.user_id, number=key.number, chain=key.chain, address=key.address,
            key_version=1, wrapped_key=wrapped_key, sealed=sealed,
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.task_proxy.address,
            "MASTER_KEYS_DIR": str(self.folder / "keys"),
            "LOG_DIR": str(self.folder / "logs"),
        }


def _standing(matching: str, pid: int) -> Rule:
    def stand() -> None:
        os.kill(pid, signal.SIGSTOP)

    return Rule(moment=Moment.BEFORE_REQUEST, matching=re.compile(matching), times=1, call=stand)


@asynccontextmanager
async def task_kills(
    world: SwapWorld,
    database: Pool,
    dsn: str,
    folder: Path,
    *,
    seed: int,
    children: asyncio.subprocess.Process | None = None,
    forks: Forks | None = None,
) -> AsyncIterator[TaskKills]:
    """Run what `live_kills` runs, and a parent of tasks beside it; both parents may be lent."""
    _, head = await schema_state(dsn)
    write_migrations(folder, head)
    async with (
        proxy_to_postgres(dsn, seed=seed) as proxy,
        proxy_to_postgres(dsn, seed=seed) as task_proxy,
        live_kills(world, database, proxy, folder, children=children) as kills,
        _forks_in(folder, forks) as tasks,
    ):
        yield TaskKills(
            kills=kills,
            forks=tasks,
            task_proxy=task_proxy,
            folder=folder,
            dsn=dsn,
            ring=keyring_from_folder(folder / "keys"),
            head=head,
            chance=random.Random(seed),  # noqa: S311 (a seeded chance)
        )


@asynccontextmanager
async def _forks_in(folder: Path, lent: Forks | None) -> AsyncIterator[Forks]:
    """Give a parent whose children stand in the folder, where they find their migrations."""
    if lent is not None:
        yield replace(lent, folder=folder)
        return
    async with open_forks(folder) as forks:
        yield forks
