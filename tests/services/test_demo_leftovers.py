"""A demo that starts again says what was under way on the chain before, and frees its funds."""

from dataclasses import replace

from bot.adapters.clock import SystemClock
from bot.adapters.database.cleanups import PostgresCleanups
from bot.adapters.database.connection import Pool
from bot.bootstrap.news import Newsroom
from bot.cli.sandbox_leftovers import LeftoverNews, Leftovers, end_leftovers
from bot.domain.languages import Language
from bot.domain.live_orders import AttemptState, IntentState
from bot.domain.withdrawals import WithdrawalState
from bot.sandbox.solana_rpc.landing import LandingFaults
from bot.services.cleanups import Cleanups
from bot.telegram.cleanup_news import CleanupNews
from bot.telegram.withdrawal_news import WithdrawalNews
from tests.builders.live_scenes import EAGER, OWNER, PURSE, live_scene
from tests.builders.movement_scenes import movement_scene
from tests.builders.swap_worlds import QUICK, SOL, swap_world
from tests.builders.withdrawal_scenes import withdrawal_scene

NONE = Leftovers(orders=0, withdrawals=0, cleanups=0)
DROPPED = LandingFaults(drop=True)
NEWEST = "SELECT payload ->> 'text' FROM outbox ORDER BY notice_id DESC LIMIT 1"


def news_in(language: Language = Language.ENGLISH) -> LeftoverNews:
    newsroom = Newsroom(clock=SystemClock(), bot_name="", language_of=lambda _: language)
    return LeftoverNews(withdrawn=newsroom(WithdrawalNews), cleaned=newsroom(CleanupNews))


NEWS = news_in()


async def test_an_order_of_a_chain_that_is_gone_expires_with_it(database: Pool) -> None:
    # Slots so long that nothing expires by itself, however slow the machine is.
    async with swap_world(slot_ms=1_000, jupiter=QUICK) as world:
        scene = await live_scene(world, database, rules=replace(EAGER, most_attempts=1))
        now = scene.means.clock.now
        assert await end_leftovers(database, now(), NEWS) == NONE
        assert not NONE.words
        world.chain.landing.faults = DROPPED
        intent = await scene.orders.place(scene.request(), scene.buying())
        assert await end_leftovers(database, now(), NEWS) == NONE, "nothing was signed for it"
        await scene.orders.carry_out((OWNER, intent.number), patience_seconds=0.0)
        found = await end_leftovers(database, now(), NEWS)
        assert found == replace(NONE, orders=1)
        assert "live orders: 1 (" in found.words
        await scene.orders.recover()
        ended = await scene.means.book.read((OWNER, intent.number))
        assert [each.state for each in ended.attempts] == [AttemptState.EXPIRED]
        assert (ended.state, ended.end_reason) == (IntentState.FAILED, "live_expired")
        (wallet,) = await scene.means.accounts.balances()
        assert wallet.lamports == PURSE
        await scene.prove()


async def test_what_was_booked_on_it_is_final(database: Pool) -> None:
    async with swap_world(slot_ms=10, jupiter=QUICK) as world:
        scene = await live_scene(world, database)
        done = await scene.done(scene.buying())
        assert done.state is IntentState.FILLED
        assert await end_leftovers(database, scene.means.clock.now(), NEWS) == NONE
        final = await scene.means.book.read((OWNER, done.number))
        assert [each.state for each in final.attempts] == [AttemptState.FINALIZED]
        assert await scene.means.book.confirmed() == []


async def test_a_payment_of_a_chain_that_is_gone_frees_its_funds_and_its_owner_is_told(
    database: Pool,
) -> None:
    async with swap_world(slot_ms=1_000, jupiter=QUICK) as world:
        scene = await withdrawal_scene(world, database)
        now = scene.means.live.clock.now
        withdrawal = await scene.proved(scene.sol(3 * SOL))
        assert await end_leftovers(database, now(), NEWS) == NONE, "nothing was signed for it"
        assert (await scene.read(withdrawal.number)).state is WithdrawalState.WAITING
        world.chain.landing.faults = DROPPED
        await scene.desk.payments.carry_on()
        assert await scene.held() > 0
        found = await end_leftovers(database, now(), NEWS)
        assert found == replace(NONE, withdrawals=1)
        assert "withdrawals: 1," in found.words
        assert await end_leftovers(database, now(), NEWS) == NONE
        ended = await scene.read(withdrawal.number)
        assert (ended.state, ended.end_reason) == (WithdrawalState.FAILED, "expired")
        assert [each.state for each in ended.payments] == [AttemptState.EXPIRED]
        assert await scene.held() == 0
        assert await database.fetchval(NEWEST) == (
            "LIVE · Withdrawal 1\n3 SOL was not sent.\n"
            "None of its transactions got into a block.\n"
            "What was held for it is free again. To try once more: /withdraw."
        )
        await scene.live.prove()


async def test_tokens_of_a_payment_are_told_by_their_name(database: Pool) -> None:
    async with swap_world(slot_ms=1_000, jupiter=QUICK) as world:
        scene = await withdrawal_scene(world, database)
        await scene.live.done(scene.live.buying())
        await scene.proved(scene.tokens(scene.live.held()))
        world.chain.landing.faults = DROPPED
        await scene.desk.payments.carry_on()
        found = await end_leftovers(database, scene.means.live.clock.now(), NEWS)
        assert found == replace(NONE, withdrawals=1)
        assert f"{scene.live.token.symbol} was not sent." in await database.fetchval(NEWEST)


async def test_a_payment_that_was_booked_on_it_is_final(database: Pool) -> None:
    async with swap_world(slot_ms=10, jupiter=QUICK) as world:
        scene = await withdrawal_scene(world, database)
        withdrawal = await scene.sent(scene.sol(3 * SOL))
        assert await end_leftovers(database, scene.means.live.clock.now(), NEWS) == NONE
        (payment,) = (await scene.read(withdrawal.number)).payments
        assert payment.state is AttemptState.FINALIZED
        assert await scene.means.book.confirmed() == []


async def test_a_cleanup_of_a_chain_that_is_gone_ends_and_its_owner_may_ask_again(
    database: Pool,
) -> None:
    async with swap_world(slot_ms=1_000, jupiter=QUICK) as world:
        moved = movement_scene(await live_scene(world, database))
        await moved.live.done(moved.live.buying())
        await moved.live.done(moved.live.selling(moved.held("WIF")))
        now, book = moved.live.means.clock.now, PostgresCleanups(database, lambda _queued: None)
        cleanups = Cleanups(moved.means, book, NEWS.cleaned)
        await cleanups.place(moved.live.request("tg:clean"), lambda _view: ())
        assert await end_leftovers(database, now(), NEWS) == NONE, "nothing was signed for it"
        world.chain.landing.faults = DROPPED
        await cleanups.recover()
        found = await end_leftovers(database, now(), news_in(Language.SPANISH))
        assert found == replace(NONE, cleanups=1)
        assert "cleanups: 1." in found.words
        state = "SELECT string_agg(state, ',' ORDER BY number) FROM live_cleanups"
        assert await moved.live.value(state) == "expired"
        told = await database.fetchval(NEWEST)
        assert "/cleanup" in told
        assert "Nothing was closed" not in told
        await cleanups.place(moved.live.request("tg:again"), lambda _view: ())
        assert await moved.live.value(state) == "expired,planned"
