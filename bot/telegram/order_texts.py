"""The words of refusals about orders that wait; templates as in `bot.telegram.texts`."""

from collections.abc import Mapping

ORDER_REFUSALS: Mapping[str, str] = {
    # what was typed
    "not_a_level": (
        "{text} is no level. Write a price like `0.02` or `$1.50`, a change like `-8%`, "
        "or a market cap like `mc 5M`."
    ),
    "bad_duration": "{text} is no length of time. Write it like `30m`, `4h` or `3d`.",
    "bad_distance": "{text} is no distance. Write it like `10%`, or for a trail also `2atr`.",
    "bad_times": "{text} is no count. Write how many times like `x3`.",
    "bad_order_side": "{text} is no side. Say `buy`, `short`, or `sell` for what you hold.",
    "bad_order_word": (
        "I don't know what to do with {text}. Exits are written `sl -8%`, `tp 30%:50%`, "
        "`trail 10%`, `be +10%` and `exit 4h`."
    ),
    "not_an_order": "{text} is no order's number. See yours with /orders, then `/order 14`.",
    "nothing_held": (
        "You hold no {symbol} to sell. Buy it first: `/open {symbol} long 5`, "
        "or wait for a level: `/limit {symbol} buy 5 at -5%`."
    ),
    "bad_presets": (
        "Those presets would not do. Give three sizes from 0.01 SOL: `/presets buy 1 5 10`; "
        "levels: `tp 25% 50%`, `sl 8%`, `trail 10%`; and `slip 5%`, at most 50%."
    ),
    # what was decided
    "bad_level": ("{text} gives no price above zero. Write a level like `0.02`, `$1.50` or `-8%`."),
    "no_dollars": (
        "SOL's price in dollars is not known right now. Give the level in SOL, like `0.02`."
    ),
    "level_reached": (
        "{symbol} has reached that level already, so it would act at once. "
        "Take one that is still ahead, or close now: /positions."
    ),
    "bad_trail": (
        "A trailing stop follows at 0.1% to 90%, or at up to 100 times the ATR, "
        "and its level stays above zero. Try `10%`."
    ),
    "no_range": (
        "There are too few candles of {symbol} to tell its ATR: 15 are needed. "
        "Trail by a percentage instead, like `10%`."
    ),
    "shares_over_whole": (
        "The steps of a ladder share out at most 100% of a position, each at least 1%. "
        "Try 50% and 50%."
    ),
    "too_many_exits": "That is more than {limit} exits at once. Take fewer steps.",
    "bad_schedule": (
        "Between two buys lie 1 minute to 30 days, a dip is 0.1% to 90%, and there are 1 to 1000 "
        "of them; a time exit comes within 90 days."
    ),
    "expiry_too_long": "An order waits for {limit} days at most. Give a shorter time.",
    "bad_size": (
        "{text} is no size that I can take. Write one in SOL, like `0.25`, or up to `100%`."
    ),
    "risk_needs_stop": (
        "A size by risk needs a stop below the entry: it is what the stop would lose. "
        "Add one, like `stop 8%`."
    ),
    "bad_slippage": "Slippage is 0.01% to 100%. Try `5%`.",
    "too_many_resting": (
        "You would have more than {limit} orders waiting, the most for your role ({role}); exits "
        "that come with an entry count too. Cancel some first: /orders."
    ),
    "unknown_order": "You have no order #{number} in this season. See /orders and /history.",
    "order_not_working": "Order #{number} waits no more: it is {state}. See /orders.",
    "unchangeable_order": (
        "Order #{number} has nothing of that kind to change. Cancel it and place another: /orders."
    ),
    "nothing_waits": "No order of yours is waiting. Place one from a position: /positions.",
    "limit_not_met": (
        "The pool would fill that beyond its limit, with fees and impact. It waits on: /orders."
    ),
    "slippage_too_high": (
        "The fill would be {slippage:percent} worse than the price I saw, and the order allows "
        "{limit:percent}. Allow more with /orders, or trade now: /positions."
    ),
}
