"""Live orders ask the gate: purchases before and inside of the placing, sales never."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.gate import Breach, Stage, StageCaps
from bot.domain.live_orders import IntentState
from bot.services.live_deciding import any_entry
from bot.services.live_orders import LiveOrders
from tests.builders.gates import RULES
from tests.builders.live_scenes import OWNER, live_scene, no_twin
from tests.builders.swap_worlds import SOL, swap_world


@dataclass(slots=True)
class LaxGate:
    """A gate whose early word lets everything pass, as it does in a race."""

    caps: Mapping[Stage, StageCaps]
    asked: list[int] = field(default_factory=list)
    checked: list[int] = field(default_factory=list)

    async def admit(self, user_id: int, lamports: int) -> None:
        assert user_id == OWNER
        self.asked.append(lamports)

    async def check(self, user_id: int) -> Breach | None:
        self.checked.append(user_id)
        return None


async def test_purchases_are_held_against_the_stage_in_the_database_and_sales_are_free(
    database: Pool,
) -> None:
    async with swap_world(slot_ms=10) as world:
        scene = await live_scene(world, database)
        gate = LaxGate(RULES.caps)
        orders = LiveOrders(scene.means, twin=no_twin, gate=gate, check_entry=any_entry)
        with pytest.raises(Refusal, match="live_gate_stage"):
            await orders.place(scene.request(), scene.buying(SOL // 10))
        await database.execute("SELECT set_gate($1, 'small', now(), NULL, 0, 0, '{}')", OWNER)
        with pytest.raises(Refusal, match="live_gate_order"):
            await orders.place(scene.request(), scene.buying(SOL))
        placed = await orders.place(scene.request(), scene.buying(SOL // 10))
        done = await orders.carry_out((OWNER, placed.number))
        assert done.state is IntentState.FILLED
        assert (gate.asked, gate.checked) == ([SOL // 10, SOL, SOL // 10], [OWNER])
        # Taken back to paper: what is held can be sold all the same.
        await database.execute("SELECT set_gate($1, 'paper', now(), now(), 0, 0, '{}')", OWNER)
        sold = await orders.place(scene.request(), scene.selling(scene.held()))
        assert (await orders.carry_out((OWNER, sold.number))).state is IntentState.FILLED
        assert len(gate.asked) == 3
        assert scene.held() == 0
        await scene.prove()
