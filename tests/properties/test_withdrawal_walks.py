"""No sequence of steps pays without everything that a payment needs."""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.adapters.database.connection import Pool, open_pool
from tests.builders.chance import seeded
from tests.builders.withdrawal_steps import Steps, begin, take_the_clock
from tests.builders.withdrawal_walks import (
    FAULTY,
    HONEST,
    LEFT_OUT,
    leave_out,
    step,
    walks_until_caught,
)

EXAMPLES, LENGTH, _SEED = 12, 20, 7


def machine_on(loop: asyncio.AbstractEventLoop, pool: Pool) -> type[RuleBasedStateMachine]:
    """A machine whose steps run in a loop of its own, on a person of its own."""

    def now(work: Coroutine[Any, Any, Any]) -> Any:
        return loop.run_until_complete(work)

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.steps: Steps = now(begin(pool))

        @rule(name=st.sampled_from(HONEST), chance=st.randoms(use_true_random=False))
        def do_what_a_person_does(self, name: str, chance: Random) -> None:
            now(step(self.steps, name, chance))

        @rule(name=st.sampled_from(FAULTY), chance=st.randoms(use_true_random=False))
        def do_what_a_fault_does(self, name: str, chance: Random) -> None:
            now(step(self.steps, name, chance))

        @invariant()
        def both_descriptions_agree(self) -> None:
            now(self.steps.check())

        def teardown(self) -> None:
            now(self.steps.settle_accounts())

    return Machine


def test_no_sequence_of_steps_pays_without_everything_it_needs(database_dsn: str) -> None:
    """A plain function: the machine's steps wait for their own loop, so no other may run."""
    loop = asyncio.new_event_loop()
    opening = open_pool(database_dsn, size=2)
    pool = loop.run_until_complete(opening.__aenter__())
    try:
        loop.run_until_complete(take_the_clock(pool))
        rules = settings(max_examples=EXAMPLES, stateful_step_count=LENGTH, deadline=None)
        run_state_machine_as_test(machine_on(loop, pool), settings=rules)
    finally:
        loop.run_until_complete(opening.__aexit__(None, None, None))
        loop.close()


@pytest.mark.parametrize("name", ["the delay is over", "there was a code"])
async def test_a_guard_left_out_is_caught(database: Pool, name: str) -> None:
    """The negative control; benchmarks/withdrawals.py leaves out every one of them."""
    await take_the_clock(database)
    await leave_out(database, LEFT_OUT[name])
    assert await walks_until_caught(database, seeded(_SEED), most=60) > 0
