"""The way from paper to live: where somebody stands, what is missing in numbers, and news of it."""

from collections.abc import Mapping
from decimal import Decimal

from bot.domain.gate import Breach, Demand, GateRules, GateState, Requirement, Stage, StageCaps
from bot.domain.gate_records import GateRecord
from bot.domain.users import Mode
from bot.services.gate import GateView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Screen, danger, headed, key, lines
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say

STAGES: Mapping[Stage, str] = {
    Stage.PAPER: later("paper"),
    Stage.SMALL: later("small"),
    Stage.PROVEN: later("proven"),
    Stage.FULL: later("full"),
}
_DEMANDS: Mapping[Demand, str] = {
    Demand.BETS: later("bets: {found} of {needed}"),
    Demand.DAYS: later("days with a bet: {found} of {needed}"),
    Demand.EXPECTANCY: later("average bet: {found}, above {needed}"),
    Demand.SURENESS: later("sureness: {found}, at least {needed}"),
    Demand.DRAWDOWN: later("deepest fall: {found}, at most {needed}"),
    Demand.GROWTH: later("the whole paper wallet: {found}, above {needed}"),
    Demand.TWIN_GAP: later("behind paper: {found}, at most {needed}"),
    Demand.COOLING: later("days of cooling-off: {found}"),
}
_LAX_DEMANDS: Mapping[Demand, str] = {
    Demand.EXPECTANCY: later("average bet: {found}, any will do"),
    Demand.SURENESS: later("sureness: {found}, any will do"),
    Demand.GROWTH: later("the whole paper wallet: {found}, any will do"),
}
_BREACHES: Mapping[Breach, str] = {
    Breach.DRAWDOWN: later("You are {found} below your highest live result; {needed} is the most."),
    Breach.DAY_LOSS: later("You lost {found} within a day; {needed} is the most."),
    Breach.LOSS_RUN: later("You lost {found} bets in a row; {needed} end a stage."),
    Breach.TWIN_GAP: later(
        "Your live orders bring {found} less than their paper twins; {needed} is the most."
    ),
}
_SHARES = frozenset({Demand.EXPECTANCY, Demand.DRAWDOWN, Demand.GROWTH, Demand.TWIN_GAP})
_BAR = 8
_TENTH = Decimal("0.1")
_HUNDREDTH = Decimal("0.01")


def gate(view: GateView, keys: Keys) -> Screen:
    """Show the stage, its caps and what is used of them, and each demand of the next with a bar."""
    state, used = view.state, figures.with_sol(view.bought_lamports)
    numbers = {"number": state.stage.rank + 1, "of": len(Stage), "stage": say(STAGES[state.stage])}
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Stage {number} of {of}: {stage}", **numbers)),
            _caps(state.stage, view.caps),
            say("Bought in the last 24 hours: {sol}.", sol=used) if state.since else "",
            say("Selling and taking money out is always free."),
            "" if view.may_hold_wallet else say("Going up is for premium: see /subscribe."),
            *_way_up(view),
        ),
        rows=(
            *((_rise(view, keys),) if view.may_rise else ()),
            (
                key(keys, say("Twins"), "twin"),
                key(keys, say("What counts"), "gaterl"),
                key(keys, say("Refresh"), "gate"),
            ),
        ),
    )


def rules(view: GateView, keys: Keys) -> Screen:
    """Tell how a record is read, and what leads back."""
    every = view.rules
    step = every.steps.get(view.state.stage)
    least = figures.with_sol(0 if step is None else step.least_lamports)
    days = figures.duration(every.cooling.total_seconds())
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("What counts on the way")),
            say("A bet is all you do with one token on one day, from {least} on.", least=least),
            say(
                "A gain counts once it is sold and was held {time}, as a double at most.",
                time=figures.duration(every.hold.total_seconds()),
            ),
            say("A loss counts at once, sold or not. Shorts count for nothing: live has none."),
            say("Sureness is the average bet by its standard error: how far it is above luck."),
            say(
                "Positions that a /reset sweeps away count as lost, and for {time} nobody rises.",
                time=days,
            ),
            Bold(say("What leads a stage back, by itself")),
            say(
                "{fall} below your highest live result, {day} lost in a day, {run} bets lost in a "
                "row, or {gap} less than paper. Then nobody rises for {time}.",
                fall=figures.percent(every.drawdown),
                day=figures.percent(every.day_loss),
                run=every.losses_in_a_row,
                gap=figures.percent(every.twin_gap),
                time=days,
            ),
            say("Admins cannot move anybody alone: it takes two, and never oneself."),
        ),
        rows=((key(keys, say("Back"), "gate"),),),
    )


