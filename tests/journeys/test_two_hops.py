"""A token that trades against dollars only: found, priced in SOL, bought and sold through both."""

import json

from bot.domain.identifiers import SOL_MINT, USDC_MINT
from tests.journeys.town import Town


def mint_of(town: Town, symbol: str) -> str:
    return next(str(token.mint) for token in town.world.market.tokens() if token.symbol == symbol)


async def test_a_token_of_dollars_is_bought_and_sold_through_two_pools(empty_town: Town) -> None:
    town = empty_town
    gilt = mint_of(town, "GILT")
    async with town.bot(default_tokens=()):
        # Nobody tracked the dollar: it comes with the token that is quoted in it.
        who = await town.newcomer("Gil")
        card = (await town.say(who, gilt)).text
        assert "GILT" in card
        assert "Raydium CPMM, then Orca Whirlpool" in card
        bought = await town.say(who, f"/open {gilt} long 5")
        assert "via Orca Whirlpool: fee 0.04%" in bought.text
        assert "via Raydium CPMM: fee" in bought.text
        fill = json.loads(
            await town.value("SELECT receipt::text FROM orders WHERE user_id = $1", who)
        )["fill"]
        assert [leg["mint_in"] for leg in fill["legs"]] == [SOL_MINT, USDC_MINT]
        assert fill["slot"] == min(leg["slot"] for leg in fill["legs"])
        assert "GILT" in (await town.say(who, "/positions")).text
        sold = await town.say(who, "/close 1")
        assert "Sold" in sold.text
        assert sold.text.index("via Raydium CPMM") < sold.text.index("via Orca Whirlpool")
        await town.prove_books()
