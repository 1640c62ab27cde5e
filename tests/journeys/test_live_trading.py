"""Real money in chat, as far as the sandbox's chain goes: asked, signed, landed, told."""

from pathlib import Path

from tests.builders.live_towns import SOL, live_town
from tests.journeys.people import PIA, text_of
from tests.journeys.town import Town


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
