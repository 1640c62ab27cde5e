"""Callers share a transaction without sharing each other's fate."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from bot.adapters.database.batches import Batches
from bot.domain.errors import Unavailable


class Table:
    """Notes each batch; refuses some items and can be told to hold up or to be away."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.is_away = False
        self.open = asyncio.Event()
        self.open.set()

    async def write(self, items: Sequence[str]) -> list[str]:
        self.batches.append(list(items))
        await self.open.wait()
        if self.is_away:
            raise Unavailable("database")
        if "bad" in items:
            raise asyncpg.CheckViolationError("bad")
        return [item.upper() for item in items]


async def some_turns() -> None:
    """Let everybody go on until all of them wait for a write."""
    for _ in range(5):
        await asyncio.sleep(0)


async def asked(table: Table, batches: Batches[str, str], items: Sequence[str]) -> list[object]:
    """Ask for all items one after the other, none of them written before the last was asked."""
    table.open.clear()
    async with asyncio.TaskGroup() as group:
        tasks = []
        for item in items:
            tasks.append(group.create_task(_outcome(batches, item)))
            await some_turns()
        table.open.set()
    return [task.result() for task in tasks]


async def _outcome(batches: Batches[str, str], item: str) -> object:
    try:
        return await batches.ask(item)
    except (Unavailable, asyncpg.PostgresError) as error:
        return type(error)


async def test_whoever_comes_during_a_write_shares_the_next() -> None:
    table = Table()
    assert await asked(table, Batches(table.write), ["a", "b", "c"]) == ["A", "B", "C"]
    assert table.batches == [["a"], ["b", "c"]]


async def test_those_who_come_in_one_turn_of_the_loop_share_a_batch() -> None:
    table = Table()
    batches = Batches(table.write)
    assert await asyncio.gather(*map(batches.ask, "abc")) == ["A", "B", "C"]
    assert table.batches == [["a", "b", "c"]]


async def test_after_company_a_batch_waits_for_company() -> None:
    table = Table()
    batches = Batches(table.write, linger_seconds=0.05)
    await asyncio.gather(*map(batches.ask, "ab"))
    async with asyncio.TaskGroup() as group:
        for item in "cde":
            group.create_task(batches.ask(item))
            await some_turns()
    assert table.batches == [["a", "b"], ["c", "d", "e"]]


async def test_a_full_batch_waits_for_nobody() -> None:
    table = Table()
    batches = Batches(table.write, most=2, linger_seconds=3600)
    await asyncio.gather(*map(batches.ask, "abcdef"))
    assert table.batches == [["a", "b"], ["c", "d"], ["e", "f"]]


async def test_whoever_was_alone_is_not_kept_waiting() -> None:
    table = Table()
    batches = Batches(table.write, linger_seconds=3600)
    assert [await batches.ask(item) for item in "abc"] == ["A", "B", "C"]


async def test_company_that_was_waited_for_in_vain_is_waited_for_once() -> None:
    table = Table()
    batches = Batches(table.write, linger_seconds=0.01)
    await asyncio.gather(*map(batches.ask, "ab"))
    loop = asyncio.get_running_loop()
    began = loop.time()
    await batches.ask("c")
    waited = loop.time() - began
    await batches.ask("d")
    assert waited >= 0.009
    assert table.batches == [["a", "b"], ["c"], ["d"]]


async def test_a_batch_is_never_larger_than_allowed() -> None:
    table = Table()
    items = [f"{number}" for number in range(8)]
    assert await asked(table, Batches(table.write, most=3), items) == items
    assert [len(batch) for batch in table.batches] == [1, 3, 3, 1]


async def test_items_of_one_key_are_written_in_turn() -> None:
    table = Table()
    batches = Batches[str, str](table.write, key=lambda item: item[0])
    assert await asked(table, batches, ["x", "a1", "a2", "b1", "a3"])
    assert table.batches == [["x"], ["a1", "b1"], ["a2"], ["a3"]]


async def test_an_item_at_fault_fails_alone() -> None:
    table = Table()
    found = await asked(table, Batches(table.write), ["x", "a", "bad", "b"])
    assert found == ["X", "A", asyncpg.CheckViolationError, "B"]


async def test_an_outage_fails_all_that_were_asked_together_and_no_later_one() -> None:
    table = Table()
    batches = Batches(table.write)
    table.is_away = True
    assert await asked(table, batches, ["a", "b"]) == [Unavailable, Unavailable]
    table.is_away = False
    assert await batches.ask("c") == "C"


@pytest.mark.parametrize("cancelled", [0, 1, 2])
async def test_a_caller_who_leaves_holds_nobody_up(cancelled: int) -> None:
    table = Table()
    batches = Batches(table.write)
    loop = asyncio.get_running_loop()
    table.open.clear()
    tasks = []
    for item in ("a", "b", "c"):
        tasks.append(loop.create_task(_outcome(batches, item)))
        await some_turns()
    tasks[cancelled].cancel()
    await asyncio.sleep(0)
    table.open.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found.pop(cancelled), asyncio.CancelledError)
    assert found == [each for each in ("A", "B", "C") if each != "ABC"[cancelled]]
    assert await batches.ask("d") == "D"


async def test_one_called_to_write_who_leaves_calls_the_next() -> None:
    table = Table()
    batches = Batches(table.write, most=1)
    loop = asyncio.get_running_loop()
    table.open.clear()

    async def first() -> None:
        assert await batches.ask("a") == "A"
        second.cancel()  # it was called this very moment, and has not heard it yet

    leading = loop.create_task(first())
    await some_turns()
    second, third = (loop.create_task(batches.ask(item)) for item in ("b", "c"))
    await some_turns()
    table.open.set()
    await leading
    assert await third == "C"
    assert second.cancelled()
    assert table.batches == [["a"], ["c"]]


async def test_those_whose_writer_was_stopped_are_told_that_nobody_knows() -> None:
    table = Table()
    batches = Batches(table.write)
    loop = asyncio.get_running_loop()
    table.open.clear()
    tasks = []
    for item in ("a", "b", "c"):
        tasks.append(loop.create_task(batches.ask(item)))
        await some_turns()
    tasks[0].cancel()
    await some_turns()
    tasks[1].cancel()  # it writes for the third by now
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in found] == [
        asyncio.CancelledError,
        asyncio.CancelledError,
        Unavailable,
    ]
