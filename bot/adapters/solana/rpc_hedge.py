"""Asks a second endpoint when the first is slow, and a third when the second is no better."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")


async def hedged(
    begin: Callable[[], Coroutine[object, object, T] | None],
    *,
    is_good: Callable[[T], bool],
    after_seconds: float,
) -> T:
    """Give the first good outcome, or that of the first try if none is good.

    `begin` gives the next try, None where none is left. Another is begun whenever nobody has
    answered for `after_seconds`, or a later try has failed while an earlier one still hangs.
    The first that fails before that is given as it is: going on is then the caller's.
    """
    begun = begin()
    assert begun is not None, "there is a first try"  # noqa: S101
    async with asyncio.TaskGroup() as group:
        first = group.create_task(begun)
        running, patience = {first}, after_seconds
        is_hedged = False
        while running:
            done, running = await asyncio.wait(
                running, timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                if is_good(task.result()):
                    for other in running:
                        other.cancel()
                    return task.result()
            if done == {first} and (running or not is_hedged):
                continue
            another = begin()
            if another is not None:
                is_hedged = True
                running = running | {group.create_task(another)}
    return first.result()
