"""Every refusal's words: what happened, why, and what would work.

A phrase is a small template: `{name}` shows a field as it came, `{name:sol}`, `{name:percent}`,
`{name:age}` and `{name:plain}` show it as a figure, `{example}` is the symbol of a token that
can be traded now, `{name:venue}` names a pool's venue or a source, backticks mark what can be
typed, and `[[...]]` is left out where one of its fields is unknown.
`bot.telegram.screens.phrases` fills them in.
"""

from collections.abc import Mapping

from bot.telegram.audit_texts import AUDIT_REFUSALS
from bot.telegram.group_texts import GROUP_REFUSALS
from bot.telegram.live_texts import LIVE_REFUSALS
from bot.telegram.order_texts import ORDER_REFUSALS
from bot.telegram.people_texts import PEOPLE_REFUSALS
from bot.telegram.premium_texts import PREMIUM_REFUSALS
from bot.words.security_refusals import SECURITY_REFUSALS
from bot.words.speech import later

REFUSALS: Mapping[str, str] = {
    # numbers from people
    "bad_interval": "{text} is no interval. I draw 1m, 5m, 15m, 1h, 4h and 1d.",
    "bad_day": "I add up no day {text}. Take yesterday or today, like `/dailyreport today`.",
    "bad_span": "{text} is no span that I keep. Take 1h or 24h.",
    "not_a_number": (
        "I read {text} as a number form I don't take. Write it plainly, like `5` or `0.25`."
    ),
    "number_too_large": "{text} is too large: so much does not exist. Write a size like `0.25`.",
    "ambiguous_number": (
        "{text} could mean two things. Write thousands without a mark (`1500`) "
        "and decimals with a point (`1.5`)."
    ),
    "too_many_decimals": (
        "{text} has more decimals than exist: at most {decimals} here. Shorten it, like `0.25`."
    ),
    "not_positive": "{text} is nothing to trade with. Give a number above zero, like `0.25`.",
    "not_a_percentage": (
        "{text} is not a whole percentage. Give 1 to 100, like `/close 12 50` for half."
    ),
    "not_a_whole_number": (
        "{text} is not a position's number. See yours with /positions, then `/close 12`."
    ),
    "bad_leverage": (
        "{text} is not a leverage, which is a whole number from 1 up. "
        "Write it like `x2`: `/open {example} short 5 x2`."
    ),
    "bad_side": (
        "{text} is neither long nor short. Say which way: `/open {example} long 5` "
        "gains when the price rises, `short` when it falls."
    ),
    "bad_condition": (
        "I don't know what {text} should mean here. Try `/alert {example} above 0.02`, "
        "`moves 10%`, `mc above 5M`, `volume above 50k` or `liquidity drop 30%`."
    ),
    "bad_share": (
        "{text} is not a percentage that I can use here. Write it like `10%`: from 0.1% to 99%, "
        "rises to 10000%, and for a position's gain also `-10%`."
    ),
    "bad_hours": (
        "I read {text} as neither hours nor a clock. Write hours like `/alerts quiet 22-7`, "
        "and how far your clock is ahead of UTC like `/alerts clock +2`."
    ),
    "bad_alerts": (
        "I don't know what to do with {text}. Try /alerts, `/alerts late` or `/alerts settings`."
    ),
    "bad_switch": "{text} is neither on nor off. Write it like `/safety on`.",
    "bad_report_span": "{text} is no span. Take day, week, month or all, like `/pnl week`.",
    "bad_hour": "{text} is no hour. Give 0 to 23, like `/report 9 +2`, or `/report off`.",
    "bad_offset": (
        "{text} is no distance from UTC. Write it like `+2`, `-5` or `+5:30`: `/report 9 +2`."
    ),
    "bad_export": (
        "{text} is no table that I keep. Take orders, fills or transfers: `/export fills year`."
    ),
    "bad_export_span": "{text} is no span. Take all, month or year: `/export fills year`.",
    "bad_membership": "{text} is neither join nor leave. Write it like `/leaderboard join`.",
    "bad_language": "{text} is no language that I speak. Take en, es, ru or zh: `/language es`.",
    # shapes of commands
    "missing_argument": "{argument} is missing.",
    "too_many_arguments": "I don't know what to do with {text}.",
    "unknown_command": "I don't know /{name}.[[ Did you mean /{suggestion}?]] See /help.",
    "unreadable_text": (
        "Your message has characters that I cannot read. Type it again, like `/price {example}`."
    ),
    "hidden_characters": (
        "That address had hidden characters in it. Cleaned, it reads {address}. "
        "If that is the one you meant, copy it and send it again."
    ),
    "other_chain": (
        "That is an address of another chain. I trade Solana tokens: "
        "paste a Solana address, or try `/price {example}`."
    ),
    "not_understood": (
        "I don't know what to do with that. Paste a token address, "
        "try `/price {example}`, or see /help."
    ),
    "private_key": (
        "⚠️ That looked like a private key or seed phrase, so I removed it unread. Never paste "
        "one anywhere: who has seen it can empty the wallet. Delete it if you still see it, and "
        "move everything to a new wallet."
    ),
    "no_question": (
        "I asked nothing that a number would answer (a question waits for ten minutes). "
        "Begin again with /open, or say it whole: `/open {example} long {text}`."
    ),
    "text_only": "I read text only. Paste a token address, or see /help.",
    # who may do what, where
    "banned": "You cannot use this bot. If you think that is wrong, write to its operator.",
    "pending": (
        "⏳ An admin has to let you in first, or an invitation. Where that stands: /start."
    ),
    "frozen": (
        "🔒 Your account is frozen, so nothing can be traded by hand; exits that wait still act. "
        "You can look: /wallet, /positions. The way back: /security."
    ),
    "not_permitted": "Your role ({role}) may not do that. See /help for what it may.",
    "private_only": (
        "That shows your own figures, so it works only in our private chat. Open it and "
        "send the command there."
    ),
    "anonymous": (
        "I cannot see who you are when you write as a group or a channel. "
        "Send it as yourself, or in our private chat."
    ),
    "forwarded": "Forwarded messages are never commands. Type it yourself, like `/price WIF`.",
    "via_bot": "Messages written through another bot are never commands. Type it yourself.",
    "edited": "Edited messages are never commands; nothing was done. Send it as a new message.",
    # buttons
    "bad_button": "I don't know this button; nothing was done. Send /start for fresh ones.",
    "stale_button": "These buttons are too old; nothing was done. Send the command again.",
    "not_yours": "Only {owner} can use these buttons. Send the command yourself to get your own.",
    "timed_out": "That question timed out, so the answer is no: nothing was reset. See /reset.",
    "order_spent": "That order was filled or cancelled a moment ago. See /orders.",
    "already_done": "Already done[[: order #{order_number}]]. Nothing was done twice.",
    "request_mismatch": (
        "One press per keyboard: the first one counts, this one did nothing. "
        "Press a fresh button if you want more."
    ),
    "conflict": "Your wallet changed at the same moment; nothing was done. Try again.",
    # tokens
    "unknown_token": (
        "I don't know a token called {text}. Paste its address (32 to 44 letters and digits), "
        "or try `/price {example}`."
    ),
    "unknown_mint": (
        "Nothing on Solana is called {text}, or it is not a token. "
        "Copy the token's address again, or try `/price {example}`."
    ),
    "ambiguous_token": "Several tokens are called {symbol}. Pick one, or paste its address.",
    "lookalike_token": (
        "⚠️ {text} looks like {symbol}, but it is not: its letters or its mint differ."
        "[[ Its mint is {address}; paste that if you mean it.]] For the known one type `{symbol}`."
    ),
    "sol_is_money": (
        "SOL is what you pay with here, so it is not traded itself. Try `/price {example}`."
    ),
    "token_untradable": (
        "{symbol} cannot be traded on paper truthfully: {reason}. Try `/price {example}`."
    ),
    "token_danger": (
        "⚠️ I opened nothing in {symbol}: {reason}. See more with `/check {symbol}`. "
        "With /safety you can have me trade such tokens too."
    ),
    "no_short_with_fee": (
        "{symbol} takes a fee from each transfer, and borrowing it would cost that too, "
        "so I offer no shorts of it. A long works: `/open {example} long 5`."
    ),
    "not_an_address": (
        "{text} is not a Solana token address. One has 32 to 44 letters and digits, without "
        "0, O, I and l. Copy it whole, or try `/price {example}`."
    ),
    # markets
    "no_pool": (
        "{symbol} has no pool that I can read, so it has no price. "
        "Try one that trades: `/price {example}`."
    ),
    "no_route": (
        "No pool leads from one of these tokens to the other for that amount. "
        "Try a smaller one, or another token."
    ),
    "venue_refused": "The exchange refused this swap:[[ {reason}.]] Nothing has happened.",
    "not_enough_for_swap": "Your wallet does not hold that much. Nothing has happened.",
    "not_enough_for_fees": (
        "Your wallet holds too little SOL for the network's fees. Keep about 0.01 SOL in it."
    ),
    "swap_too_large": (
        "This swap goes through too many pools to fit into one transaction. Try it in two steps."
    ),
    "swap_would_fail": (
        "I tried this swap out first, and it would fail[[: {reason}]]. Nothing has happened."
    ),
    "too_late": (
        "That reached me late ({waited_seconds} s after you sent it), and the price has moved on, "
        "so I did nothing. Send it again if you still mean it."
    ),
    "stale_price": (
        "The last price of {symbol} is too old[[ ({lag_slots} slots behind)]]; I trade only on "
        "fresh ones. Press Refresh, or try again in a minute."
    ),
    "price_disputed": (
        "The price of {symbol} is disputed: {one:venue} and {other:venue} are {gap:percent} "
        "apart. Nothing is opened until they agree again; closing works, at what the pool pays."
    ),
    "price_missing": (
        "There is no price of {symbol} yet. Try again in a minute, or try `/price {example}`."
    ),
    "venue_halted": (
        "{symbol} cannot be traded now: {reason}. Try again later, or `/price {example}`."
    ),
    "impact_too_high": (
        "Too big for this pool: you would pay {impact:percent} above the price, "
        "your limit is {limit:percent}.[[ About {would_fit_lamports:sol} would fit.]] Try less."
    ),
    "pool_too_thin": (
        "The pool cannot fill that: {reason}."
        "[[ About {would_fit_lamports:sol} would fit.]] Try a smaller size."
    ),
    "no_candles": (
        "There is no price history of {symbol} yet. I keep its prices from now on: "
        "try again in a few minutes."
    ),
    # alerts
    "alerts_full": (
        "You have {limit} alerts set, the most for your role ({role}). Delete one first: /alerts."
    ),
    "unknown_alert": "That alert is not set any more. See what is with /alerts.",
    "level_met": (
        "It is there already, so I would tell you at once. Give a level on the other side of the "
        "figure of now, or use `moves 10%`."
    ),
    "figure_unknown": (
        "The {figure} of {symbol} is not known now, so I cannot watch it that way. "
        "Try a price: `/alert {example} above 0.02`."
    ),
    "alert_unreachable": (
        "No price can bring that about. A long can lose 100% at most, and so on: "
        "give a smaller share."
    ),
    # limits
    "watchlist_full": (
        "You watch {limit} tokens, the most for your role ({role}). Take one off first: /watchlist."
    ),
    "not_watched": "You do not watch {symbol}. See what you watch with /watchlist.",
    "too_small": (
        "Too small: the least is {minimum_lamports:sol}. "
        "Try `/open {example} long {minimum_lamports:plain}` or more."
    ),
    "over_position_limit": (
        "Too big: {size_lamports:sol} is above your {limit_lamports:sol} limit per position "
        "({role})[[, of which {held_lamports:sol} is used]]."
        "[[ Try `/open {example} long {room_lamports:plain}`.]]"
    ),
    "over_leverage": (
        "x{leverage} is above your limit of x{limit} ({role}). "
        "Take less leverage: `/open {example} short 5 x{limit}`."
    ),
    "margin_too_thin": (
        "At x{leverage} the costs alone would liquidate that short at once. "
        "Take less leverage: `/open {example} short 5 x2`."
    ),
    "long_leverage": (
        "A long holds real tokens, so it has no leverage. "
        "Try `/open {example} long 5`, or leverage on a short: `/open {example} short 5 x2`."
    ),
    "too_many_positions": (
        "You have {limit} positions open, the most for your role ({role}). "
        "Close one first: /positions."
    ),
    "too_many_orders": (
        "That is more than {limit} orders in a minute. Wait a minute, then try again."
    ),
    "not_enough_cash": (
        "That needs {needed_lamports:sol} with all costs, and you have {cash_lamports:sol} free. "
        "Try a smaller size, or close something: /positions."
    ),
    # reports
    "no_course": (
        "There is nothing to draw yet: a curve needs two moments, and your season has just begun. "
        "Try again in a minute."
    ),
    "nothing_to_export": "You have no {what} in that span. See what there is with /history.",
    "leaderboard_full": (
        "This board has {limit} people, the most it can hold. Somebody would have to leave first."
    ),
    "group_only": (
        "A leaderboard belongs to a group: send `/leaderboard` there. Your own figures: /pnl."
    ),
    **ORDER_REFUSALS,
    **AUDIT_REFUSALS,
    **SECURITY_REFUSALS,
    **GROUP_REFUSALS,
    **PEOPLE_REFUSALS,
    **PREMIUM_REFUSALS,
    **LIVE_REFUSALS,
    # what holds entries back
    "entries_locked": (
        "🔒 Entries[[ in {symbol}]] are locked until {until:moment}: {why}. Closing works. "
        "Wait, or lift it with `/unlock {number}`."
    ),
    "unknown_lock": "You have no lock #{number} that stands. See yours with /locks.",
    "stopped_person": (
        "🔒 You have paused your entries since {since:moment}. Closing works. "
        "Trade again with /resume."
    ),
    "halted_person": (
        "🔒 An admin has paused your entries since {since:moment}[[: {reason}]]. Closing works. "
        "Only an admin lifts it."
    ),
    "unknown_user": (
        "I know nobody called {text}. People are named by their Telegram number, since names "
        "change hands: `/halt 123456789`."
    ),
    "stopped_token": (
        "🔒 Entries in {symbol} are paused for everybody since {since:moment}[[: {reason}]]. "
        "Closing works. An admin lifts it; another token works: `/price {example}`."
    ),
    "stopped_all": (
        "🔒 Entries are paused for everybody since {since:moment}[[: {reason}]]. Closing works. "
        "It ends when the cause has passed, or an admin lifts it."
    ),
    "not_stopped": "Nothing[[ in {symbol}]] is stopped, so there is nothing to resume. See /risk.",
    "question_over": "That question is over, so the answer is no: nothing was stopped. See /risk.",
    "daily_loss_reached": (
        "🔒 You have lost {loss_lamports:sol} today; your limit is {limit_share:percent} of the "
        "day's first equity. Closing works. Entries open again at {until:moment}."
    ),
    "drawdown_reached": (
        "🔒 You are {share:percent} below this season's peak of {peak_lamports:sol}; your limit is "
        "{limit_share:percent}. Closing works. Entries open when you recover, or with /reset."
    ),
    "over_concentration": (
        "Too much in {symbol}: it would be {share:percent} of your equity, your limit is "
        "{limit_share:percent}.[[ About {would_fit_lamports:sol} would fit.]] See /risk."
    ),
    "over_position_heat": (
        "Too much at risk in one token: {share:percent} of your equity, your limit is "
        "{limit_share:percent}.[[ About {would_fit_lamports:sol} would fit.]] A stop lowers it."
    ),
    "over_portfolio_heat": (
        "Too much at risk in all: {share:percent} of your equity, your limit is "
        "{limit_share:percent}.[[ About {would_fit_lamports:sol} would fit.]] "
        "Stops lower it: /risk."
    ),
    "limit_too_loose": (
        "Your role ({role}) allows {allowed} for {name}, and {asked} is looser. "
        "Yours can only be tighter."
    ),
    "bad_limit_name": (
        "{text} is no limit of mine. There are concentration, position_heat, portfolio_heat, "
        "daily_loss, drawdown, positions and cooldown: `/risk set daily_loss 5%`."
    ),
    "bad_risk_words": (
        "I don't know what to do with {text}. See yours with /risk, or set one: "
        "`/risk set daily_loss 5%`."
    ),
    # positions
    "unknown_position": "You have no open position #{number}. See yours with /positions.",
    "nothing_to_close": "Nothing is left to close there. See what is open with /positions.",
    "opposite_side": (
        "You hold {symbol} {side} as #{number}. Close that first (`/close {number}`), "
        "then open the other way."
    ),
}