def risen(state: GateState, caps: StageCaps, keys: Keys) -> Screen:
    """Tell somebody that they are a stage further, and what they may buy there."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("You are now at {stage}", stage=say(STAGES[state.stage]))),
            _caps(state.stage, caps),
            say("Your record begins anew for the next stage."),
            marked("Trade live with {command}; /deposit first.", command=Code("/mode live")),
        ),
        rows=((key(keys, say("What is next"), "gate"),),),
    )


def has_risen(user_id: int, name: Text | str, state: GateState) -> Screen:
    """Tell admins that somebody rose by their record."""
    return Screen(
        text=lines(
            headed(
                Mode.LIVE,
                marked(
                    "{name} ({number}) is now at {stage}",
                    name=name,
                    number=Code(str(user_id)),
                    stage=say(STAGES[state.stage]),
                ),
            ),
            say("Their own record met every threshold."),
        )
    )


def taken_back(
    state: GateState, breach: Breach, record: GateRecord, every: GateRules, keys: Keys
) -> Screen:
    """Tell somebody that they are a stage back, why, and what still works."""
    stage = say(STAGES[state.stage])
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("⚠️ You are back at {stage}", stage=stage)),
            _why(breach, record, every),
            _caps(state.stage, every.caps.get(state.stage, _NOTHING)),
            say("What is open stays open, and selling is free. Stops go on guarding it."),
            ""
            if state.cooling_until is None
            else say(
                "The way up is closed until {moment}.",
                moment=figures.day_and_time(state.cooling_until),
            ),
        ),
        rows=((key(keys, say("My stage"), "gate"),),),
    )


def was_taken_back(
    state: GateState, breach: Breach, record: GateRecord, every: GateRules
) -> Screen:
    """Tell admins that somebody was taken a stage back."""
    return Screen(
        text=lines(
            headed(
                Mode.LIVE,
                marked(
                    "User {number} is back at {stage}",
                    number=Code(str(state.user_id)),
                    stage=say(STAGES[state.stage]),
                ),
            ),
            _why(breach, record, every),
        )
    )


_NOTHING = StageCaps(order_lamports=0, day_lamports=0)


def _caps(stage: Stage, caps: StageCaps) -> str:
    if stage is Stage.PAPER:
        return say("You trade on paper; nothing can be bought live yet.")
    order, day = (
        None if cap is None else figures.with_sol(cap)
        for cap in (caps.order_lamports, caps.day_lamports)
    )
    if order and day:
        return say("Up to {order} in one order, {day} in 24 hours.", order=order, day=day)
    if order:
        return say("Up to {order} in one order.", order=order)
    if day:
        return say("Up to {day} in 24 hours.", day=day)
    return say("No cap of the gate; the signer has caps of its own.")


def _way_up(view: GateView) -> list[Text | str]:
    above = view.state.stage.above
    if above is None or view.next_caps is None:
        return [say("There is no stage above.")]
    head = Bold(say("To {stage}", stage=say(STAGES[above])))
    until = view.cooling_until
    waits = until is not None and any(
        one.demand is Demand.COOLING and not one.is_met for one in view.asked
    )
    return [
        Text(head, " · ", _caps(above, view.next_caps)),
        *(_demand(one) for one in view.asked if one.demand is not Demand.COOLING or waits),
    ]


def _demand(one: Requirement) -> Text | str:
    done = int(one.progress * _BAR)
    bar = "█" * done + "░" * (_BAR - done)
    told = _LAX_DEMANDS if one.is_lax else _DEMANDS
    words = say(told[one.demand], found=_found(one), needed=_figure(one.demand, one.needed))
    return Text(Code(bar), " ", words)


def _found(one: Requirement) -> str:
    if one.found is None:
        return say("too few yet")
    return _figure(one.demand, one.found)


def _figure(demand: Demand, value: Decimal) -> str:
    if demand in _SHARES:
        is_change = demand in {Demand.EXPECTANCY, Demand.GROWTH}
        return figures.signed_percent(value) if is_change else figures.percent(value)
    if demand is Demand.COOLING:
        return figures.number(value.quantize(_TENTH))
    if demand is Demand.SURENESS:
        return figures.number(value.quantize(_HUNDREDTH))
    return str(int(value))


def _why(breach: Breach, record: GateRecord, every: GateRules) -> str:
    shares = {
        Breach.DRAWDOWN: (record.drawdown_now, every.drawdown),
        Breach.DAY_LOSS: (record.day_loss, every.day_loss),
        Breach.TWIN_GAP: (record.twin_gap or Decimal(0), every.twin_gap),
    }
    if breach is Breach.LOSS_RUN:
        return say(_BREACHES[breach], found=record.losses_in_a_row, needed=every.losses_in_a_row)
    found, needed = (figures.percent(share) for share in shares[breach])
    return say(_BREACHES[breach], found=found, needed=needed)


def _rise(view: GateView, keys: Keys) -> tuple[Button, ...]:
    above = view.state.stage.above or Stage.FULL
    words = say("Go up to {stage}", stage=say(STAGES[above]))
    return (danger(keys, words, "gateup", above.rank),)
