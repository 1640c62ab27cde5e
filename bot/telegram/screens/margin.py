"""The warning before a short is liquidated."""

from bot.services.margin_warnings import NearShort
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, danger, headed, key, lines, named
from bot.telegram.rich_text import marked
from bot.telegram.screens import figures
from bot.words.speech import say


def margin_warning(near: NearShort, percent: int, keys: Keys) -> Screen:
    """Say how near a short's liquidation is, and what can be done."""
    held, token = near.position, near.token
    limit = held.liquidation_price(token.decimals)
    name = named(token.symbol, 16)
    return Screen(
        text=lines(
            headed(
                keys.mode,
                marked(
                    "⚠️ #{number} {token} short is {percent}% of the way to its end",
                    number=str(held.number),
                    token=name,
                    percent=str(percent),
                ),
            ),
            ""
            if limit is None
            else say(
                "Liquidated at {price} SOL, costs included",
                price=figures.token_price(token, limit),
            ),
            say(
                "Margin {margin} · x{leverage}",
                margin=figures.with_sol(held.margin_lamports),
                leverage=held.leverage,
            ),
            say("Closing a part keeps the rest; at the end all of the margin may be gone."),
        ),
        rows=(
            (
                key(keys, say("Position"), "pos", held.number),
                key(keys, say("Close 50%"), "close", held.number, "50"),
            ),
            (danger(keys, say("Close all"), "close", held.number, "100"),),
        ),
    )
