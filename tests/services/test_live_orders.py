"""Live orders on the sandbox's chain: asked for once, held, judged, and booked by what they did."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.live_orders import (
    AttemptState,
    IntentState,
    LiveRules,
    LiveSide,
)
from bot.jobs.live_orders import reconcile_live_wallets, recover_live_orders
from bot.sandbox.jupiter_api.faults import Tampering, VenueFaults
from bot.services.live_deciding import any_entry
from bot.services.live_orders import LiveOrders
from bot.services.paper_twins import PaperTwins
from bot.telegram.screens import live_list
from bot.telegram.screens.phrases import refusal_words
from tests.builders.houses import house
from tests.builders.live_scenes import EAGER, OWNER, PURSE, LiveScene, live_scene
from tests.builders.swap_worlds import SOL, swap_world

OPEN_HOLDS = "SELECT sum(held) FROM accounts WHERE mode = 'live'"
NOTICES = "SELECT chat_id, payload ->> 'text' AS text FROM outbox ORDER BY notice_id"


@pytest.fixture
async def scene(database: Pool) -> AsyncIterator[LiveScene]:
    async with swap_world(slot_ms=10) as world:
        yield await live_scene(world, database)


class Dies(Exception):
    """The process is gone."""


async def test_a_purchase_is_booked_by_what_it_did_to_the_wallet(scene: LiveScene) -> None:
    intent = await scene.done(scene.buying())
    assert intent.state is IntentState.FILLED
    (attempt,) = intent.attempts
    assert attempt.state is AttemptState.CONFIRMED
    assert scene.held() >= attempt.min_out >= intent.min_out
    (position,) = await scene.rows("SELECT * FROM positions")
    paid = PURSE - scene.lamports()
    assert position["cost_lamports"] + position["rent_lamports"] == paid
    assert position["token_units"] == scene.held()
    assert await scene.value(OPEN_HOLDS) == 0
    (news,) = await scene.rows(NOTICES)
    assert news["chat_id"] == OWNER
    assert news["text"].startswith("LIVE · Bought ")
    assert attempt.quoted_at <= attempt.offered_at <= attempt.checked_at <= attempt.signed_at
    await scene.prove()


async def test_a_sale_gives_the_sol_back_and_leaves_the_rent_in_the_account(
    scene: LiveScene,
) -> None:
    await scene.done(scene.buying())
    sold = await scene.done(scene.selling(scene.held()))
    assert sold.state is IntentState.FILLED
    assert scene.held() == 0
    (position,) = await scene.rows("SELECT * FROM positions")
    assert position["state"] == "closed"
    lost = PURSE - scene.lamports()
    assert -position["realised_pnl_lamports"] + position["rent_lamports"] == lost
    await scene.prove()


async def test_a_part_sold_leaves_the_other_part(scene: LiveScene) -> None:
    await scene.done(scene.buying())
    await scene.done(scene.buying(2 * SOL))
    await scene.done(scene.selling(scene.held() // 3))
    (position,) = await scene.rows("SELECT * FROM positions")
    assert position["token_units"] == scene.held()
    await scene.prove()


async def test_the_same_request_is_the_same_order_and_never_another(scene: LiveScene) -> None:
    request = scene.request()
    first = await scene.done(scene.buying(), request)
    again = await scene.done(scene.buying(), request)
    assert again == first
    with pytest.raises(Refusal) as refused:
        await scene.orders.place(request, scene.buying(2 * SOL))
    assert refused.value.code == "request_mismatch"
    both = await asyncio.gather(
        *(scene.orders.place(replace(request, request_id="twice"), scene.buying()) for _ in "ab")
    )
    assert both[0].number == both[1].number == 2
    assert len(scene.signed) == 1


async def test_what_cannot_be_done_is_refused_and_holds_nothing(scene: LiveScene) -> None:
    for wish, code in (
        (scene.buying(100 * SOL), "live_not_enough"),
        (scene.buying(slippage_bps=1_001), "live_slippage"),
        (scene.buying(slippage_bps=0), "live_slippage"),
        (scene.buying(0), "not_positive"),
        (scene.buying(-SOL), "not_positive"),
        (replace(scene.buying(), wallet_number=2), "live_no_wallet"),
        (replace(scene.buying(), token_id=9), "unknown_token"),
        (scene.selling(5), "unknown_position"),
        (replace(scene.buying(), position_number=1), "unknown_position"),
    ):
        with pytest.raises(Refusal) as refused:
            await scene.orders.place(scene.request(), wish)
        assert refused.value.code == code
    assert await scene.value("SELECT count(*) FROM live_intents") == 0
    assert await scene.value(OPEN_HOLDS) == 0


async def test_a_transaction_that_does_something_else_is_never_signed(scene: LiveScene) -> None:
    for tampering in (each for each in Tampering if each):
        scene.world.shop.faults = VenueFaults()
        intent = await scene.orders.place(scene.request(), scene.buying())
        scene.world.shop.faults = VenueFaults(tamper=tampering)
        ended = await scene.orders.carry_out((OWNER, intent.number))
        assert (ended.state, ended.attempts) == (IntentState.REFUSED, ())
    assert (scene.signed, scene.lamports()) == ([], PURSE)
    await scene.prove()


async def test_nothing_is_signed_behind_the_deadline(scene: LiveScene) -> None:
    strict = replace(scene.means, rules=replace(EAGER, deadline_seconds=-1.0))
    ended = await scene.with_parts(means=strict).place(scene.request(), scene.buying())
    done = await scene.orders.carry_out((OWNER, ended.number))
    assert (done.state, done.end_reason) == (IntentState.REFUSED, "live_late")
    assert await scene.value(OPEN_HOLDS) == 0


async def test_a_sale_that_presses_the_price_too_far_says_how_to_get_out(scene: LiveScene) -> None:
    await scene.done(scene.buying())
    narrow = replace(scene.means, rules=replace(EAGER, most_impact_bps=0))
    for is_forced in (False, True):
        sale = replace(scene.selling(scene.held()), is_forced=is_forced)
        with pytest.raises(Refusal, match="live_sale_impact") as refused:
            await scene.with_parts(means=narrow).place(scene.request(), sale)
        words, _ = refusal_words(refused.value, "WIF").render()
        assert "The limit is 0%, for stops too, so nothing was sold." in words
        assert words.endswith("Sell it in parts: /close 1 25.")
    with pytest.raises(Refusal, match="impact_too_high"):
        await scene.with_parts(means=narrow).place(scene.request(), scene.buying(50 * SOL))


async def test_the_paper_twin_is_decided_with_the_order_and_kept(
    scene: LiveScene, database: Pool
) -> None:
    paper = await house(database)
    twins = PaperTwins(paper.trading)
    wish = replace(scene.buying(), token_id=paper.kept.token_id)
    fill = await twins.decide(wish)
    assert fill is not None
    assert await twins.decide(replace(wish, side=LiveSide.SELL, amount_in=fill.token_units))
    await LiveOrders(scene.means, twin=twins.decide, check_entry=any_entry, gate=None).place(
        scene.request(), wish
    )
    stored = await scene.value("SELECT twin ->> 'token_units' FROM live_intents")
    assert stored == str(fill.token_units)
    paper.chain.is_away = True
    assert await twins.decide(wish) is None


async def test_the_clock_takes_orders_up_until_it_is_stopped(scene: LiveScene) -> None:
    intent = await scene.orders.place(scene.request(), scene.buying())
    rounds = []

    async def three_rounds(seconds: float) -> None:
        rounds.append(seconds)
        scene.world.chain.advance(4)
        if len(rounds) == 3:
            raise Dies

    with pytest.raises(Dies):
        await recover_live_orders(scene.orders, three_rounds)
    rounds.clear()
    with pytest.raises(Dies):
        await reconcile_live_wallets(scene.reconciliation, three_rounds)
    done = await scene.means.book.read((OWNER, intent.number))
    assert done.state is IntentState.FILLED
    await scene.prove()


async def test_a_token_with_a_transfer_fee_and_a_lookup_table_are_booked_to_the_unit(
    database: Pool,
) -> None:
    async with swap_world(slot_ms=10) as world:
        scene = await live_scene(world, database, symbol="TOLL")
        await scene.done(scene.buying())
        await scene.done(scene.selling(scene.held() // 3))
        world.shop.faults = VenueFaults(lookup_table=True)
        intent = await scene.orders.place(scene.request(), scene.buying())
        await scene.orders.recover()  # the table is so new that a node may not know it yet
        world.chain.advance(4)
        done = await scene.orders.carry_out((OWNER, intent.number))
        assert done.state is IntentState.FILLED
        await scene.prove()


async def test_an_order_is_under_way_until_its_end_and_bound_to_what_was_shown(
    scene: LiveScene,
) -> None:
    wish = scene.buying()
    decided = await scene.orders.deciding.decide(scene.request(), wish)
    shown = replace(wish, least_out=decided.intent.min_out)
    with pytest.raises(Refusal, match="live_price_moved"):
        await scene.orders.place(
            scene.request(), replace(wish, least_out=decided.quote.out_amount * 2)
        )
    placed = await scene.orders.place(scene.request(), shown)
    assert placed.min_out >= shown.least_out
    (line,) = live_list.under_way(await scene.orders.under_way(scene.owner))
    assert line.render()[0] == "⏳ #1 buy WIF for 1 SOL: under way"
    await scene.orders.carry_out((OWNER, placed.number))
    assert await scene.orders.under_way(scene.owner) == []
    with pytest.raises(Refusal, match="unknown_live_order"):
        await scene.orders.one(scene.owner, 2)


def test_a_sale_makes_do_with_what_little_sol_is_left() -> None:
    rules = LiveRules()
    assert rules.sale_attempts(10 * SOL) == rules.most_attempts
    assert rules.sale_attempts(rules.most_sale_rent_lamports + 2 * rules.attempt_lamports) == 2
    assert rules.sale_attempts(0) == 1
