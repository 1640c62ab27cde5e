"""Comes alive as one process of many, under a name that no process had before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom

from bot.adapters.clock import SystemClock
from bot.adapters.database.leases import PostgresLeases
from bot.bootstrap.lease_keeping import LEASE_SECONDS, LeaseKeeper
from bot.bootstrap.roles import ProcessRole


def new_holder(role: ProcessRole) -> str:
    """Give a name for this life of this process."""
    return f"{role}-{SystemRandom().getrandbits(48):012x}"


@asynccontextmanager
async def joined(dsn: str, role: ProcessRole, holder: str) -> AsyncIterator[LeaseKeeper]:
    """Hold leases for the length of a block and give them back.

    Raises `Unavailable` where it cannot begin. What cannot be renewed in time ends the block with
    `LeaseLapsedError`.
    """
    leases = PostgresLeases(dsn, kind=role, holder=holder, seconds=LEASE_SECONDS)
    keeper = LeaseKeeper(leases, SystemClock())
    try:
        await keeper.join()
        async with asyncio.TaskGroup() as group:
            renewing = group.create_task(keeper.run())
            try:
                yield keeper
            finally:
                renewing.cancel()
    finally:
        await keeper.leave()
        await leases.close()
