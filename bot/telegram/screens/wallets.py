"""A person's own figures: wallet, open positions, history, and the end of a season."""

from collections.abc import Sequence

from bot.domain.orders import OrderAction
from bot.domain.positions import Side
from bot.domain.users import RoleLimits
from bot.ports.books import ClosedOrder
from bot.services.resting_views import RestingView
from bot.services.views import HistoryPage, MarkedPosition, Portfolio, Season
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, danger, headed, key, lines, named
from bot.telegram.rich_text import Text
from bot.telegram.screens import figures
from bot.telegram.screens.armed_exits import armed_line, stop_words
from bot.telegram.screens.receipts import close_rows, exit_row

_MOST_LINES = 20
_MOST_POSITION_KEYS = 6


def wallet(portfolio: Portfolio, keys: Keys) -> Screen:
    """Show what is free, what is bound, and what it all comes to."""
    held = portfolio.wallet
    rent = figures.with_sol(held.rent_lamports)
    return Screen(
        text=lines(
            headed(held.mode, f"Wallet · season {held.season}"),
            f"{figures.with_sol(held.cash_lamports)}"
            f"{figures.in_usd(held.cash_lamports, portfolio.sol_usd)} free",
            _equity_line(portfolio),
            f"{_count(portfolio)} open · realised "
            f"{figures.signed_sol(portfolio.realised_pnl_lamports)}",
            f"Fees paid {figures.with_sol(portfolio.fees_lamports)}",
            f"Account rent {rent} (returned when you sell all)" if held.rent_lamports else "",
            _limits_line(portfolio.limits),
            _marked_line(portfolio) if portfolio.positions else "",
            _partial_line(portfolio),
        ),
        rows=(
            (
                key(keys, "Positions", "poss"),
                key(keys, "History", "hist"),
                key(keys, "Risk", "risk"),
            ),
            (key(keys, "Open…", "pick"), key(keys, "P&L", "pnl"), key(keys, "Refresh", "wallet")),
            (danger(keys, "New season…", "reset"),),
        ),
    )


def positions(portfolio: Portfolio, keys: Keys, waiting: Sequence[RestingView] = ()) -> Screen:
    """List what is open, each at what its pool would pay now, with the stop that protects it."""
    marked = portfolio.positions
    if not marked:
        return _no_positions(portfolio, keys)
    hidden = len(marked) - _MOST_LINES
    return Screen(
        text=lines(
            headed(portfolio.wallet.mode, _count(portfolio), _equity(portfolio)),
            *(_position_line(one, stop_words(one, waiting)) for one in marked[:_MOST_LINES]),
            f"and {hidden} more: see them with /close ID" if hidden > 0 else "",
            _funding_line(sum(one.position.funding_lamports for one in marked)),
            _marked_line(portfolio),
            _partial_line(portfolio),
        ),
        rows=(*_position_keys(marked, keys), _position_list_end(keys)),
    )


def position(
    one: MarkedPosition, portfolio: Portfolio, keys: Keys, waiting: Sequence[RestingView] = ()
) -> Screen:
    """Show one open position with its armed exits, and the buttons to protect and close it."""
    held, token, mark = one.position, one.token, one.mark
    held_units = figures.amount(token, held.token_units)
    worth = ""
    if mark is not None:
        worth = f"Worth {figures.with_sol(mark.equity_lamports)}" + figures.in_usd(
            mark.equity_lamports, portfolio.sol_usd
        )
    return Screen(
        text=lines(
            headed(portfolio.wallet.mode, f"#{held.number}", _named_side(one)),
            _gain_line(one),
            worth,
            f"Now {figures.token_price(token, mark.price)} SOL · {figures.age(mark.age_seconds)}"
            if mark
            else "⚠️ No fresh price right now.",
            f"Entry {figures.token_price(token, held.entry_price)} SOL · {held_units} tokens",
            _stake_line(one),
            _funding_line(held.funding_lamports),
            armed_line(one, waiting),
            f"Account rent {figures.with_sol(held.rent_lamports)}" if held.rent_lamports else "",
            f"Realised {figures.signed_sol(held.realised_pnl_lamports)} · "
            f"fees {figures.with_sol(held.fees_lamports)}",
            f"Opened {figures.day_and_time(held.opened_at)} UTC",
        ),
        rows=(
            (
                key(keys, "Refresh", "pos", held.number),
                key(keys, "Chart", "chart", token.token_id),
                key(keys, "Token", "card", token.token_id),
            ),
            *exit_row(held.number, keys),
            (
                key(keys, "More exits…", "xset", held.number),
                key(keys, "Orders", "olist"),
                key(keys, "Back", "poss"),
            ),
            *close_rows(held.number, keys),
        ),
    )


