"""Live orders that wait: what is asked of the venue, of their owner, and what follows a failure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal, localcontext

from bot.domain.errors import Refusal
from bot.domain.exit_spelling import read_exits
from bot.domain.live_orders import LiveSide, LiveWish
from bot.domain.live_questions import LiveRestingRules, Question, Why
from bot.domain.money import SOL_DECIMALS
from bot.domain.positions import BPS, Position, Side
from bot.domain.resting import (
    NewResting,
    Resting,
    RestingAction,
    RestingKind,
    RestingState,
    Wait,
)
from bot.domain.resting_plans import EntryPlan, ExitPlan, RestingPlan
from bot.domain.triggers import Reach
from bot.engine.resting_fills import Seen, level_price
from bot.ports.live_orders import NextOfOrder

_DIGITS = 60
_FINAL = frozenset({"frozen", "banned", "not_permitted", "live_no_wallet"})
KEPT = "is_kept"
"""The detail of an order that was asked about and kept: the price has to come back before it."""


def check_live_plan(plan: RestingPlan) -> None:
    """Refuse what only paper can do: live positions are tokens that are held, nothing borrowed."""
    if isinstance(plan, ExitPlan):
        return
    other = plan.other if isinstance(plan, EntryPlan) else None
    entries = [plan.entry] if other is None else [plan.entry, other.entry]
    if any(entry.side is not Side.LONG or entry.leverage != 1 for entry in entries):
        raise Refusal("live_long_only")


def question(
    order: Resting, seen: Seen, now: datetime, rules: LiveRestingRules, sol_usd: Decimal | None
) -> Question | None:
    """Give what to ask before an order is carried out; None where nobody has to be asked."""
    due_at = order.placed.wait.due_at
    if due_at is not None:
        late = timedelta(seconds=rules.late_seconds)
        return Question(why=Why.LATE, price=seen.price) if now - due_at > late else None
    level = level_price(order, sol_usd)
    if not seen.is_while_away or not level:
        return None
    is_below = order.placed.wait.reach is Reach.BELOW
    gap = (level - seen.price if is_below else seen.price - level) / level
    if gap * 100 <= rules.gap_percent:
        return None
    return Question(why=Why.GAP, price=seen.price, gap=round(gap, 6))


def wish_of(
    order: Resting,
    position: Position | None,
    seen: Seen,
    *,
    decimals: int,
    most_slippage_bps: int,
    sol_usd: Decimal | None,
) -> LiveWish:
    """Give what an order asks of the venue, and the least that it has to give.

    A limit never fills worse than its limit; all others no further from the price seen than
    their slippage. Raises `Refusal` (`no_dollars`, `unknown_position`, `live_long_only`).
    """
    placed = order.placed
    is_buy = placed.action is RestingAction.OPEN
    amount = placed.size_lamports if is_buy else _units(placed, position)
    if amount is None:
        raise Refusal("live_long_only")
    return LiveWish(
        wallet_number=order.season,
        token_id=placed.token_id,
        side=LiveSide.BUY if is_buy else LiveSide.SELL,
        amount_in=amount,
        slippage_bps=min(placed.slippage_bps, most_slippage_bps),
        position_number=None if is_buy else placed.position_number,
        least_out=_least_out(order, seen, amount, decimals, sol_usd),
        exits=read_exits(placed.details.get("exits")) if is_buy else (),
        is_forced=not is_buy,
    )


def spell_seen(seen: Seen) -> dict[str, object]:
    """Spell how an order's time was seen to have come, in plain JSON values."""
    return {
        "price": f"{seen.price:f}",
        "source_at": seen.source_at.isoformat() if seen.source_at else None,
        "seen_at": seen.seen_at.isoformat(),
        "triggered_at": seen.triggered_at.isoformat(),
        "is_while_away": seen.is_while_away,
    }


def read_seen(kept: Mapping[str, object]) -> Seen:
    """Read how an order's time was seen to have come."""
    source_at = kept.get("source_at")
    return Seen(
        price=Decimal(str(kept["price"])),
        source_at=datetime.fromisoformat(str(source_at)) if source_at else None,
        seen_at=datetime.fromisoformat(str(kept["seen_at"])),
        triggered_at=datetime.fromisoformat(str(kept["triggered_at"])),
        is_while_away=bool(kept["is_while_away"]),
    )


def after_failure(order: Resting, reason: str, rules: LiveRestingRules) -> NextOfOrder:
    """Give how an order goes on whose intent came to nothing: armed again, asked about, or over.

    A limit whose price moved away before anything was signed has not failed: it waits on.
    """
    is_counted = not (order.placed.kind is RestingKind.LIMIT and reason == "live_price_moved")
    state, firing = RestingState.WORKING, None
    if reason in _FINAL:
        state = RestingState.REJECTED
    elif is_counted and order.failures + 1 >= rules.most_failures:
        state = RestingState.ASKED
        firing = Question(why=Why.FAILED, price=read_seen(order.firing).price).spelt()
    return NextOfOrder(
        order_id=order.order_id,
        generation=order.generation,
        state=state,
        refused={"code": reason},
        end_reason=reason if state is RestingState.REJECTED else "",
        firing=firing,
        is_counted=is_counted,
    )


def kept(order: Resting, now: datetime) -> NewResting:
    """Give an order that was asked about and shall go on waiting.

    Its level is armed once the price was on the other side of it again; of repeated buys the next
    time counts. Raises `Refusal` (`live_no_keeping`) where there is nothing more to wait for.
    """
    placed = order.placed
    if placed.wait.level is not None:
        return replace(placed, details={**placed.details, KEPT: True})
    if placed.kind is not RestingKind.DCA or placed.wait.due_at is None:
        raise Refusal("live_no_keeping", number=placed.number)
    every = timedelta(seconds=int(str(placed.details["interval_seconds"])))
    missed = max((now - placed.wait.due_at) // every, 0) + 1
    return replace(placed, wait=Wait(due_at=placed.wait.due_at + every * missed))


def is_kept(placed: NewResting) -> bool:
    """Tell whether the price has to come back before the level counts."""
    return bool(placed.details.get(KEPT))


def returned(placed: NewResting) -> NewResting:
    """Give a kept order whose price has come back: its level counts again."""
    return replace(placed, details={name: v for name, v in placed.details.items() if name != KEPT})


def _units(placed: NewResting, position: Position | None) -> int:
    if position is None:
        raise Refusal("unknown_position", number=placed.position_number or 0)
    if placed.token_units is None:
        return position.token_units
    return min(placed.token_units, position.token_units)


def _least_out(
    order: Resting, seen: Seen, amount: int, decimals: int, sol_usd: Decimal | None
) -> int:
    is_buy = order.placed.action is RestingAction.OPEN
    if order.placed.kind is RestingKind.LIMIT:
        worst = level_price(order, sol_usd)
        if not worst:
            raise Refusal("no_dollars")
    else:
        slippage = Decimal(order.placed.slippage_bps) / BPS
        worst = seen.price * (1 + slippage if is_buy else 1 - slippage)
    with localcontext() as context:
        context.prec = _DIGITS
        per_unit = worst.scaleb(SOL_DECIMALS - decimals)
        out = amount / per_unit if is_buy else amount * per_unit
        return int(out.to_integral_value(rounding=ROUND_CEILING))
