"""Run the bot, whole or in some roles: begin every task in order, and stop them when asked to."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

import structlog
from structlog.contextvars import bind_contextvars

from bot.bootstrap.assembly import Assembled, assemble
from bot.bootstrap.bots import meet
from bot.bootstrap.heap import settle_heap
from bot.bootstrap.lease_keeping import LeaseLapsedError
from bot.bootstrap.live_outside import open_whole_outside
from bot.bootstrap.loading import load_for
from bot.bootstrap.nursery import Nursery, open_nursery
from bot.bootstrap.roles import ProcessRole, wanted_by
from bot.bootstrap.settings import Settings
from bot.bootstrap.sharing import ask_for_leases
from bot.bootstrap.task_table import tasks_of
from bot.bootstrap.traces import traced
from bot.bootstrap.web_doors import door_of, operations_door
from bot.domain.errors import Unavailable
from bot.jobs.health import look_at_health
from bot.services.catalogue import Services
from bot.telegram import action_table, command_table
from bot.telegram.table_check import check_tables

_DRAIN_SECONDS = 5.0
_AGAIN_SECONDS = 1.0
MAY_END = frozenset({"menus", "reading ahead", "standby"})
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A bot at work; `first_prices` is set once the default tokens were tracked and read.

    `public_url` is where people reach its pages, `status_url` where its operator sees figures.
    """

    bot_name: str
    public_url: str
    status_url: str
    services: Services
    first_prices: asyncio.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _Process:
    """What the roles of a process share: the operator's door, which tells of all at work.

    Roles begin one at a time: each holds up the loop meanwhile, and what another asks of the
    database then would seem to have no answer.
    """

    operations: str
    at_work: dict[str, Services | None]
    beginning: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextmanager
    def telling_of(self, it: Assembled) -> Iterator[None]:
        """Have the door tell of a role for the length of a block."""
        self.at_work[it.role.value] = it.services
        try:
            yield
        finally:
            self.at_work[it.role.value] = None


@asynccontextmanager
async def running_bot(settings: Settings) -> AsyncIterator[Running]:
    """Run the whole bot for the length of a block.

    Raises `Unavailable`, `ApiError` (a wrong token) or `EmbeddedPostgresError` if it cannot
    start. Leaving the block lets the updates in hand finish and the outbox drain a little.
    """
    whole = ProcessRole.ALL
    async with _one_process(settings, [whole]) as process, _at_work(settings, whole, process) as it:
        yield it


async def run_until_stopped(
    settings: Settings, roles: Sequence[ProcessRole] = (ProcessRole.ALL,)
) -> None:
    """Run until SIGTERM or SIGINT, several roles beside one another.

    Each has its own leases, sessions and memory, as it would in a process of its own. So one that
    lapsed begins anew, knowing nothing, and the others go on.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with _one_process(settings, roles) as process, asyncio.TaskGroup() as group:
        for role in roles:
            group.create_task(_keep_at_work(settings, role, process, stop))


@asynccontextmanager
async def _one_process(settings: Settings, roles: Sequence[ProcessRole]) -> AsyncIterator[_Process]:
    at_work: dict[str, Services | None] = {role.value: None for role in roles}
    async with operations_door(settings, at_work) as operations:
        yield _Process(operations=operations, at_work=at_work)


async def _keep_at_work(
    settings: Settings, role: ProcessRole, process: _Process, stop: asyncio.Event
) -> None:
    if role is not ProcessRole.ALL:
        bind_contextvars(role=role.value)
    has_lapsed = False
    while not stop.is_set():
        try:
            async with AsyncExitStack() as stack:
                async with process.beginning:
                    await stack.enter_async_context(_at_work(settings, role, process))
                    settle_heap()
                await stop.wait()
        except* LeaseLapsedError:
            has_lapsed = True
            _log.warning("lapsed", role=role)
        except* Unavailable as away:
            # The database was away for so long that all was lost: it is waited for.
            if not has_lapsed:
                raise
            _log.warning("still_away", what=str(away.exceptions[0]))
            await asyncio.sleep(_AGAIN_SECONDS)


@asynccontextmanager
async def _at_work(
    settings: Settings, role: ProcessRole, process: _Process
) -> AsyncIterator[Running]:
    """Run a role for the length of a block.

    It ends with `LeaseLapsedError` where it could not keep what it held.
    """
    check_tables(command_table.by_name(), action_table.by_name())
    async with open_whole_outside(settings, role) as outside, door_of(settings, role) as door:
        assert outside.bots is not None, "opened with them"  # noqa: S101
        who, *others = await meet(outside.bots)
        it = assemble(settings, role, outside, (who, *others), door=door)
        it.services.monitoring.name_role(role.value)
        with process.telling_of(it):
            async with traced(settings, it.journeys), open_nursery() as nursery:
                await _begin(it, nursery)
                address = None if door.listener is None else door.address
                where = {"http": address, "operations": process.operations}
                _log.info("running", role=role, bot=who.name, **where)
                yield Running(
                    bot_name=who.name,
                    public_url=door.public_url,
                    status_url=f"{process.operations}/status",
                    services=it.services,
                    first_prices=it.first_prices,
                )
                await _wind_down(it)


async def _begin(it: Assembled, nursery: Nursery) -> None:
    pulse = it.services.well_being.pulse
    pulse.watch_tasks(lambda: nursery.ended() - MAY_END)
    pulse.reads_prices = it.role in {ProcessRole.ALL, ProcessRole.WORKER}
    if it.role is ProcessRole.MARKET:
        nursery.spawn(look_at_health(it.services.well_being), "looking")
        nursery.spawn(_begin_when_held(it, nursery), "standby")
    else:
        await _load_and_spawn(it, nursery)


async def _begin_when_held(it: Assembled, nursery: Nursery) -> None:
    """Stand by, then load what is so now, and only then act."""
    ask_for_leases(it)
    await it.keeper.until_held(wanted_by(it.role))
    it.services.well_being.pulse.reads_prices = True
    await _load_and_spawn(it, nursery)


async def _load_and_spawn(it: Assembled, nursery: Nursery) -> None:
    """Begin all tasks of the role; then it may take its share of what there is to do."""
    if it.role is not ProcessRole.ALL:
        await it.following.begin()
    await load_for(it.role, it.services)
    for task in tasks_of(it.role):
        if task.first is not None:
            await task.first(it)
        begun = task.begin(it)
        if begun is not None:
            nursery.spawn(begun, task.name)
    if it.role not in {ProcessRole.ALL, ProcessRole.MARKET}:
        ask_for_leases(it)


async def _wind_down(it: Assembled) -> None:
    it.lanes.stop()
    if it.role is not ProcessRole.ALL:
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                await it.keeper.drain()
        return
    deadline = asyncio.get_running_loop().time() + _DRAIN_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        waiting = (await it.outbox.depths())[1]
        if not waiting and not it.lanes.waiting:
            return
        await asyncio.sleep(0.05)
