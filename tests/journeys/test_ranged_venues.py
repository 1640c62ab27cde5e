"""Tokens that trade in ranges, bins or steps of liquidity alone are found, bought and sold."""

import re

import pytest

from tests.journeys.people import text_of
from tests.journeys.town import Town

VENUES = [
    ("RAFT", "Raydium CLMM"),
    ("BRICK", "Meteora DLMM"),
    ("FERRY", "Meteora DAMM v2"),
    ("MULCH", "Meteora DAMM v2"),
    ("KITE", "Meteora launch curve"),
]


@pytest.mark.parametrize(("symbol", "venue"), VENUES)
async def test_a_pasted_address_is_bought_valued_and_sold(
    empty_town: Town, symbol: str, venue: str
) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer(f"Visitor of {symbol}")
        tokens = town.world.market.tokens()
        mint = next(str(token.mint) for token in tokens if token.symbol == symbol)
        card = await town.say(who, mint)
        assert card.text.startswith(f"PAPER · {symbol}")
        info = await town.say(who, f"/info {mint}")
        assert venue in info.text
        bought = await town.say(who, f"/open {mint} long 2")
        assert "Bought" in text_of(bought.message("Bought"))
        positions = await town.say(who, "/positions")
        assert symbol in positions.text
        worth = re.search(r"worth (\d+\.\d+)", positions.text)
        assert worth is None or float(worth[1]) > 1.8
        sold = await town.say(who, "/close 1")
        assert "closed" in sold.text
        await town.prove_books()
