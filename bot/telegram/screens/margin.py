"""The warning before a short is liquidated."""

from bot.domain.users import Mode
from bot.services.margin_warnings import NearShort
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, danger, headed, key, lines, named
from bot.telegram.rich_text import Text
from bot.telegram.screens import figures


def margin_warning(near: NearShort, percent: int, keys: Keys) -> Screen:
    """Say how near a short's liquidation is, and what can be done."""
    held, token = near.position, near.token
    limit = held.liquidation_price(token.decimals)
    name = named(token.symbol, 16)
    return Screen(
        text=lines(
            headed(
                Mode.PAPER,
                Text(f"⚠️ #{held.number} ", name, f" short is {percent}% of the way to its end"),
            ),
            ""
            if limit is None
            else f"Liquidated at {figures.token_price(token, limit)} SOL, costs included",
            f"Margin {figures.with_sol(held.margin_lamports)} · x{held.leverage}",
            "Closing a part keeps the rest; at the end all of the margin may be gone.",
        ),
        rows=(
            (
                key(keys, "Position", "pos", held.number),
                key(keys, "Close 50%", "close", held.number, "50"),
            ),
            (danger(keys, "Close all", "close", held.number, "100"),),
        ),
    )