def history(page: HistoryPage, keys: Keys, *, is_first: bool) -> Screen:
    """List fills, newest first, with the way to older ones."""
    turn: list[Button] = []
    if not is_first:
        turn.append(key(keys, "Newest", "hist"))
    if page.older_than is not None:
        turn.append(key(keys, "Older", "hist", page.older_than))
    back = (key(keys, "Wallet", "wallet"), key(keys, "Positions", "poss"))
    title = "History" if page.orders else "No fills yet. Try /open"
    return Screen(
        text=lines(
            headed(page.mode, f"{title} · season {page.season}" if page.orders else title),
            *(_history_line(order) for order in page.orders),
            "Times are UTC." if page.orders else "",
        ),
        rows=((tuple(turn), back) if turn else (back,)),
    )


def confirm_reset(portfolio: Portfolio, keys: Keys) -> Screen:
    """Ask whether to end the season; no answer means no."""
    held = portfolio.wallet
    return Screen(
        text=lines(
            headed(held.mode, "Start a new season?"),
            f"Season {held.season} ends with {_equity(portfolio)}"
            + (f"; {_count(portfolio)} open will be gone." if portfolio.positions else "."),
            f"You begin again with {figures.with_sol(portfolio.limits.starting_grant_lamports)}. "
            "The old season is kept.",
            "⏳ 60 s to answer; no answer means no.",
        ),
        rows=((key(keys, "No, keep it", "keep"), danger(keys, "Yes, new season", "erase")),),
    )


def season_begun(season: Season, keys: Keys) -> Screen:
    """Show the new season and what the old one came to."""
    ended = season.ended
    return Screen(
        text=lines(
            headed(season.mode, f"Season {season.season} begins"),
            f"You have {figures.with_sol(season.grant_lamports)}.",
            f"Season {ended.wallet.season} ended with {_equity(ended)}.",
        ),
        rows=((key(keys, "Open…", "pick"), key(keys, "Wallet", "wallet")),),
    )


def _no_positions(portfolio: Portfolio, keys: Keys) -> Screen:
    return Screen(
        text=lines(
            headed(portfolio.wallet.mode, "Nothing open", _equity(portfolio)),
            "Paste a token address, or start with the button.",
        ),
        rows=((key(keys, "Open…", "pick"),), _position_list_end(keys)),
    )


def _position_keys(marked: tuple[MarkedPosition, ...], keys: Keys) -> Rows:
    buttons = tuple(
        key(keys, f"#{one.position.number}", "pos", one.position.number)
        for one in marked[:_MOST_POSITION_KEYS]
    )
    return tuple(buttons[i : i + 3] for i in range(0, len(buttons), 3))


def _position_list_end(keys: Keys) -> tuple[Button, ...]:
    return (key(keys, "Wallet", "wallet"), key(keys, "Refresh", "poss"))


