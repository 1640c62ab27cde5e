"""The receipt of a fill: what was paid, every cost, the wallet before and after, the times."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.orders import FillLeg, OrderAction, Receipt
from bot.domain.positions import PositionState, Side
from bot.domain.resting_plans import Exit
from bot.services.views import Filled
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, danger, headed, key, label, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures, safety
from bot.telegram.screens.order_phrases import exit_words
from bot.telegram.screens.pool_names import pool_name
from bot.telegram.screens.triggered import trigger_lines
from bot.words.inside import inside
from bot.words.speech import later, say


def receipt(filled: Filled, keys: Keys, exits: Sequence[Exit] = ()) -> Screen:
    """Show a booked fill, the exits that were placed with it, and the likely next steps."""
    booked = filled.receipt
    return Screen(
        text=lines(
            headed(filled.mode, _title(filled)),
            _result_line(filled),
            _price_line(filled),
            _cost_line(filled),
            _transfer_fee_line(filled),
            *(_leg_line(leg) for leg in booked.fill.legs),
            *trigger_lines(booked, filled.token),
            safety.short_line(filled.safety),
            say("⏳ Armed: {exits}", exits=exit_words(exits, booked.side)) if exits else "",
            _wallet_line(filled),
            _time_line(booked),
            *(inside(note) for note in booked.fill.notes[:4]),
        ),
        rows=receipt_rows(filled, keys),
    )


def receipt_rows(filled: Filled, keys: Keys) -> Rows:
    """Give the buttons that fit what is left of the position."""
    share = key(keys, say("Card"), "rcard", filled.receipt.order_number)
    if filled.position.state is not PositionState.OPEN:
        return (*closed_rows(keys), (share, key(keys, "P&L", "pnl")))
    number = filled.receipt.position_number
    exits = exit_row(number, keys) if filled.receipt.action is OrderAction.OPEN else ()
    return (
        *exits,
        *close_rows(number, keys),
        (key(keys, say("Position #{number}", number=number), "pos", number), share),
    )


def exit_row(number: int, keys: Keys) -> Rows:
    """Give the buttons that protect a position."""
    return (
        (
            key(keys, say("Take profit"), "xset", number, "p"),
            key(keys, say("Stop"), "xset", number, "s"),
            key(keys, say("Trail"), "xset", number, "t"),
        ),
    )


def close_rows(number: int, keys: Keys) -> Rows:
    """Give the buttons that close a position in part or whole."""
    return (
        (
            key(keys, say("Close 25%"), "close", number, "25"),
            key(keys, say("Close 50%"), "close", number, "50"),
            danger(keys, say("Close all"), "close", number, "100"),
        ),
    )


def closed_rows(keys: Keys) -> Rows:
    """Give the buttons of something that is over."""
    return ((key(keys, say("Positions"), "poss"), key(keys, say("Wallet"), "wallet")),)


def toast(filled: Filled) -> str:
    """Say a fill in a few words."""
    booked = filled.receipt
    deed = say(_short_deed(booked), amount=_tokens(filled), token=label(filled.token.symbol))
    return f"{deed} · #{booked.position_number}"


def _title(filled: Filled) -> Text:
    booked = filled.receipt
    paid = figures.with_sol(booked.fill.sol_lamports)
    return marked(
        _deed(booked),
        amount=_tokens(filled),
        token=named(filled.token.symbol, 16),
        sol=paid + figures.in_usd(booked.fill.sol_lamports, filled.sol_usd),
    )


def _deed(booked: Receipt) -> str:
    """Give the sentence that says what was done, its fields still open."""
    if booked.action is OrderAction.LIQUIDATE:
        return later("⚠️ Liquidated: bought back {amount} {token} for {sol}")
    if booked.side is Side.SHORT:
        if booked.action is OrderAction.OPEN:
            return later("Sold short {amount} {token} for {sol}")
        return later("Bought back {amount} {token} for {sol}")
    if booked.action is OrderAction.OPEN:
        return later("Bought {amount} {token} for {sol}")
    return later("Sold {amount} {token} for {sol}")


def _short_deed(booked: Receipt) -> str:
    if booked.action is OrderAction.LIQUIDATE:
        return later("⚠️ Liquidated: bought back {amount} {token}")
    if booked.side is Side.SHORT:
        if booked.action is OrderAction.OPEN:
            return later("Sold short {amount} {token}")
        return later("Bought back {amount} {token}")
    return (
        later("Bought {amount} {token}") if booked.fill.bought else later("Sold {amount} {token}")
    )


def _tokens(filled: Filled) -> str:
    return figures.amount(filled.token, filled.receipt.fill.token_units)


def _result_line(filled: Filled) -> str:
    gain = filled.receipt.realised_pnl_lamports
    if gain is None or filled.receipt.action is OrderAction.OPEN:
        return ""
    sign = "🟢" if gain >= 0 else "🔴"
    left = filled.receipt.remaining_token_units
    rest = (
        say("{amount} left", amount=figures.amount(filled.token, left)) if left else say("closed")
    )
    return f"{sign} {figures.signed_sol(gain)}{figures.in_usd(gain, filled.sol_usd)} · {rest}"


def _price_line(filled: Filled) -> str:
    fill, token = filled.receipt.fill, filled.token
    return say(
        "Decided {decided} · filled {filled} SOL (impact {impact})",
        decided=figures.token_price(token, fill.decided_price),
        filled=figures.token_price(token, fill.fill_price),
        impact=figures.percent(fill.impact),
    )


def _cost_line(filled: Filled) -> Text:
    booked, fill = filled.receipt, filled.receipt.fill
    whole = fill.sol_lamports if fill.pool_fee_in_sol else fill.token_units
    share = _fee_share(fill.pool_fee_units, whole)
    network = figures.with_sol(fill.network_fee_lamports)
    costs = marked(
        "Pool fee {fee}{share} · network {network}", fee=_pool_fee(filled), share=share,
        network=network,
    )  # fmt: skip
    return lines(costs, _rent_line(booked))


def _pool_fee(filled: Filled) -> Text | str:
    fill = filled.receipt.fill
    if fill.pool_fee_in_sol:
        return figures.with_sol(fill.pool_fee_units)
    fee = figures.amount(filled.token, fill.pool_fee_units)
    return Text(f"{fee} ", named(filled.token.symbol, 16))


def _rent_line(booked: Receipt) -> str:
    paid, returned = booked.rent_paid_lamports, booked.rent_returned_lamports
    if paid:
        rent = figures.with_sol(paid)
        return say("Account rent {rent} (returned when you sell all)", rent=rent)
    return say("Account rent {rent} returned", rent=figures.with_sol(returned)) if returned else ""


def _transfer_fee_line(filled: Filled) -> Text | str:
    """Say what the token itself withheld, of all that was on its way."""
    fill = filled.receipt.fill
    if not fill.transfer_fee_units:
        return ""
    sent = fill.token_units + (fill.transfer_fee_units if fill.bought else 0)
    share = figures.percent(figures.share(fill.transfer_fee_units, sent))
    fee = figures.amount(filled.token, fill.transfer_fee_units)
    return marked(
        "Token's own fee {fee} {token} ({share})",
        fee=fee,
        token=named(filled.token.symbol, 16),
        share=share,
    )


def _leg_line(leg: FillLeg) -> str:
    whole = leg.amount_in if leg.fee_on_input else leg.amount_out + leg.fee_units
    fee = figures.percent(figures.share(leg.fee_units, whole))
    return say(
        "via {pool}: fee {fee}, impact {impact} · slot {slot}",
        pool=pool_name(leg.pool_kind),
        fee=fee,
        impact=figures.percent(leg.impact),
        slot=figures.slot(leg.slot),
    )


def _fee_share(fee_units: int, whole_units: int) -> str:
    share: Decimal = figures.share(fee_units, whole_units)
    return f" ({figures.percent(share)})" if fee_units else ""


def _wallet_line(filled: Filled) -> Text:
    booked = filled.receipt
    is_short_opened = booked.side is Side.SHORT and booked.action is OrderAction.OPEN
    return lines(
        say(
            "Wallet {before} → {after}",
            before=figures.sol(booked.wallet_before_lamports),
            after=figures.with_sol(booked.wallet_after_lamports),
        ),
        _margin_line(filled) if is_short_opened else "",
        say(
            "position #{position} · order #{order}",
            position=booked.position_number,
            order=booked.order_number,
        ),
    )


def _margin_line(filled: Filled) -> str:
    booked = filled.receipt
    margin = figures.with_sol(booked.margin_lamports)
    price = filled.position.liquidation_price(filled.token.decimals)
    if not price:
        return say("Margin {margin} · x{leverage}", margin=margin, leverage=booked.leverage)
    return say(
        "Margin {margin} · x{leverage} · liquidated about {price} SOL",
        margin=margin,
        leverage=booked.leverage,
        price=figures.token_price(filled.token, price),
    )


def _time_line(booked: Receipt) -> str:
    times = booked.times
    return say(
        "decided {decided} · slot {slot} · filled {filled} UTC",
        decided=figures.time_of_day(times.decided_at),
        slot=figures.slot(booked.fill.slot),
        filled=figures.time_of_day(times.filled_at),
    )
