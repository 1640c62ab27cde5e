"""The gate from paper to live: stages, what each asks for, and how a person moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain.gate_records import GateRecord


class Stage(StrEnum):
    """How far somebody has come; the same words are in the database."""

    PAPER = "paper"
    SMALL = "small"
    PROVEN = "proven"
    FULL = "full"

    @property
    def above(self) -> "Stage | None":
        """Give the next stage; None at the last."""
        return _STAGES[self.rank + 1] if self.rank + 1 < len(_STAGES) else None

    @property
    def below(self) -> "Stage | None":
        """Give the stage before; None at the first."""
        return _STAGES[self.rank - 1] if self.rank else None

    @property
    def rank(self) -> int:
        """Count the steps from paper."""
        return _STAGES.index(self)


_STAGES = tuple(Stage)


class Demand(StrEnum):
    """What a promotion asks for."""

    BETS = "bets"
    DAYS = "days"
    EXPECTANCY = "expectancy"
    SURENESS = "sureness"
    DRAWDOWN = "drawdown"
    GROWTH = "growth"
    TWIN_GAP = "twin_gap"
    COOLING = "cooling"


class Breach(StrEnum):
    """Why somebody is taken a stage back, by itself."""

    DRAWDOWN = "drawdown"
    TWIN_GAP = "twin_gap"
    DAY_LOSS = "day_loss"
    LOSS_RUN = "loss_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCaps:
    """What may be bought at a stage: in one order, and within any 24 hours; None is no cap."""

    order_lamports: int | None
    day_lamports: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRules:
    """What the step up from a stage asks for. `least_lamports` is from which stake on a bet counts.

    Of `sureness`, the mean by its standard error, 1.65 is what 95 of 100 results of mere luck stay
    below, looked at once. Shares are fractions; `expectancy` is what a bet has to bring beyond on
    average, and a whole paper wallet too.
    """

    bets: int
    days: int
    expectancy: Decimal = Decimal(0)
    sureness: Decimal
    drawdown: Decimal
    least_lamports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """Every threshold of the gate. `steps` and `caps` are by the stage that somebody is at.

    A stage without caps may buy nothing. `twin_gap` is judged from `twin_fills` on. What was
    held shorter than `hold_seconds` is no gain that a paper fill could prove. A breach of
    `drawdown`, `day_loss`, `losses_in_a_row` or `twin_gap` leads a stage back.
    """

    steps: Mapping[Stage, StepRules]
    caps: Mapping[Stage, StageCaps]
    window: timedelta
    cooling: timedelta
    hold: timedelta
    drawdown: Decimal
    day_loss: Decimal
    losses_in_a_row: int
    twin_gap: Decimal
    twin_fills: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateState:
    """Where somebody stands: `since` when, None from the beginning.

    `open_result_lamports` is what open positions stood at then, above or below their cost, so that
    one fall does not count twice. Nobody rises before `cooling_until`.
    """

    user_id: int
    stage: Stage = Stage.PAPER
    since: datetime | None = None
    cooling_until: datetime | None = None
    open_result_lamports: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One demand: how much there is of it, and how much is needed.

    Of a drawdown, a gap or a cooling-off no more than `needed` is wanted, of all else no less.
    Cooling counts the days that are left.
    """

    demand: Demand
    found: Decimal | None
    needed: Decimal

    @property
    def is_met(self) -> bool:
        """Tell whether this one stands in nobody's way."""
        if self.found is None:
            return False
        if self.demand in _AT_MOST:
            return self.found <= self.needed
        if self.demand in _ABOVE:
            return self.found > self.needed
        return self.found >= self.needed

    @property
    def is_lax(self) -> bool:
        """Tell whether any figure will do: its threshold is the lowest that may be set."""
        lowest = _LOWEST.get(self.demand)
        return lowest is not None and self.needed <= lowest

    @property
    def progress(self) -> Decimal:
        """Give how much of it is done, from 0 to 1."""
        if self.is_met:
            return Decimal(1)
        if self.found is None or self.found <= 0 or self.needed <= 0 or self.demand in _AT_MOST:
            return Decimal(0)
        return min(self.found / self.needed, Decimal(1))


