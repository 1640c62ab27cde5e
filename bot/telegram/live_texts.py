"""Words of refusals around live orders."""

from collections.abc import Mapping

from bot.telegram.mode_texts import MODE_REFUSALS
from bot.words.wallet_refusals import WALLET_REFUSALS
from bot.words.withdrawal_refusals import WITHDRAWAL_REFUSALS

LIVE_REFUSALS: Mapping[str, str] = {
    **MODE_REFUSALS,
    **WALLET_REFUSALS,
    "live_off": (
        "LIVE: whoever runs me has not turned on trading with real money. On paper all works, "
        "like `/open {example} long 5`."
    ),
    "live_no_wallet": (
        "LIVE: you have no live wallet yet, so nothing was done. /deposit makes one."
    ),
    "live_is_premium": (
        "LIVE: real money comes in for premium only, and your role is {role}. See /subscribe."
    ),
    "live_no_risk_size": (
        "LIVE: give the size in SOL, as a share like `10%`, or `all`: `/open {example} long 0.5`."
    ),
    "unknown_live_order": "LIVE: you have no order {number}. See /liveorders.",
    "live_other_wallet": (
        "LIVE: another wallet of yours is the one in use. Nothing was bought or sold."
    ),
    "live_wallet_paused": (
        "LIVE: this wallet is paused, because its books and the chain differ. The admins know."
    ),
    "live_not_enough": (
        "LIVE: this wallet has not enough for it[[ and its fees: {needed_lamports:sol}]]. "
        "Take a smaller size, or /deposit."
    ),
    "live_slippage": "LIVE: slippage is from 0.01% to {limit_share:percent}.",
    "live_price_moved": "LIVE: the price moved away before anything was signed. Ask again.",
    "live_sale_impact": (
        "LIVE: sold at once, that much would press the price down by {impact:percent}. The limit "
        "is {limit:percent}, for stops too, so nothing was sold. Sell it in parts: "
        "`/close {number} 25`."
    ),
    "live_not_signed": "LIVE: nothing was signed: {reason}. Ask again, or tell the admins.",
    "live_failed": "LIVE: the transaction failed on the chain. Only its fee was paid.",
    "live_expired": "LIVE: no try of it landed in time. Nothing was bought or sold.",
    "live_below_least": (
        "LIVE: the venue would give less than this order accepts. Nothing was bought or sold."
    ),
    "live_withheld": "LIVE: another order of it is under way. It waits for that one's end.",
    "live_submitted": (
        "LIVE: order #{number} is under way on the chain and can no longer be changed. "
        "I tell you what it came to."
    ),
    "live_old_question": (
        "LIVE: order #{number} was answered before, or is asked about anew. Nothing was done. "
        "See `/order {number}`."
    ),
    "live_no_keeping": (
        "LIVE: order #{number} has nothing more to wait for. Execute it now, or cancel it."
    ),
    "live_proposal_over": (
        "LIVE: that was proposed more than a minute ago, or answered before. Nothing waits by it. "
        "Ask again."
    ),
    "live_long_only": (
        "LIVE: only tokens are bought and sold, without leverage and without shorts. "
        "Those are for paper: `/mode paper`."
    ),
    "live_late": "LIVE: it took too long, and the price of then is gone. Ask again.",
    "live_gate_stage": (
        "LIVE: you trade on paper so far. /live says what is missing until you may buy live."
    ),
    "live_gate_order": (
        "LIVE: that is more than one order may buy at your stage"
        "[[: {limit_lamports:sol}]]. Take a smaller size, or see /live."
    ),
    "live_gate_day": (
        "LIVE: that is more than you may buy in 24 hours at your stage"
        "[[: {limit_lamports:sol}, and {left_lamports:sol} of it is left]]. See /live."
    ),
    "gate_not_yet": "LIVE: something is still missing for the next stage. /live says what.",
    "gate_cooling": "LIVE: there is a cooling-off before the next stage. /live says until when.",
    "gate_moved": "LIVE: you are at another stage by now. /live says which.",
    "gate_same_stage": "They are at that stage already.",
    "gate_skips_stage": "One stage up at a time: paper, small, proven, full.",
    "bad_stage": 'I don\'t know the stage "{text}". They are paper, small, proven and full.',
    **WITHDRAWAL_REFUSALS,
    "live_funds_left": "LIVE: what was held for it has left the wallet, and not by me.",
    "live_busy": (
        "LIVE: an order or a cleanup of this wallet is under way. Try again when it has ended."
    ),
    "live_nothing_empty": "LIVE: no token account is empty, so there is no rent to give back.",
}
