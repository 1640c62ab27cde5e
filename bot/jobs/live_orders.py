"""The clock's door to real money: takes up what is open, and holds books against the chain."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.jobs.schedule import guarded
from bot.ports.live_orders import Place
from bot.services.cleanups import Cleanups
from bot.services.key_checks import KeyChecks
from bot.services.live_movements import LiveMovements
from bot.services.live_orders import LiveOrders
from bot.services.live_reconciliation import LiveReconciliation

Pause = Callable[[float], Awaitable[None]]
_SIDE_BY_SIDE = 32
_RECOVER_SECONDS = 2.0
_RECONCILE_SECONDS = 60.0
_WATCH_SECONDS = 5.0
_CHECK_KEYS_SECONDS = 6 * 3600.0


async def recover_live_orders(orders: LiveOrders, pause: Pause = asyncio.sleep) -> None:
    """Run for ever, from the start on: what a crash left is taken up as any other order is.

    A round begins when the last has ended, so the same bytes are sent again every 2 seconds.
    """
    recover = guarded("recover_live_orders", orders.recover)
    while True:
        await recover()
        await pause(_RECOVER_SECONDS)


async def carry_out_live_orders(orders: LiveOrders) -> None:
    """Run for ever: every order that is placed is carried out at once, beside the others."""
    gate = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def one(place: Place) -> None:
        async def carry_out() -> None:
            await orders.carry_out(place)

        async with gate:
            await guarded("carry_out_live_order", carry_out)()

    async with asyncio.TaskGroup() as group:
        while True:
            group.create_task(one(await orders.next_placed()))


async def leave_live_orders(orders: LiveOrders) -> None:
    """Run for ever: what this process places is carried out by another, which hears of it."""
    while True:
        await orders.next_placed()


async def reconcile_live_wallets(
    reconciliation: LiveReconciliation, pause: Pause = asyncio.sleep
) -> None:
    """Run for ever: every wallet is held against the chain once a minute."""

    async def once() -> None:
        await reconciliation.reconcile()

    reconcile = guarded("reconcile_live_wallets", once)
    while True:
        await reconcile()
        await pause(_RECONCILE_SECONDS)


async def watch_live_wallets(movements: LiveMovements, pause: Pause = asyncio.sleep) -> None:
    """Run for ever: what came or left is booked some seconds after it is final."""

    async def once() -> None:
        await movements.watch()

    watch = guarded("watch_live_wallets", once)
    while True:
        await watch()
        await pause(_WATCH_SECONDS)


async def carry_out_cleanups(cleanups: Cleanups, pause: Pause = asyncio.sleep) -> None:
    """Run for ever, from the start on: what was planned is signed, and sent until it landed."""
    recover = guarded("carry_out_cleanups", cleanups.recover)
    while True:
        await recover()
        await pause(_RECOVER_SECONDS)


async def check_live_keys(checks: KeyChecks, pause: Pause = asyncio.sleep) -> None:
    """Run for ever: every wallet's key is opened at the start, and then four times a day."""

    async def once() -> None:
        await checks.check_all()

    check = guarded("check_live_keys", once)
    while True:
        await check()
        await pause(_CHECK_KEYS_SECONDS)
