"""Words of refusals around live orders."""

from collections.abc import Mapping

from bot.telegram.mode_texts import MODE_REFUSALS

LIVE_REFUSALS: Mapping[str, str] = {
    **MODE_REFUSALS,
    "live_off": (
        "LIVE: whoever runs me has not turned on trading with real money. On paper all works, "
        "like `/open {example} long 5`."
    ),
    "live_no_wallet": "LIVE: you have no such wallet. Nothing was bought or sold.",
    "live_other_wallet": (
        "LIVE: another wallet of yours is the one in use. Nothing was bought or sold."
    ),
    "live_wallet_paused": (
        "LIVE: this wallet is paused, because its books and the chain differ. The admins know."
    ),
    "live_not_enough": (
        "LIVE: this wallet has not enough for it[[ and its fees: {needed_lamports:sol}]]. "
        "Take a smaller size."
    ),
    "live_slippage": "LIVE: slippage is from 0.01% to {limit_share:percent}.",
    "live_price_moved": "LIVE: the price moved away before anything was signed. Ask again.",
    "live_not_signed": "LIVE: nothing was signed: {reason}. Ask again, or tell the admins.",
    "live_late": "LIVE: it took too long, and the price of then is gone. Ask again.",
}
