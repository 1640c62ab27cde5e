"""A person's risk: the score with its reasons, the limits, and the locks on entries."""

from collections.abc import Mapping, Sequence

from bot.domain.risk import RiskLimit
from bot.domain.risk_score import FactorScore, RiskFactor
from bot.domain.users import Mode
from bot.services.risk import LimitUse, LockLine, RiskView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, danger, headed, in_rows, key, lines, named
from bot.telegram.rich_text import Bold, Code, Text
from bot.telegram.screens import figures
from bot.telegram.screens.limit_words import LOCKS, shown_limit
from bot.telegram.screens.stops import stop_words

_MOST_LOCKS = 6
_FACTORS: Mapping[RiskFactor, tuple[str, str]] = {
    RiskFactor.HEAT: ("{} of equity is lost if all goes to its stop or to nothing", "set stops"),
    RiskFactor.LEVERAGE: ("{} of equity stands in the market", "take less leverage, or close some"),
    RiskFactor.CONCENTRATION: ("{} of equity stands in one token", "close a part of the largest"),
    RiskFactor.LIQUIDITY: (
        "the largest is {} of its pool",
        "close it in parts, or hold less of it",
    ),
    RiskFactor.STOPS: ("{} of what you hold has no stop", "set stops from the position cards"),
    RiskFactor.DRAWDOWN: ("you are {} below this season's peak", "trade smaller until it recovers"),
    RiskFactor.VOLATILITY: ("what you hold moves {} on a usual day", "hold calmer tokens"),
    RiskFactor.SAFETY: ("{} is in tokens in danger or dispute", "see /check, and close those"),
}
_LIMITS: Mapping[RiskLimit, str] = {
    RiskLimit.CONCENTRATION: "in one token",
    RiskLimit.POSITION_HEAT: "heat of one position",
    RiskLimit.PORTFOLIO_HEAT: "heat of all",
    RiskLimit.DAILY_LOSS: "lost today (UTC)",
    RiskLimit.DRAWDOWN: "below the peak",
    RiskLimit.POSITIONS: "positions",
    RiskLimit.COOLDOWN: "pause after a close",
}


def risk(view: RiskView, keys: Keys) -> Screen:
    """Show the score, what it is made of, and how much of each limit is used."""
    heat = figures.percent(figures.share(view.heat_lamports, view.equity_lamports))
    return Screen(
        text=lines(
            headed(Mode.PAPER, f"Risk {view.score.score} of 100"),
            f"Equity {figures.with_sol(view.equity_lamports)} · "
            f"heat {figures.with_sol(view.heat_lamports)} ({heat})",
            *(Text("🔒 ", stop_words(stop, None, is_own=True)) for stop in view.stops),
            *(_lock_line(line) for line in view.locks[:_MOST_LOCKS]),
            *_factor_lines(view.score.factors),
            Bold("Limits"),
            *(_limit_line(use) for use in view.limits),
            Text("Tighter ones: ", Code("/risk set daily_loss 5%")),
        ),
        rows=(
            (key(keys, "Positions", "poss"), key(keys, "Locks", "locks")),
            (key(keys, "Refresh", "risk"), danger(keys, "Stop trading…", "panic")),
        ),
    )


def limit_set(limit: RiskLimit, value: int | None, keys: Keys) -> Screen:
    """Confirm a person's own limit."""
    words = "as your role has it" if value is None else shown_limit(limit, value)
    return Screen(
        text=lines(
            headed(Mode.PAPER, f"{limit.value} is now {words}"),
            "It holds back entries only; you can always close.",
        ),
        rows=((key(keys, "Risk", "risk"), key(keys, "Positions", "poss")),),
    )


def locks(found: Sequence[LockLine], keys: Keys) -> Screen:
    """List the locks that stand, with a button to lift each."""
    shown = found[:_MOST_LOCKS]
    return Screen(
        text=lines(
            headed(Mode.PAPER, "No locks: entries are free" if not found else "Locked entries"),
            *(_lock_line(line) for line in shown),
            Text("Each ends by itself; ", Code("/unlock ID"), " lifts it now.") if found else "",
            "Closing always works." if found else "",
        ),
        rows=(
            *in_rows(
                key(keys, f"Unlock #{line.lock.lock_id}", "unlock", line.lock.lock_id)
                for line in shown
            ),
            (key(keys, "Risk", "risk"), key(keys, "Refresh", "locks")),
        ),
    )


def unlocked(lock_id: int, keys: Keys) -> Screen:
    """Confirm that a lock was lifted."""
    return Screen(
        text=lines(headed(Mode.PAPER, f"Lock #{lock_id} lifted"), "Another stop may set it again."),
        rows=((key(keys, "Locks", "locks"), key(keys, "Open…", "pick")),),
    )


def _lock_line(line: LockLine) -> Text:
    where = "all tokens" if line.token is None else named(line.token.symbol, 16)
    lock = line.lock
    return Text(
        f"🔒 #{lock.lock_id} ",
        where,
        f" until {lock.until:%H:%M} UTC: {LOCKS[lock.rule].format(count=lock.count)}",
    )


def _factor_lines(factors: Sequence[FactorScore]) -> list[Text | str]:
    counting = [one for one in factors if one.points > 0]
    if not counting:
        return ["Nothing is at risk."]
    return [_factor_line(one) for one in counting]


def _factor_line(one: FactorScore) -> str:
    what, cure = _FACTORS[one.factor]
    points = f"{one.points:.0f}/{one.weight}"
    return f"{points} {one.factor.value}: {what.format(figures.percent(one.figure))}; {cure}"


def _limit_line(use: LimitUse) -> str:
    own = " (yours)" if use.is_own else ""
    if use.allowed is None:
        used = "" if use.used is None else f"{shown_limit(use.limit, use.used)} "
        return f"{use.limit.value}: {used}{_LIMITS[use.limit]} · no limit"
    allowed = shown_limit(use.limit, use.allowed)
    used = "" if use.used is None else f"{shown_limit(use.limit, use.used)} of "
    return f"{use.limit.value}: {used}{allowed} {_LIMITS[use.limit]}{own}"
