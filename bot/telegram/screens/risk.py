"""A person's risk: the score with its reasons, the limits, and the locks on entries."""

from collections.abc import Mapping, Sequence

from bot.domain.risk import RiskLimit
from bot.domain.risk_score import FactorScore, RiskFactor
from bot.services.risk import LimitUse, LockLine, RiskView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, danger, headed, in_rows, key, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.limit_words import LOCKS, shown_limit
from bot.telegram.screens.stops import stop_words
from bot.words.speech import later, say

_MOST_LOCKS = 6
_FACTORS: Mapping[RiskFactor, tuple[str, str]] = {
    RiskFactor.HEAT: (
        later("{share} of equity is lost if all goes to its stop or to nothing"),
        later("set stops"),
    ),
    RiskFactor.LEVERAGE: (
        later("{share} of equity stands in the market"),
        later("take less leverage, or close some"),
    ),
    RiskFactor.CONCENTRATION: (
        later("{share} of equity stands in one token"),
        later("close a part of the largest"),
    ),
    RiskFactor.LIQUIDITY: (
        later("the largest is {share} of its pool"),
        later("close it in parts, or hold less of it"),
    ),
    RiskFactor.STOPS: (
        later("{share} of what you hold has no stop"),
        later("set stops from the position cards"),
    ),
    RiskFactor.DRAWDOWN: (
        later("you are {share} below this season's peak"),
        later("trade smaller until it recovers"),
    ),
    RiskFactor.VOLATILITY: (
        later("what you hold moves {share} on a usual day"),
        later("hold calmer tokens"),
    ),
    RiskFactor.SAFETY: (
        later("{share} is in tokens in danger or dispute"),
        later("see /check, and close those"),
    ),
}
_LIMITS: Mapping[RiskLimit, str] = {
    RiskLimit.CONCENTRATION: later("in one token"),
    RiskLimit.POSITION_HEAT: later("heat of one position"),
    RiskLimit.PORTFOLIO_HEAT: later("heat of all"),
    RiskLimit.DAILY_LOSS: later("lost today (UTC)"),
    RiskLimit.DRAWDOWN: later("below the peak"),
    RiskLimit.POSITIONS: later("positions"),
    RiskLimit.COOLDOWN: later("pause after a close"),
}


def risk(view: RiskView, keys: Keys) -> Screen:
    """Show the score, what it is made of, and how much of each limit is used."""
    heat = figures.percent(figures.share(view.heat_lamports, view.equity_lamports))
    return Screen(
        text=lines(
            headed(keys.mode, say("Risk {score} of 100", score=view.score.score)),
            say(
                "Equity {equity} · heat {heat} ({share})",
                equity=figures.with_sol(view.equity_lamports),
                heat=figures.with_sol(view.heat_lamports),
                share=heat,
            ),
            *(Text("🔒 ", stop_words(stop, None, is_own=True)) for stop in view.stops),
            *(_lock_line(line) for line in view.locks[:_MOST_LOCKS]),
            *_factor_lines(view.score.factors),
            Bold(say("Limits")),
            *(_limit_line(use) for use in view.limits),
            marked("Tighter ones: {command}", command=Code("/risk set daily_loss 5%")),
        ),
        rows=(
            (key(keys, say("Positions"), "poss"), key(keys, say("Locks"), "locks")),
            (key(keys, say("Refresh"), "risk"), danger(keys, say("Stop trading…"), "panic")),
        ),
    )


def limit_set(limit: RiskLimit, value: int | None, keys: Keys) -> Screen:
    """Confirm a person's own limit."""
    words = say("as your role has it") if value is None else shown_limit(limit, value)
    return Screen(
        text=lines(
            headed(keys.mode, say("{limit} is now {value}", limit=limit.value, value=words)),
            say("It holds back entries only; you can always close."),
        ),
        rows=((key(keys, say("Risk"), "risk"), key(keys, say("Positions"), "poss")),),
    )


def locks(found: Sequence[LockLine], keys: Keys) -> Screen:
    """List the locks that stand, with a button to lift each."""
    shown = found[:_MOST_LOCKS]
    return Screen(
        text=lines(
            headed(
                keys.mode,
                say("Locked entries") if found else say("No locks: entries are free"),
            ),
            *(_lock_line(line) for line in shown),
            marked("Each ends by itself; {command} lifts it now.", command=Code("/unlock ID"))
            if found
            else "",
            say("Closing always works.") if found else "",
        ),
        rows=(
            *in_rows(
                key(
                    keys,
                    say("Unlock #{number}", number=line.lock.lock_id),
                    "unlock",
                    line.lock.lock_id,
                )
                for line in shown
            ),
            (key(keys, say("Risk"), "risk"), key(keys, say("Refresh"), "locks")),
        ),
    )


def unlocked(lock_id: int, keys: Keys) -> Screen:
    """Confirm that a lock was lifted."""
    return Screen(
        text=lines(
            headed(keys.mode, say("Lock #{number} lifted", number=lock_id)),
            say("Another stop may set it again."),
        ),
        rows=((key(keys, say("Locks"), "locks"), key(keys, say("Open…"), "pick")),),
    )


def _lock_line(line: LockLine) -> Text:
    lock = line.lock
    return marked(
        "🔒 #{number} {where} until {time} UTC: {reason}",
        number=str(lock.lock_id),
        where=say("all tokens") if line.token is None else named(line.token.symbol, 16),
        time=f"{lock.until:%H:%M}",
        reason=say(LOCKS[lock.rule], count=lock.count),
    )


def _factor_lines(factors: Sequence[FactorScore]) -> list[Text | str]:
    counting = [one for one in factors if one.points > 0]
    if not counting:
        return [say("Nothing is at risk.")]
    return [_factor_line(one) for one in counting]


def _factor_line(one: FactorScore) -> str:
    what, cure = _FACTORS[one.factor]
    points = f"{one.points:.0f}/{one.weight}"
    share = figures.percent(one.figure)
    return f"{points} {one.factor.value}: {say(what, share=share)}; {say(cure)}"


def _limit_line(use: LimitUse) -> str:
    what = say(_LIMITS[use.limit])
    if use.allowed is None:
        used = "" if use.used is None else f"{shown_limit(use.limit, use.used)} "
        return say("{limit}: {used}{what} · no limit", limit=use.limit.value, used=used, what=what)
    figure = shown_limit(use.limit, use.allowed)
    if use.used is not None:
        used = shown_limit(use.limit, use.used)
        figure = say("{used} of {allowed}", used=used, allowed=figure)
    line = f"{use.limit.value}: {figure} {what}"
    return say("{limit} (yours)", limit=line) if use.is_own else line
