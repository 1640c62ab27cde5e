"""Real money in chat, as far as the sandbox's chain goes: asked, signed, landed, told."""

from pathlib import Path

from tests.builders.live_towns import SOL, live_town
from tests.journeys.people import PIA, button, text_of
from tests.journeys.processes import Forks
from tests.journeys.town import Town, open_town

ORDERS = "SELECT count(*) FROM orders WHERE mode = 'live'"


async def test_a_person_buys_and_sells_with_real_money_and_the_books_equal_the_chain(
    empty_town: Town, tmp_path: Path
) -> None:
    town = empty_town
    async with live_town(town, tmp_path) as live, town.bot(**live.changes) as bot:
        await town.say(PIA, "/start")
        address = await live.wallet(bot, PIA, 3 * SOL)
        asked = await town.say(PIA, "/open WIF long 50%")
        question = asked.message("LIVE · Buy WIF for 1.5 SOL?")
        assert "50% of your wallet's 3 SOL" in text_of(question)
        await town.press(PIA, question, "Buy, real money")
        bought = await live.end_of(question, "LIVE · Bought")
        for stage in ("quoted", "signed +", "sent +", "landed +", "confirmed +"):
            assert stage in text_of(bought)
        assert "Against paper" in text_of(bought)
        books, chain = await live.lamports(PIA, address)
        assert books == chain < 2 * SOL
        closing = await town.say(PIA, "/close 1")
        await town.press(PIA, closing.message("LIVE · Sell"), "Sell, real money")
        await live.end_of(closing.message(), "LIVE · Sold")
        books, chain = await live.lamports(PIA, address)
        assert books == chain > 2 * SOL
        await town.prove_books()


async def test_a_bot_killed_in_the_middle_of_an_order_swaps_once_and_tells_of_it(
    database_dsn: str, quick_messages: None, forks: Forks, tmp_path: Path
) -> None:
    del quick_messages
    async with open_town(database_dsn) as town, live_town(town, tmp_path) as live:
        async with town.bot(**live.changes) as bot:
            await town.say(PIA, "/start")
            address = await live.wallet(bot, PIA, 3 * SOL)
        await town.wire.post("/sandbox/chain/landing", {"delay_slots": 4})
        child = await forks.start(["run"], live.environment())
        question = (await town.say(PIA, "/open WIF long 1")).message("LIVE · Buy WIF for 1 SOL?")
        go = button(question, "Buy, real money")
        told = await town.wire.touch(PIA, question, go, wait=0)

        async def is_out() -> bool:
            return bool(await town.value("SELECT count(*) FROM live_attempts"))

        await town.until(is_out, "its transaction is committed")
        child.kill()
        await child.code()
        assert await town.value(ORDERS) == 0, "it was not in the middle any more"
        async with town.bot(**live.changes):
            for _ in range(3):
                await town.wire.post("/sandbox/updates/repeat", {"update_id": told["update_id"]})
            again = await town.press_data(PIA, question, go, forged=True)
            assert again.toast.startswith("Already done")
            await live.end_of(question, "LIVE · Bought")
            books, chain = await live.lamports(PIA, address)
            assert books == chain < 2 * SOL
            assert await town.value(ORDERS) == 1
            assert await town.value("SELECT count(*) FROM live_intents") == 1
            assert await town.value("SELECT count(*) FROM live_attempts") == 1
            await town.prove_books()


async def test_a_question_that_nobody_answered_in_time_or_said_no_to_moves_nothing(
    empty_town: Town, tmp_path: Path
) -> None:
    town = empty_town
    async with live_town(town, tmp_path) as live, town.bot(**live.changes) as bot:
        await town.say(PIA, "/start")
        await live.wallet(bot, PIA, 3 * SOL)
        late = (await town.say(PIA, "/open WIF long all")).message("LIVE · Buy")
        assert "of your wallet's 3 SOL" in text_of(late)
        await town.pool.execute("UPDATE dialogs SET expires_at = now() - interval '1 second'")
        pressed = await town.press(PIA, late, "Buy, real money")
        assert "question" in pressed.toast.lower()
        refused = (await town.say(PIA, "/open WIF long 0.5")).message("LIVE · Buy")
        dropped = await town.press(PIA, refused, "No")
        assert "Nothing was bought or sold" in dropped.text
        older = (await town.say(PIA, "/open WIF long 0.5")).message("LIVE · Buy")
        await town.say(PIA, "/open WIF long 0.7")
        assert "question" in (await town.press(PIA, older, "Buy, real money")).toast.lower()
        for nonsense in (
            "/open WIF long 99",
            "/open WIF long 1e9",
            "/open WIF short 1",
            "/close 9",
        ):
            assert "LIVE · Buy" not in (await town.say(PIA, nonsense)).text
        assert await town.value("SELECT count(*) FROM live_intents") == 0