def _position_line(one: MarkedPosition, stop: str) -> Text:
    held = one.position
    name = named(one.token.symbol, 16)
    if one.mark is None:
        return Text(f"⚠️ #{held.number} ", name, f" {held.side.value} · no fresh price")
    gain = one.mark.unrealised_pnl_lamports
    sign = "🟢" if gain >= 0 else "🔴"
    liquidated_at = one.mark.liquidation_price
    limit = "" if liquidated_at is None else figures.token_price(one.token, liquidated_at)
    risk = f" · liq {limit}" if limit else ""
    figures_text = (
        f" {held.side.value} {figures.with_sol(one.mark.equity_lamports)} "
        f"{figures.signed_percent(figures.share(gain, _stake(one)))}{stop}{risk}"
    )
    return Text(f"{sign} #{held.number} ", name, figures_text)


def _gain_line(one: MarkedPosition) -> str:
    if one.mark is None:
        return ""
    gain = one.mark.unrealised_pnl_lamports
    sign = "🟢" if gain >= 0 else "🔴"
    part = "" if one.mark.is_whole else " (the pool cannot take all of it)"
    share = figures.signed_percent(figures.share(gain, _stake(one)))
    return f"{sign} {figures.signed_sol(gain)} · {share}{part}"


def _stake(one: MarkedPosition) -> int:
    """Give what was put in: a long's cost, a short's margin."""
    held = one.position
    return held.cost_lamports if held.side is Side.LONG else held.margin_lamports


def _stake_line(one: MarkedPosition) -> str:
    held = one.position
    if held.side is Side.LONG:
        return f"Paid {figures.with_sol(held.cost_lamports)}"
    line = f"Margin {figures.with_sol(held.margin_lamports)} · x{held.leverage}"
    if one.mark is None or one.mark.liquidation_price is None:
        return line
    limit = figures.token_price(one.token, one.mark.liquidation_price)
    return f"{line} · liquidated about {limit} SOL"


def _funding_line(lamports: int) -> str:
    return f"Funding paid {figures.with_sol(lamports)} (modelled, by the hour)" if lamports else ""


def _named_side(one: MarkedPosition) -> Text:
    return Text(named(one.token.symbol, 16), f" {one.position.side.value}")


def _count(portfolio: Portfolio) -> str:
    count = len(portfolio.positions)
    return "1 position" if count == 1 else f"{count} positions"


def _equity(portfolio: Portfolio) -> str:
    grant = portfolio.wallet.grant_lamports
    change = figures.signed_percent(figures.share(portfolio.equity_lamports - grant, grant))
    return f"equity {figures.with_sol(portfolio.equity_lamports)} ({change})"


def _equity_line(portfolio: Portfolio) -> str:
    text = _equity(portfolio)
    return text[0].upper() + text[1:]


def _marked_line(portfolio: Portfolio) -> str:
    seconds = portfolio.oldest_age_seconds
    when = "" if seconds is None else f", {figures.age(seconds)}"
    return f"Positions count what the pools would pay you now{when}."


def _partial_line(portfolio: Portfolio) -> str:
    return "" if portfolio.is_whole else "⚠️ Some positions cannot be priced whole right now."


def _limits_line(limits: RoleLimits) -> str:
    most = limits.position_lamports
    size = "any size" if most is None else f"up to {figures.with_sol(most)} a position"
    return f"Role {limits.role.value}: {size}, leverage up to x{limits.leverage}"


def _history_line(order: ClosedOrder) -> Text:
    booked = order.receipt
    fill = booked.fill
    verb = "bought" if fill.bought else "sold"
    if booked.action is OrderAction.LIQUIDATE:
        verb = "liquidated"
    gain = booked.realised_pnl_lamports
    result = ""
    if gain is not None and booked.action is not OrderAction.OPEN:
        result = f" · {'🟢' if gain >= 0 else '🔴'} {figures.signed_sol(gain)}"
    return Text(
        f"{figures.day_and_time(booked.times.filled_at)} #{order.position_number} {verb} "
        f"{figures.amount(order.token, fill.token_units)} ",
        named(order.token.symbol, 16),
        f" · {figures.with_sol(fill.sol_lamports)}{result}",
    )
