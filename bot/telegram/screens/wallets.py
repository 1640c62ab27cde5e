"""A person's own figures: wallet, open positions, history, and the end of a season."""

from collections.abc import Sequence

from bot.domain.orders import OrderAction
from bot.domain.positions import Side
from bot.domain.users import Mode, RoleLimits
from bot.ports.books import ClosedOrder, Wallet
from bot.services.resting_views import RestingView
from bot.services.views import HistoryPage, MarkedPosition, Portfolio, Season
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, danger, headed, key, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.armed_exits import armed_line, stop_words
from bot.telegram.screens.receipts import close_rows, exit_row
from bot.telegram.screens.sides import side_name
from bot.words.speech import say, say_count

_MOST_LINES = 20
_MOST_POSITION_KEYS = 6


def wallet(portfolio: Portfolio, keys: Keys) -> Screen:
    """Show what is free, what is bound, and what it all comes to."""
    held = portfolio.wallet
    return Screen(
        text=lines(
            headed(held.mode, _wallet_name(held)),
            say(
                "{cash}{dollars} free",
                cash=figures.with_sol(held.cash_lamports),
                dollars=figures.in_usd(held.cash_lamports, portfolio.sol_usd),
            ),
            say("{held} held for orders under way", held=figures.with_sol(held.held_lamports))
            if held.held_lamports
            else "",
            _equity_line(portfolio),
            say_count(
                "{count} position open · realised {realised}",
                "{count} positions open · realised {realised}",
                len(portfolio.positions),
                realised=figures.signed_sol(portfolio.realised_pnl_lamports),
            ),
            say("Fees paid {fees}", fees=figures.with_sol(portfolio.fees_lamports)),
            _rent_line(held) if held.rent_lamports else "",
            _limits_line(portfolio.limits) if held.mode is Mode.PAPER else "",
            _marked_line(portfolio) if portfolio.positions else "",
            _partial_line(portfolio),
        ),
        rows=(
            (
                key(keys, say("Positions"), "poss"),
                key(keys, say("History"), "hist"),
                key(keys, say("Risk"), "risk"),
            ),
            (
                key(keys, say("Open…"), "pick"),
                key(keys, "P&L", "pnl"),
                key(keys, say("Refresh"), "wallet"),
            ),
            _wallet_end(keys),
        ),
    )


def _rent_line(held: Wallet) -> str:
    rent = figures.with_sol(held.rent_lamports)
    if held.mode is Mode.LIVE:
        return say("Account rent {rent} (sell all, then /cleanup returns it)", rent=rent)
    return say("Account rent {rent} (returned when you sell all)", rent=rent)


def _wallet_name(held: Wallet) -> str:
    if held.mode is Mode.LIVE:
        return say("Wallet {number}", number=held.season)
    return say("Wallet · season {season}", season=held.season)


def _wallet_end(keys: Keys) -> tuple[Button, ...]:
    if keys.mode is Mode.LIVE:
        return (key(keys, say("Deposit"), "ldep"), key(keys, say("Mode"), "mode"))
    return (danger(keys, say("New season…"), "reset"),)


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
            say("and {hidden} more: see them with /close ID", hidden=hidden) if hidden > 0 else "",
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
        worth = say(
            "Worth {equity}", equity=figures.with_sol(mark.equity_lamports)
        ) + figures.in_usd(mark.equity_lamports, portfolio.sol_usd)
    return Screen(
        text=lines(
            headed(portfolio.wallet.mode, f"#{held.number}", _named_side(one)),
            _gain_line(one),
            worth,
            say(
                "Now {price} SOL · {age}",
                price=figures.token_price(token, mark.price),
                age=figures.age(mark.age_seconds),
            )
            if mark
            else say("⚠️ No fresh price right now."),
            say(
                "Entry {price} SOL · {amount} tokens",
                price=figures.token_price(token, held.entry_price),
                amount=held_units,
            ),
            _stake_line(one),
            _funding_line(held.funding_lamports),
            armed_line(one, waiting),
            say("Account rent {rent}", rent=figures.with_sol(held.rent_lamports))
            if held.rent_lamports
            else "",
            say(
                "Realised {realised} · fees {fees}",
                realised=figures.signed_sol(held.realised_pnl_lamports),
                fees=figures.with_sol(held.fees_lamports),
            ),
            say("Opened {time} UTC", time=figures.day_and_time(held.opened_at)),
        ),
        rows=(
            (
                key(keys, say("Refresh"), "pos", held.number),
                key(keys, say("Chart"), "chart", token.token_id),
                key(keys, say("Token"), "card", token.token_id),
            ),
            *exit_row(held.number, keys),
            (
                key(keys, say("More exits…"), "xset", held.number),
                key(keys, say("Orders"), "olist"),
                key(keys, say("Back"), "poss"),
            ),
            *close_rows(held.number, keys),
        ),
    )