UNKNOWN_REFUSAL = later("That is not possible now; nothing was changed. See /help.")

UNAVAILABLE = later(
    "⚠️ {what} does not answer right now, so nothing was changed. Try again in a minute."
)
SENT_LATE = later("⏳ Sent {age} late: this is from {at} UTC.")
TOO_FAST = later(
    "⚠️ That is too fast for me. I do nothing more for you now: wait a quarter of a minute, then go "
    "on. /panic works all the while."
)
TOO_HEAVY = later(
    "⏳ Charts, checks and exports are much work for me, and you had several. "
    "Ask again in {seconds} s; everything else goes on."
)
CROWDED = later(
    "⚠️ You sent more at once than I can answer. I took what came first and left the rest alone: "
    "nothing of it was done. Send it again once I have answered."
)
MISHAP = later(
    "⚠️ Something went wrong on our side; we are told, and nothing was changed. Reference "
    "{reference}"
)
MISHAP_FOR_ADMINS = later(
    "⚠️ An update failed in a way not seen since start: {kind}. Reference {reference}"
)

HOW_IT_WORKS: tuple[str, ...] = (
    later("Prices come from each token's own pool on Solana, with their age and source."),
    later("A paper fill pays what a real swap would: pool fee, price impact, network fee, rent."),
    later("Long: you hold the tokens, which gain when the price rises."),
    later("Short: you owe tokens, and gain when the price falls."),
    later("A short whose margin no longer covers what it owes is liquidated."),
    later("What you see as value is what the pool would pay you now."),
    later("Nothing here is real money."),
)
