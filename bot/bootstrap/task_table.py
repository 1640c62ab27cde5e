"""Which role runs what: every task of the product, in the order in which it is begun."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass

from bot.bootstrap.assembly import Assembled, listen_for_bells
from bot.bootstrap.clockwork import keep_time, see_prices, work_in_lanes
from bot.bootstrap.hearing import arrange_updates, poll, set_menus_once
from bot.bootstrap.reading_ahead import read_words_ahead
from bot.bootstrap.roles import ProcessRole
from bot.bootstrap.web_doors import answer_door
from bot.bootstrap.wiring_redis import Shared
from bot.jobs.archive import look_after_archive
from bot.jobs.changes import follow_changes
from bot.jobs.fills import fill_orders
from bot.jobs.following import follow_others, hear_rounds
from bot.jobs.gate import keep_the_gate, measure_landings
from bot.jobs.health import look_at_health, watch_health
from bot.jobs.live_orders import (
    carry_out_cleanups,
    carry_out_live_orders,
    check_live_keys,
    leave_live_orders,
    reconcile_live_wallets,
    recover_live_orders,
    watch_live_wallets,
)
from bot.jobs.withdrawals import carry_on_withdrawals
from bot.observability.loop_watch import watch_loop
from bot.services.live import Live
from bot.telegram.webhook_watch import WebhookWatch

Begun = Coroutine[object, object, None]
Begin = Callable[[Assembled], Begun | None]
First = Callable[[Assembled], Awaitable[None]]
_ALL, _WEB, _WORKER, _MARKET, _SENDER = (
    ProcessRole.ALL,
    ProcessRole.WEB,
    ProcessRole.WORKER,
    ProcessRole.MARKET,
    ProcessRole.SENDER,
)
_MANY = (_WEB, _WORKER, _MARKET, _SENDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task, who runs it, and how it begins: None where the settings have no use for it.

    What is to be `first` is waited for, and ends the start where it fails.
    """

    name: str
    roles: frozenset[ProcessRole]
    begin: Begin
    first: First | None = None


def _task(name: str, begin: Begin, *roles: ProcessRole, first: First | None = None) -> Task:
    return Task(name=name, roles=frozenset(roles), begin=begin, first=first)


def _live(name: str, begin: Callable[[Live], Begun], *roles: ProcessRole) -> Task:
    def begin_if_live(it: Assembled) -> Begun | None:
        return None if it.services.live is None else begin(it.services.live)

    return _task(name, begin_if_live, *roles)


def _shared(
    name: str,
    begin: Callable[[Shared], Begun],
    *roles: ProcessRole,
    first: First | None = None,
) -> Task:
    def begin_if_shared(it: Assembled) -> Begun | None:
        return None if it.outside.shared is None else begin(it.outside.shared)

    return _task(name, begin_if_shared, *roles, first=first)


async def _listen(it: Assembled) -> None:
    if it.outside.shared is not None:
        listen_for_bells(it, it.outside.shared.bells)


def _hear_rounds(it: Assembled) -> Begun | None:
    return None if it.outside.shared is None else hear_rounds(it.services.ticks)


def _follow_others(it: Assembled) -> Begun:
    return follow_others(it.following, it.woken)


def _watch_webhook(it: Assembled) -> Begun | None:
    pulse, url = it.services.well_being.pulse, it.settings.webhook_url
    return WebhookWatch(it.outside.api, url, pulse.heard_telegram).run() if url else None


def _stream_archive(it: Assembled) -> Begun | None:
    return None if it.outside.archive is None else it.outside.archive.keep()


def _look_after_archive(it: Assembled) -> Begun | None:
    backups = it.services.backups
    if backups is None or backups.archive is None:
        return None
    return look_after_archive(backups.archive)


def _answer_door(it: Assembled) -> Begun:
    return answer_door(it.door, it.settings, it.services, it.receiver, it.outside.clock)


TASKS: Sequence[Task] = (
    _task("lease", lambda it: it.outside.lease.keep() if it.outside.lease else None, *ProcessRole),
    _task("archive stream", _stream_archive, _ALL),
    _task("archive", _look_after_archive, _ALL),
    _task("loop watch", lambda _it: watch_loop(), *ProcessRole),
    _task("following", _follow_others, _WEB, _WORKER, _MARKET, _SENDER),
    _shared("redis", lambda it: it.line.keep(), *_MANY),
    _shared("bells rung", lambda it: it.bells.send(), *_MANY),
    _shared("bells heard", lambda it: it.bells.listen(), *_MANY, first=_listen),
    _task("rounds", _hear_rounds, _WORKER),
    _task("rpc watch", lambda it: it.outside.rpc.keep_watch(), _ALL, _WEB, _WORKER, _MARKET),
    _task("rpc stream", lambda it: it.outside.rpc.stream.run(), _ALL, _MARKET),
    _task("changes", lambda it: follow_changes(it.services), _ALL, _MARKET),
    _task("fills", lambda it: fill_orders(it.services), _ALL, _MARKET),
    _live("live orders placed", lambda it: carry_out_live_orders(it.orders), _ALL, _MARKET),
    _live("live orders left", lambda it: leave_live_orders(it.orders), _WORKER),
    _live("live orders", lambda it: recover_live_orders(it.orders), _ALL, _MARKET),
    _live("live keys", lambda it: check_live_keys(it.key_checks), _ALL, _MARKET),
    _live("live wallets", lambda it: reconcile_live_wallets(it.reconciliation), _ALL, _MARKET),
    _live("live movements", lambda it: watch_live_wallets(it.movements), _ALL, _MARKET),
    _live("cleanups", lambda it: carry_out_cleanups(it.cleanups), _ALL, _MARKET),
    _live("gate", lambda it: keep_the_gate(it.gate), _ALL, _MARKET),
    _live("landings", lambda it: measure_landings(it.landing), _ALL, _MARKET),
    _live("withdrawals", lambda it: carry_on_withdrawals(it.withdrawals.payments), _ALL, _MARKET),
    _task("sender", lambda it: it.sender.run(), _ALL, _SENDER),
    _task("lanes", work_in_lanes, _ALL, _WORKER),
    _task("receiver", lambda it: it.receiver.run(), _ALL),
    _task("inbox", lambda it: it.feed.run(), _WORKER),
    _task("clock", keep_time, _ALL, _MARKET),
    _task("prices", see_prices, _WORKER),
    _task("reading ahead", lambda it: read_words_ahead(it.first_prices), _ALL, _WORKER, _MARKET),
    _task("public door", _answer_door, _ALL, _WEB),
    _task("menus", set_menus_once, _ALL, _WEB),
    _task("health", lambda it: watch_health(it.services.well_being), _ALL, _MARKET),
    _task("health", lambda it: look_at_health(it.services.well_being), _WEB, _WORKER, _SENDER),
    _task("webhook watch", _watch_webhook, _ALL, _WEB, first=arrange_updates),
    _task("poller", lambda it: None if it.settings.webhook_url else poll(it), _ALL, _WEB),
)


def tasks_of(role: ProcessRole) -> Sequence[Task]:
    """Give the tasks of a role."""
    return [task for task in TASKS if role in task.roles]