def history(page: HistoryPage, keys: Keys, *, is_first: bool) -> Screen:
    """List fills, newest first, with the way to older ones."""
    turn: list[Button] = []
    if not is_first:
        turn.append(key(keys, say("Newest"), "hist"))
    if page.older_than is not None:
        turn.append(key(keys, say("Older"), "hist", page.older_than))
    back = (key(keys, say("Wallet"), "wallet"), key(keys, say("Positions"), "poss"))
    return Screen(
        text=lines(
            headed(
                page.mode,
                _history_name(page) if page.orders else say("No fills yet. Try /open"),
            ),
            *(_history_line(order) for order in page.orders),
            say("Times are UTC.") if page.orders else "",
        ),
        rows=((tuple(turn), back) if turn else (back,)),
    )


def _history_name(page: HistoryPage) -> str:
    if page.mode is Mode.LIVE:
        return say("History · wallet {number}", number=page.season)
    return say("History · season {season}", season=page.season)


def confirm_reset(portfolio: Portfolio, keys: Keys, *, is_live_on: bool = False) -> Screen:
    """Ask whether to end the season; no answer means no. `is_live_on` is the operator's word."""
    held = portfolio.wallet
    return Screen(
        text=lines(
            headed(held.mode, say("Start a new season?")),
            _season_end(portfolio),
            say(
                "You begin again with {grant}. The old season is kept.",
                grant=figures.with_sol(portfolio.limits.starting_grant_lamports),
            ),
            _way_to_live(portfolio) if is_live_on else "",
            say("⏳ 60 s to answer; no answer means no."),
        ),
        rows=(
            (key(keys, say("No, keep it"), "keep"), danger(keys, say("Yes, new season"), "erase")),
        ),
    )


def _way_to_live(portfolio: Portfolio) -> str:
    if not portfolio.positions:
        return say("The way to real money, /live, has a cooling-off after it.")
    return say(
        "On the way to real money, /live, what is open counts as lost: close it first. "
        "There is a cooling-off after it as well."
    )


def _season_end(portfolio: Portfolio) -> str:
    season, equity = portfolio.wallet.season, _equity(portfolio)
    if not portfolio.positions:
        return say("Season {season} ends with {equity}.", season=season, equity=equity)
    return say_count(
        "Season {season} ends with {equity}; {count} position open will be gone.",
        "Season {season} ends with {equity}; {count} positions open will be gone.",
        len(portfolio.positions),
        season=season,
        equity=equity,
    )


def season_begun(season: Season, keys: Keys) -> Screen:
    """Show the new season and what the old one came to."""
    ended = season.ended
    return Screen(
        text=lines(
            headed(season.mode, say("Season {season} begins", season=season.season)),
            say("You have {grant}.", grant=figures.with_sol(season.grant_lamports)),
            say(
                "Season {season} ended with {equity}.",
                season=ended.wallet.season,
                equity=_equity(ended),
            ),
        ),
        rows=((key(keys, say("Open…"), "pick"), key(keys, say("Wallet"), "wallet")),),
    )


def _no_positions(portfolio: Portfolio, keys: Keys) -> Screen:
    return Screen(
        text=lines(
            headed(portfolio.wallet.mode, say("Nothing open"), _equity(portfolio)),
            say("Paste a token address, or start with the button."),
        ),
        rows=((key(keys, say("Open…"), "pick"),), _position_list_end(keys)),
    )


def _position_keys(marked: tuple[MarkedPosition, ...], keys: Keys) -> Rows:
    buttons = tuple(
        key(keys, f"#{one.position.number}", "pos", one.position.number)
        for one in marked[:_MOST_POSITION_KEYS]
    )
    return tuple(buttons[i : i + 3] for i in range(0, len(buttons), 3))


def _position_list_end(keys: Keys) -> tuple[Button, ...]:
    return (key(keys, say("Wallet"), "wallet"), key(keys, say("Refresh"), "poss"))


