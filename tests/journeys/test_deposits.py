"""Paying in from the outside, as a person does it: the address in chat, the money, the news."""

import re
from pathlib import Path

from tests.builders.live_towns import SOL, live_town
from tests.journeys.people import PIA, text_of
from tests.journeys.town import WIF, Town

ADDRESS = re.compile(r"[1-9A-HJ-NP-Za-km-z]{43,44}")
FINAL_SLOTS = 60


async def test_a_person_pays_in_and_is_told_once_it_is_final(
    empty_town: Town, tmp_path: Path
) -> None:
    town = empty_town
    async with live_town(town, tmp_path) as live, town.bot(**live.changes):
        await town.say(PIA, "/start")
        shown = (await town.say(PIA, "/deposit")).message("LIVE deposit")
        (address,) = ADDRESS.findall(text_of(shown))
        again = (await town.say(PIA, "/deposit")).message("LIVE deposit")
        assert ADDRESS.findall(text_of(again)) == [address]
        assert "photo" in shown
        await town.wire.post("/sandbox/chain/fund", {"address": address, "lamports": 2 * SOL})
        town.world.chain.advance(FINAL_SLOTS)

        async def is_booked() -> bool:
            return await live.lamports(PIA, address) == (2 * SOL, 2 * SOL)

        await town.press(PIA, again, "I sent it: look now")
        await town.until(is_booked, "the deposit is booked")
        told = await town.value(
            "SELECT count(*) FROM outbox WHERE payload ->> 'text' LIKE 'LIVE deposit%+2 SOL%'"
        )
        assert told == 1
        await town.press(PIA, shown, "I sent it: look now")
        assert await is_booked()
        assert "no rent" in (await town.say(PIA, "/cleanup")).text

        units = {"address": address, "mint": WIF, "units": 500 * 10**6}
        await town.wire.post("/sandbox/chain/fund", units)
        town.world.chain.advance(FINAL_SLOTS)
        shown = (await town.say(PIA, "/deposit")).message("LIVE deposit")
        await town.press(PIA, shown, "I sent it: look now")
        asked = await town.say(PIA, "/mode live")
        await town.press(PIA, asked.message("LIVE"), "Yes, trade LIVE")
        assert "WIF" in (await town.say(PIA, "/positions")).text
        assert "LIVE" in (await town.say(PIA, "/history")).text
        await town.prove_books()