_AT_MOST = frozenset({Demand.DRAWDOWN, Demand.TWIN_GAP, Demand.COOLING})
_ABOVE = frozenset({Demand.EXPECTANCY, Demand.GROWTH})
_LOWEST: Mapping[Demand, Decimal] = {
    Demand.EXPECTANCY: Decimal(-1),
    Demand.GROWTH: Decimal(-1),
    Demand.SURENESS: Decimal(-1000),
}
_NOTHING = Decimal(0)
_DAY = timedelta(days=1)


def record_since(state: GateState, rules: GateRules, now: datetime) -> datetime:
    """Give from when on a record counts: from the stage's begin, but no longer than the window."""
    begin = now - rules.window
    return begin if state.since is None else max(begin, state.since)


def cooling_until(state: GateState, reset_at: datetime | None, rules: GateRules) -> datetime | None:
    """Give until when nobody rises: the later of the two, so that neither shortens the other."""
    after_reset = None if reset_at is None else reset_at + rules.cooling
    known = [moment for moment in (state.cooling_until, after_reset) if moment is not None]
    return max(known, default=None)


def requirements(
    state: GateState, record: GateRecord, rules: GateRules, now: datetime
) -> tuple[Requirement, ...]:
    """Give what the next stage asks for, and how far it is; nothing at the last stage."""
    step = rules.steps.get(state.stage)
    if step is None:
        return ()
    until = cooling_until(state, record.reset_at, rules)
    left = _NOTHING if until is None else Decimal(max(until - now, timedelta()) / _DAY)
    found: list[tuple[Demand, Decimal | None, Decimal]] = [
        (Demand.BETS, Decimal(len(record.bets)), Decimal(step.bets)),
        (Demand.DAYS, Decimal(record.days), Decimal(step.days)),
        (Demand.EXPECTANCY, record.expectancy, step.expectancy),
        (Demand.SURENESS, record.sureness, step.sureness),
        (Demand.DRAWDOWN, record.drawdown, step.drawdown),
    ]
    if state.stage is Stage.PAPER:
        found.append((Demand.GROWTH, record.growth, step.expectancy))
    else:
        gap = record.twin_gap if record.twin_fills >= rules.twin_fills else None
        found.append((Demand.TWIN_GAP, gap, rules.twin_gap))
    found.append((Demand.COOLING, left, _NOTHING))
    return tuple(Requirement(demand=one, found=has, needed=needs) for one, has, needs in found)


def promoted(
    state: GateState, record: GateRecord, rules: GateRules, now: datetime
) -> GateState | None:
    """Give the state one stage up, where everything that it asks for is there; else None."""
    asked = requirements(state, record, rules, now)
    above = state.stage.above
    if above is None or not asked or not all(one.is_met for one in asked):
        return None
    return replace(state, stage=above, since=now, open_result_lamports=record.open_result_lamports)


def breach_of(state: GateState, record: GateRecord, rules: GateRules) -> Breach | None:
    """Give the first rule that a live record breaks; None on paper, where nothing can be lost."""
    if state.stage is Stage.PAPER:
        return None
    if record.drawdown_now > rules.drawdown:
        return Breach.DRAWDOWN
    if record.day_loss > rules.day_loss:
        return Breach.DAY_LOSS
    if record.losses_in_a_row >= rules.losses_in_a_row:
        return Breach.LOSS_RUN
    is_judged = record.twin_fills >= rules.twin_fills
    if is_judged and record.twin_gap is not None and record.twin_gap > rules.twin_gap:
        return Breach.TWIN_GAP
    return None


def demoted(
    state: GateState, now: datetime, rules: GateRules, open_result_lamports: int = 0
) -> GateState:
    """Give the state one stage down, with a cooling-off that is never shorter than the last."""
    fresh = now + rules.cooling
    return replace(
        state,
        stage=state.stage.below or Stage.PAPER,
        since=now,
        cooling_until=fresh if state.cooling_until is None else max(state.cooling_until, fresh),
        open_result_lamports=open_result_lamports,
    )
