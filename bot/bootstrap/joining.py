"""Comes alive as one process of many, under a name that no process had before."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom

from bot.adapters.clock import SystemClock
from bot.adapters.database.leases import PostgresLeases
from bot.bootstrap.lease_keeping import LeaseKeeper
from bot.bootstrap.roles import ProcessRole


def new_holder(role: ProcessRole) -> str:
    """Give a name for this life of this process."""
    return f"{role}-{os.getpid()}-{SystemRandom().getrandbits(32):08x}"


@asynccontextmanager
async def joined(
    dsn: str, role: ProcessRole, holder: str, seconds: float
) -> AsyncIterator[LeaseKeeper]:
    """Hold leases for the length of a block and give them back.

    Raises `Unavailable` where it cannot begin. What cannot be renewed in time ends the block with
    `LeaseLapsedError`.
    """
    leases = PostgresLeases(dsn, kind=role, holder=holder, seconds=seconds)
    keeper = LeaseKeeper(leases, SystemClock(), seconds=seconds)
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
