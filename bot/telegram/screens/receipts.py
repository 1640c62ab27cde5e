"""The receipt of a fill: what was paid, every cost, the wallet before and after, the times."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.orders import FillLeg, OrderAction, Receipt
from bot.domain.positions import PositionState, Side
from bot.domain.resting_plans import Exit
from bot.services.views import Filled
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, danger, headed, key, label, lines, named
from bot.telegram.rich_text import Text
from bot.telegram.screens import figures, safety
from bot.telegram.screens.order_phrases import exit_words
from bot.telegram.screens.pool_names import pool_name
from bot.telegram.screens.triggered import trigger_lines


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
            f"⏳ Armed: {exit_words(exits, booked.side)}" if exits else "",
            _wallet_line(filled),
            _time_line(booked),
            *booked.fill.notes[:4],
        ),
        rows=receipt_rows(filled, keys),
    )


def receipt_rows(filled: Filled, keys: Keys) -> Rows:
    """Give the buttons that fit what is left of the position."""
    share = key(keys, "Card", "rcard", filled.receipt.order_number)
    if filled.position.state is not PositionState.OPEN:
        return (*closed_rows(keys), (share, key(keys, "P&L", "pnl")))
    number = filled.receipt.position_number
    exits = exit_row(number, keys) if filled.receipt.action is OrderAction.OPEN else ()
    return (
        *exits,
        *close_rows(number, keys),
        (key(keys, f"Position #{number}", "pos", number), share),
    )


def exit_row(number: int, keys: Keys) -> Rows:
    """Give the buttons that protect a position."""
    return (
        (
            key(keys, "Take profit", "xset", number, "p"),
            key(keys, "Stop", "xset", number, "s"),
            key(keys, "Trail", "xset", number, "t"),
        ),
    )


def close_rows(number: int, keys: Keys) -> Rows:
    """Give the buttons that close a position in part or whole."""
    return (
        (
            key(keys, "Close 25%", "close", number, "25"),
            key(keys, "Close 50%", "close", number, "50"),
            danger(keys, "Close all", "close", number, "100"),
        ),
    )


def closed_rows(keys: Keys) -> Rows:
    """Give the buttons of something that is over."""
    return ((key(keys, "Positions", "poss"), key(keys, "Wallet", "wallet")),)


def toast(filled: Filled) -> str:
    """Say a fill in a few words."""
    booked = filled.receipt
    symbol = label(filled.token.symbol)
    return f"{_verb(booked)} {_tokens(filled)} {symbol} · #{booked.position_number}"


def _title(filled: Filled) -> Text:
    booked = filled.receipt
    paid = figures.with_sol(booked.fill.sol_lamports)
    what = Text(f"{_verb(booked)} {_tokens(filled)} ", named(filled.token.symbol, 16))
    return Text(what, f" for {paid}{figures.in_usd(booked.fill.sol_lamports, filled.sol_usd)}")


def _verb(booked: Receipt) -> str:
    if booked.action is OrderAction.LIQUIDATE:
        return "⚠️ Liquidated: bought back"
    if booked.side is Side.SHORT:
        return "Sold short" if booked.action is OrderAction.OPEN else "Bought back"
    return "Bought" if booked.action is OrderAction.OPEN else "Sold"


def _tokens(filled: Filled) -> str:
    return figures.amount(filled.token, filled.receipt.fill.token_units)


def _result_line(filled: Filled) -> str:
    gain = filled.receipt.realised_pnl_lamports
    if gain is None or filled.receipt.action is OrderAction.OPEN:
        return ""
    sign = "🟢" if gain >= 0 else "🔴"
    left = filled.receipt.remaining_token_units
    rest = f" · {figures.amount(filled.token, left)} left" if left else " · closed"
    return f"{sign} {figures.signed_sol(gain)}{figures.in_usd(gain, filled.sol_usd)}{rest}"


def _price_line(filled: Filled) -> str:
    fill, token = filled.receipt.fill, filled.token
    return (
        f"Decided {figures.token_price(token, fill.decided_price)} · "
        f"filled {figures.token_price(token, fill.fill_price)} SOL "
        f"(impact {figures.percent(fill.impact)})"
    )


def _cost_line(filled: Filled) -> Text:
    booked, fill = filled.receipt, filled.receipt.fill
    parts: list[Text | str] = ["Pool fee "]
    if fill.pool_fee_in_sol:
        whole = fill.sol_lamports
        parts.append(figures.with_sol(fill.pool_fee_units))
    else:
        whole = fill.token_units
        fee = figures.amount(filled.token, fill.pool_fee_units)
        parts += [f"{fee} ", named(filled.token.symbol, 16)]
    share = _fee_share(fill.pool_fee_units, whole)
    parts.append(f"{share} · network {figures.with_sol(fill.network_fee_lamports)}")
    if booked.rent_paid_lamports:
        rent = figures.with_sol(booked.rent_paid_lamports)
        parts.append(f"\nAccount rent {rent} (returned when you sell all)")
    if booked.rent_returned_lamports:
        parts.append(f"\nAccount rent {figures.with_sol(booked.rent_returned_lamports)} returned")
    return Text(*parts)


def _transfer_fee_line(filled: Filled) -> Text | str:
    """Say what the token itself withheld, of all that was on its way."""
    fill = filled.receipt.fill
    if not fill.transfer_fee_units:
        return ""
    sent = fill.token_units + (fill.transfer_fee_units if fill.bought else 0)
    share = figures.percent(figures.share(fill.transfer_fee_units, sent))
    fee = figures.amount(filled.token, fill.transfer_fee_units)
    return Text(f"Token's own fee {fee} ", named(filled.token.symbol, 16), f" ({share})")


def _leg_line(leg: FillLeg) -> str:
    whole = leg.amount_in if leg.fee_on_input else leg.amount_out + leg.fee_units
    fee = figures.percent(figures.share(leg.fee_units, whole))
    return (
        f"via {pool_name(leg.pool_kind)}: fee {fee}, "
        f"impact {figures.percent(leg.impact)} · slot {figures.slot(leg.slot)}"
    )


def _fee_share(fee_units: int, whole_units: int) -> str:
    share: Decimal = figures.share(fee_units, whole_units)
    return f" ({figures.percent(share)})" if fee_units else ""


def _wallet_line(filled: Filled) -> str:
    booked = filled.receipt
    before = figures.sol(booked.wallet_before_lamports)
    after = figures.with_sol(booked.wallet_after_lamports)
    margin = ""
    if booked.side is Side.SHORT and booked.action is OrderAction.OPEN:
        margin = f"\nMargin {figures.with_sol(booked.margin_lamports)} · x{booked.leverage}"
        price = filled.position.liquidation_price(filled.token.decimals)
        shown = figures.token_price(filled.token, price) if price else ""
        margin += f" · liquidated about {shown} SOL" if price else ""
    ids = f"position #{booked.position_number} · order #{booked.order_number}"
    return f"Wallet {before} → {after}{margin}\n{ids}"


def _time_line(booked: Receipt) -> str:
    times = booked.times
    return (
        f"decided {figures.time_of_day(times.decided_at)} · "
        f"slot {figures.slot(booked.fill.slot)} · "
        f"filled {figures.time_of_day(times.filled_at)} UTC"
    )
