"""The gate on a real database: records read from the books, stages moved once, caps that hold."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.gate import Breach, Demand, Stage
from bot.domain.users import Mode
from bot.jobs.gate import keep_the_gate
from tests.builders.gate_rooms import ADMIN, SOL, GateRoom, gate_room
from tests.builders.gates import RULES

CAPS = RULES.caps


@pytest.fixture
async def room(database: Pool) -> GateRoom:
    return await gate_room(database)


async def bets(room: GateRoom) -> list[tuple[int, int]]:
    """The stakes and results that count for the person's stage."""
    view = await room.gate.view(room.owner)
    return [(bet.stake_lamports, bet.result_lamports) for bet in view.record.bets]


async def test_a_record_is_read_as_one_bet_a_day_and_token_however_it_was_cut(
    room: GateRoom,
) -> None:
    for _ in range(5):
        await room.played(SOL // 10)
    await room.played(-SOL // 10, token=1)
    assert sorted(await bets(room)) == [(SOL, -SOL // 10), (5 * SOL, SOL // 2)]


async def test_gains_count_only_where_paper_can_prove_them_and_losses_always(
    room: GateRoom,
) -> None:
    quick = timedelta(seconds=59)
    await room.played(SOL, held=quick)
    await room.played(-SOL // 4, token=1, held=quick)
    await room.played(SOL, token=2, side="short")
    await room.played(SOL, token=3, stake=SOL // 100)
    assert await bets(room) == [(SOL, 0), (SOL, -SOL // 4)]


async def test_a_gain_in_a_token_that_came_from_outside_counts_for_nothing(room: GateRoom) -> None:
    await room.risen_to(Stage.SMALL)
    await room.live_books(SOL)
    await room.played(SOL, mode=Mode.LIVE, token=1)
    await room.played(SOL, mode=Mode.LIVE, token=2)
    await room.database.execute(
        "INSERT INTO accounts (user_id, mode, season, kind, asset, position_number)"
        " VALUES ($1, 'live', 1, 'external', 'mint1', 0)",
        room.owner.user_id,
    )
    assert await bets(room) == [(SOL, 0), (SOL, SOL)]


async def test_a_reset_neither_hides_a_loss_nor_drops_an_open_one(room: GateRoom) -> None:
    await room.played(-SOL // 2)
    await room.played(0, token=1, held=None)
    await room.played(SOL // 10, token=2)
    room.clock.advance(60)
    now = room.clock.now()
    outcome = await room.database.fetchval(
        "SELECT start_season($1, 'paper', 'reset', NULL, '[]')", room.owner.user_id
    )
    assert outcome == "booked"
    await room.database.execute(
        "UPDATE virtual_wallets SET started_at = $1, ended_at = NULL WHERE is_current", now
    )
    await room.database.execute("UPDATE virtual_wallets SET ended_at = $1 WHERE season = 1", now)
    assert await bets(room) == [(SOL, -SOL // 2), (SOL, -SOL), (SOL, SOL // 10)]
    view = await room.gate.view(room.owner)
    assert view.cooling_until == now + RULES.cooling
    cooling = next(one for one in view.asked if one.demand is Demand.COOLING)
    assert not cooling.is_met


async def test_a_record_that_meets_every_demand_leads_one_stage_up_once(room: GateRoom) -> None:
    with pytest.raises(Refusal, match="gate_not_yet"):
        await room.gate.rise(room.request(), lambda _state: ())
    await room.good_record()
    await room.database.execute(
        "UPDATE virtual_wallets SET grant_lamports = grant_lamports - 1"
    )  # the whole wallet is up by a lamport
    view = await room.gate.view(room.owner)
    assert view.may_rise, [one for one in view.asked if not one.is_met]
    outcomes = await asyncio.gather(
        *(room.gate.rise(room.request(), lambda _state: ()) for _ in range(4)),
        return_exceptions=True,
    )
    assert outcomes.count(None) == 1
    codes = {one.code for one in outcomes if isinstance(one, Refusal)}
    assert codes <= {"gate_moved", "gate_not_yet"}
    assert (await room.book.state(room.owner.user_id)).stage is Stage.SMALL
    assert await room.audit() == [("gate.promoted", room.owner.user_id, "small")]
    assert "is now at small" in (await room.told(ADMIN))[0]
    # What led here is no record for the next stage.
    with pytest.raises(Refusal, match="gate_not_yet"):
        await room.gate.rise(room.request(), lambda _state: ())


async def test_the_database_itself_lets_nobody_skip_shorten_or_forget(room: GateRoom) -> None:
    await room.risen_to(Stage.SMALL)
    await room.database.execute("UPDATE live_gates SET cooling_until = now() + interval '7 days'")
    for forbidden in (
        "UPDATE live_gates SET stage = 'full'",
        "UPDATE live_gates SET cooling_until = now()",
        "UPDATE live_gates SET cooling_until = NULL",
        "UPDATE live_gates SET since = '2001-01-01'",
        "DELETE FROM live_gates",
        "INSERT INTO live_gates (user_id, stage) VALUES (77, 'small')",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await room.database.execute(forbidden)
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await room.database.execute("TRUNCATE live_gates")


async def test_a_cooling_off_holds_in_the_transaction_that_promotes(room: GateRoom) -> None:
    await room.good_record()
    before = await room.book.state(room.owner.user_id)
    now = room.clock.now()
    await room.database.execute("INSERT INTO live_gates (user_id) VALUES ($1)", room.owner.user_id)
    await room.database.execute(
        "UPDATE live_gates SET cooling_until = $1", now + timedelta(seconds=1)
    )
    after = replace(before, stage=Stage.SMALL, since=now)
    move = room.gate.move_of(before, after, now, 0, {})
    with pytest.raises(Refusal, match="gate_cooling"):
        await room.book.move(move, None, [])
    room.clock.advance(1)
    await room.book.move(replace(move, at=room.clock.now()), None, [])


async def test_sixteen_purchases_at_once_never_pass_the_cap_of_a_day(room: GateRoom) -> None:
    await room.risen_to(Stage.SMALL)
    await room.live_books(100 * SOL)

    async def bought(*, has_gate: bool) -> int:
        outcomes = await asyncio.gather(
            *(
                room.orders.place(
                    room.request(),
                    room.buying(SOL // 10),
                    None,
                    (),
                    caps=CAPS if has_gate else None,
                )
                for _ in range(16)
            ),
            return_exceptions=True,
        )
        refused = [one for one in outcomes if isinstance(one, Refusal)]
        assert {one.code for one in refused} <= {"live_gate_day"}
        assert len(refused) == sum(1 for one in outcomes if isinstance(one, BaseException))
        return await room.book.bought_lamports(
            room.owner.user_id, room.clock.now() - timedelta(days=1)
        )

    assert await bought(has_gate=True) == SOL // 2
    # The control: without the gate the same race passes the cap, so that the test can see it.
    assert await bought(has_gate=False) == SOL // 2 + 16 * SOL // 10


async def test_a_cap_counts_any_24_hours_and_nothing_that_came_to_nothing(room: GateRoom) -> None:
    await room.risen_to(Stage.SMALL)
    await room.live_books(100 * SOL)

    async def place(lamports: int = SOL // 10) -> int:
        intent = room.buying(lamports)
        return await room.orders.place(room.request(), intent, None, (), caps=CAPS)

    with pytest.raises(Refusal, match="live_gate_order"):
        await place(SOL // 10 + 1)
    numbers = [await place() for _ in range(5)]
    with pytest.raises(Refusal, match="live_gate_day"):
        await place(1)
    with pytest.raises(Refusal, match="live_gate_day") as early:
        await room.gate.admit(room.owner.user_id, 1)
    assert early.value.fields == {"limit_lamports": SOL // 2, "left_lamports": 0}
    await room.database.execute(
        "SELECT end_live($1, $2, 'refused', 'live_late', now(), '[]')",
        room.owner.user_id,
        numbers[0],
    )
    await place()
    room.clock.advance(86_400 - 1)
    with pytest.raises(Refusal, match="live_gate_day"):
        await place()
    room.clock.advance(1)
    await place()


async def test_who_is_taken_back_buys_no_more_than_the_lower_stage_and_sells_all(
    room: GateRoom,
) -> None:
    await room.risen_to(Stage.PROVEN)
    await room.live_books(100 * SOL)
    await room.orders.place(room.request(), room.buying(SOL), None, (), caps=CAPS)
    state = await room.book.state(room.owner.user_id)
    for stage, code in ((Stage.SMALL, "live_gate_order"), (Stage.PAPER, "live_gate_stage")):
        await room.database.execute(
            "SELECT set_gate($1, $2, $3, $3, 0, 0, '{}')",
            state.user_id,
            stage.value,
            room.clock.now(),
        )
        with pytest.raises(Refusal, match=code):
            await room.orders.place(room.request(), room.buying(SOL), None, (), caps=CAPS)
        with pytest.raises(Refusal, match=code):
            await room.gate.admit(state.user_id, SOL)
    # No cap is against a sale: it fails for want of tokens alone.
    with pytest.raises(Refusal, match="live_not_enough"):
        await room.orders.place(room.request(), room.selling(5, 1), None, (), caps=CAPS)


async def test_a_fall_leads_a_stage_back_by_itself_and_counts_once(room: GateRoom) -> None:
    await room.risen_to(Stage.PROVEN)
    await room.live_books(10 * SOL)
    await room.lost(4 * SOL)
    user_id = room.owner.user_id
    # The fill is dated by the hour that the bet was held.
    room.clock.advance(7200)
    assert await room.gate.check(user_id) is Breach.DRAWDOWN
    state = await room.book.state(user_id)
    assert state.stage is Stage.SMALL
    assert state.since is not None
    assert state.cooling_until == state.since + RULES.cooling
    (news,) = await room.told(user_id)
    assert news.startswith("LIVE · ⚠️ You are back at small")
    assert "is back at small" in (await room.told(ADMIN))[0]
    assert (await room.audit())[-1] == ("gate.demoted", 0, "small")
    room.clock.advance(7200)
    assert await room.gate.check(user_id) is None
    assert (await room.book.state(user_id)).stage is Stage.SMALL


async def test_what_is_held_for_an_order_under_way_makes_no_loss_look_larger(
    room: GateRoom,
) -> None:
    await room.risen_to(Stage.SMALL)
    await room.live_books(12 * SOL // 10)
    await room.lost(SOL // 10)
    await room.orders.place(room.request(), room.buying(SOL), None, ())
    room.clock.advance(7200)
    assert await room.gate.check(room.owner.user_id) is None


async def test_the_clock_looks_at_everybody_who_may_buy(room: GateRoom) -> None:
    await room.risen_to(Stage.SMALL)
    await room.live_books(10 * SOL)
    for _ in range(RULES.losses_in_a_row):
        room.clock.advance(86_400)
        await room.lost(SOL // 20)

    class Enough(Exception):
        """One look is enough."""

    async def stop(_seconds: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        await keep_the_gate(room.gate, stop)
    assert (await room.book.state(room.owner.user_id)).stage is Stage.PAPER
    assert "8 bets in a row" in (await room.told(room.owner.user_id))[0]
