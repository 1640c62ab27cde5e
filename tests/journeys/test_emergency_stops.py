"""A person stops their own trading in a real bot, and it stays so through a restart."""

from tests.journeys.people import ADA, ANN
from tests.journeys.town import Town


async def test_a_person_closes_all_and_stays_paused_until_they_resume(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Pia")
        await town.say(who, "/open WIF long 2")
        risk = await town.say(who, "/risk")
        assert "PAPER · Risk" in risk.text
        assert "Risk 0 of 100" not in risk.text
        asked = await town.say(who, "/panic")
        assert "1 open position" in asked.text
        pulled = await town.press(who, asked.message(), "Pause and close all")
        assert "Entries are paused: yours" in pulled.text

        async def is_closed() -> bool:
            query = "SELECT count(*) FROM orders WHERE reason = 'emergency' AND user_id = $1"
            return bool(await town.value(query, who))

        await town.until(is_closed, "the position is closed")
    async with town.bot():
        refused = await town.say(who, "/open WIF long 1")
        assert "You have paused your entries" in refused.text
        resumed = await town.say(who, "/resume")
        assert "Entries are free again" in resumed.text
        assert "Bought" in (await town.say(who, "/open WIF long 1")).text
        await town.prove_books()


async def test_an_admin_halts_a_token_for_all_and_lifts_it(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        asked = await town.say(ADA, "/halt WIF its pool is drained")
        await town.press(ADA, asked.message(), "Yes, stop")
        refused = await town.say(ANN, "/open WIF long 1")
        assert "its pool is drained" in refused.text
        assert "may not do that" in (await town.say(ANN, "/resume WIF")).text
        lifted = await town.say(ADA, "/resume WIF")
        assert "Entries are free again: WIF" in lifted.text
