"""Live orders that wait, in chat, on the sandbox's chain: a bracket whose stop sells for real."""

from pathlib import Path

from tests.builders.live_towns import SOL, live_town
from tests.journeys.people import PIA, buttons_of, text_of
from tests.journeys.town import WIF, Town

FILLED = "SELECT count(*) FROM orders WHERE mode = 'live' AND reason = 'stop'"
STATES = "SELECT string_agg(state, ' ' ORDER BY number) FROM resting_orders WHERE mode = 'live'"


async def test_a_bracket_is_bought_guarded_and_sold_by_its_stop(
    empty_town: Town, tmp_path: Path
) -> None:
    town = empty_town
    async with live_town(town, tmp_path) as live, town.bot(**live.changes) as bot:
        await town.say(PIA, "/start")
        address = await live.wallet(bot, PIA, 3 * SOL)
        asked = await town.say(PIA, "/open WIF long 1 sl -8% tp 30%:50%")
        question = asked.message("LIVE · Buy WIF for 1 SOL?")
        assert "Comes with stop" in text_of(question)
        await town.press(PIA, question, "Buy, real money")
        await live.end_of(question, "LIVE · Bought")
        assert await town.value(STATES) == "working working"
        shown = (await town.say(PIA, "/trail 1 20%")).message("LIVE · Let 1 order wait?")
        assert "All that is left is" in text_of(shown)
        placed = await town.press(PIA, shown, "Confirm")
        assert "LIVE · 1 order waits" in placed.text
        listed = (await town.say(PIA, "/orders")).message("LIVE · 3 orders wait")
        assert "Cancel all…" in buttons_of(listed)
        await town.shock(WIF, -12)

        async def is_sold() -> bool:
            return bool(await town.value(FILLED))

        await town.until(is_sold, "the stop sold")
        assert await town.value(STATES) == "filled cancelled cancelled"
        books, chain = await live.lamports(PIA, address)
        assert books == chain > 2 * SOL
        await town.prove_books()