def _position_line(one: MarkedPosition, stop: str) -> Text:
    held = one.position
    name = named(one.token.symbol, 16)
    if one.mark is None:
        return marked(
            "⚠️ #{number} {token} {side} · no fresh price",
            number=str(held.number),
            token=name,
            side=side_name(held.side),
        )
    gain = one.mark.unrealised_pnl_lamports
    sign = "🟢" if gain >= 0 else "🔴"
    liquidated_at = one.mark.liquidation_price
    limit = "" if liquidated_at is None else figures.token_price(one.token, liquidated_at)
    risk = " · " + say("liq {price}", price=limit) if limit else ""
    figures_text = (
        f" {side_name(held.side)} {figures.with_sol(one.mark.equity_lamports)} "
        f"{figures.signed_percent(figures.share(gain, _stake(one)))}{stop}{risk}"
    )
    return Text(f"{sign} #{held.number} ", name, figures_text)


def _gain_line(one: MarkedPosition) -> str:
    if one.mark is None:
        return ""
    gain = one.mark.unrealised_pnl_lamports
    sign = "🟢" if gain >= 0 else "🔴"
    part = "" if one.mark.is_whole else " " + say("(the pool cannot take all of it)")
    share = figures.signed_percent(figures.share(gain, _stake(one)))
    return f"{sign} {figures.signed_sol(gain)} · {share}{part}"


def _stake(one: MarkedPosition) -> int:
    """Give what was put in: a long's cost, a short's margin."""
    held = one.position
    return held.cost_lamports if held.side is Side.LONG else held.margin_lamports


def _stake_line(one: MarkedPosition) -> str:
    held = one.position
    if held.side is Side.LONG:
        return say("Paid {cost}", cost=figures.with_sol(held.cost_lamports))
    line = say(
        "Margin {margin} · x{leverage}",
        margin=figures.with_sol(held.margin_lamports),
        leverage=held.leverage,
    )
    if one.mark is None or one.mark.liquidation_price is None:
        return line
    limit = figures.token_price(one.token, one.mark.liquidation_price)
    return say("{line} · liquidated about {limit} SOL", line=line, limit=limit)


def _funding_line(lamports: int) -> str:
    return (
        say("Funding paid {funding} (modelled, by the hour)", funding=figures.with_sol(lamports))
        if lamports
        else ""
    )


def _named_side(one: MarkedPosition) -> Text:
    return Text(named(one.token.symbol, 16), f" {side_name(one.position.side)}")


def _count(portfolio: Portfolio) -> str:
    count = len(portfolio.positions)
    return say_count("{count} position", "{count} positions", count)


def _equity(portfolio: Portfolio) -> str:
    if portfolio.wallet.mode is Mode.LIVE:
        return say("equity {equity}", equity=figures.with_sol(portfolio.equity_lamports))
    grant = portfolio.wallet.grant_lamports
    change = figures.signed_percent(figures.share(portfolio.equity_lamports - grant, grant))
    return say(
        "equity {equity} ({change})",
        equity=figures.with_sol(portfolio.equity_lamports),
        change=change,
    )


def _equity_line(portfolio: Portfolio) -> str:
    text = _equity(portfolio)
    return text[0].upper() + text[1:]


def _marked_line(portfolio: Portfolio) -> str:
    seconds = portfolio.oldest_age_seconds
    if seconds is None:
        return say("Positions count what the pools would pay you now.")
    age = figures.age(seconds)
    return say("Positions count what the pools would pay you now, {age}.", age=age)


def _partial_line(portfolio: Portfolio) -> str:
    return "" if portfolio.is_whole else say("⚠️ Some positions cannot be priced whole right now.")


def _limits_line(limits: RoleLimits) -> str:
    most = limits.position_lamports
    role, leverage = limits.role.value, limits.leverage
    if most is None:
        return say(
            "Role {role}: any size, leverage up to x{leverage}", role=role, leverage=leverage
        )
    return say(
        "Role {role}: up to {most} a position, leverage up to x{leverage}",
        role=role,
        most=figures.with_sol(most),
        leverage=leverage,
    )


def _history_line(order: ClosedOrder) -> Text:
    booked = order.receipt
    fill = booked.fill
    verb = say("bought") if fill.bought else say("sold")
    if booked.action is OrderAction.LIQUIDATE:
        verb = say("liquidated")
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
