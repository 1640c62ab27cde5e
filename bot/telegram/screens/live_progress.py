"""How far a live order is: its stages with their times, in one message that is edited in place."""

from collections.abc import Iterator
from datetime import datetime

from bot.domain.instruments import Token
from bot.domain.live_orders import AttemptState, LiveAttempt, LiveIntent, LiveSide
from bot.domain.users import Mode
from bot.telegram.layout import Button, Rows, Screen, headed, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say

_STAGES = (
    (later("quoted {time}"), later("⏳ quoted")),
    (later("signed {time}"), later("⏳ signed")),
    (later("sent {time}"), later("⏳ sent")),
    (later("landed {time}"), later("⏳ landed")),
    (later("confirmed {time}"), later("⏳ confirmed")),
)


def placed(side: LiveSide, token: Token, amount_in: int, least_out: int) -> Screen:
    """Show an order whose funds are held, before anything was asked for it."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, _doing(side, token, amount_in)),
            _least(side, token, least_out),
            *_stage_lines(()),
        )
    )


def under_way(intent: LiveIntent, token: Token, explorer: str) -> Screen:
    """Show an order that is not at its end: what is done, when, and what is still to come."""
    again = len(intent.attempts)
    return Screen(
        text=lines(
            headed(Mode.LIVE, _doing(intent.side, token, intent.amount_in)),
            _least(intent.side, token, intent.min_out),
            say("Try {number}: the one before can never land any more", number=again)
            if again > 1
            else "",
            *stages(intent),
            _unknown() if _is_unknown(intent.last) else "",
        ),
        rows=transaction_row(intent, explorer),
    )


def stages(intent: LiveIntent) -> Iterator[str]:
    """Give the line of each stage: a moment, then what passed since, then what is to come."""
    attempt = intent.last
    if attempt is None:
        return _stage_lines((intent.decided_at,))
    moments = (attempt.signed_at, attempt.sent_at, attempt.landed_at, attempt.confirmed_at)
    return _stage_lines((intent.decided_at, *moments))


def transaction_row(intent: LiveIntent, explorer: str) -> Rows:
    """Give the button that shows the transaction to anybody, where there is one."""
    if intent.last is None or not explorer:
        return ()
    return ((Button(text=say("Transaction"), url=f"{explorer}{intent.last.signature}"),),)


def _doing(side: LiveSide, token: Token, amount_in: int) -> Text:
    symbol = named(token.symbol, 16)
    if side is LiveSide.BUY:
        return marked("Buying {token} for {sol}", token=symbol, sol=figures.with_sol(amount_in))
    amount = figures.amount(token, amount_in)
    return marked("Selling {amount} {token}", amount=amount, token=symbol)


def _least(side: LiveSide, token: Token, least_out: int) -> Text:
    return marked("for at least {amount}", amount=_out(side, token, least_out))


def _out(side: LiveSide, token: Token, units: int) -> Text | str:
    if side is LiveSide.SELL:
        return figures.with_sol(units)
    return Text(f"{figures.amount(token, units)} ", named(token.symbol, 16))


def _is_unknown(attempt: LiveAttempt | None) -> bool:
    return attempt is not None and attempt.state is AttemptState.UNKNOWN


def _unknown() -> str:
    return say("I don't know yet whether it happened. What it may cost stays held until I do.")


def _stage_lines(moments: tuple[datetime | None, ...]) -> Iterator[str]:
    known = (*moments, *(None,) * (len(_STAGES) - len(moments)))
    first = known[0]
    for (done, waiting), moment in zip(_STAGES, known, strict=True):
        if moment is None or first is None:
            yield say(waiting)
        elif moment is first:
            yield say(done, time=f"{figures.time_of_day(moment)} UTC")
        else:
            yield say(done, time=_since(first, moment))


def _since(first: datetime, moment: datetime) -> str:
    seconds = max(0.0, (moment - first).total_seconds())
    return say("+{seconds} s", seconds=figures.local(f"{seconds:.2f}"))
