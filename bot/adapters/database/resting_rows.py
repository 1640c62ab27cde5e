"""Between rows of resting orders and their domain values."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg

from bot.domain.positions import Side
from bot.domain.resting import (
    NewResting,
    OrderEffects,
    Resting,
    RestingAction,
    RestingKind,
    RestingState,
    Wait,
)
from bot.domain.triggers import Gauge, Reach
from bot.domain.users import Mode
from bot.ports.resting import RestingChange

Row = Mapping[str, Any] | asyncpg.Record


def new_to_json(order: NewResting) -> dict[str, object]:
    """Spell a new order for `insert_resting_orders`; money and prices as text, exact."""
    wait = order.wait
    return {
        "number": order.number,
        "kind": order.kind.value,
        "action": order.action.value,
        "side": order.side.value,
        "token_id": order.token_id,
        "position_number": order.position_number,
        "group_number": order.group_number,
        "gauge": wait.gauge.value if wait.gauge else None,
        "reach": wait.reach.value if wait.reach else None,
        "level": _text(wait.level),
        "due_at": _moment(wait.due_at),
        "size_lamports": _text(order.size_lamports),
        "token_units": _text(order.token_units),
        "leverage": order.leverage,
        "slippage_bps": order.slippage_bps,
        "peak": _text(order.peak),
        "details": dict(order.details),
        "times_left": order.times_left,
        "expires_at": order.expires_at.isoformat(),
    }


def effects_to_json(effects: OrderEffects) -> dict[str, object]:
    """Spell what a fill does to resting orders, for `apply_order_effects`."""
    wait = effects.next_wait
    return {
        "next": None
        if wait is None
        else {"level": _text(wait.level), "due_at": _moment(wait.due_at)},
        "cancel_group": effects.cancel_group,
        "place": [new_to_json(order) for order in effects.place],
    }


def change_to_json(change: RestingChange) -> dict[str, object]:
    """Spell a change of resting orders, for `book_resting`."""
    return {
        "user_id": change.user_id,
        "mode": change.mode.value,
        "season": change.season,
        "request_hash": change.request_hash,
        "wallet_version": change.wallet_version,
        "is_forced": change.is_forced,
        "guard": [
            {"order_id": order.order_id, "generation": order.generation} for order in change.guard
        ],
        "finish": [
            {
                "order_id": one.order.order_id,
                "state": one.state.value,
                "reason": one.reason,
                "refusal": one.refused,
            }
            for one in change.finish
        ],
        "change": [
            {**new_to_json(one.to), "order_id": one.order.order_id} for one in change.change
        ],
        "note": [
            {
                "order_id": one.order.order_id,
                "refusal": one.refused,
                "is_warned": one.is_warned,
            }
            for one in change.note
        ],
        "place": [new_to_json(order) for order in change.place],
        "is_proposed": change.is_proposed,
        "ask": [
            {"order_id": one.order.order_id, "firing": one.firing, "refusal": one.refused}
            for one in change.ask
        ],
        "confirm": [
            {"order_id": order.order_id, "generation": order.generation} for order in change.confirm
        ],
    }


def resting_from(row: Row) -> Resting:
    """Read a resting order from a record of its table."""
    return Resting(
        user_id=row["user_id"],
        order_id=row["order_id"],
        mode=Mode(row["mode"]),
        season=row["season"],
        placed=_placed_from(row),
        state=RestingState(row["state"]),
        generation=row["generation"],
        created_at=row["created_at"],
        end_reason=row["end_reason"],
        attempts=row["attempts"],
        last_refusal=(row["last_refusal"] or {}).get("code", ""),
        refused=row["last_refusal"] or {},
        triggered_at=row["triggered_at"],
        filled_order=row["filled_order"],
        ended_at=row["ended_at"],
        intent_number=row["intent_number"],
        failures=row["failures"],
        firing=row["firing"] or {},
    )


def _placed_from(row: Row) -> NewResting:
    return NewResting(
        number=row["number"],
        kind=RestingKind(row["kind"]),
        action=RestingAction(row["action"]),
        side=Side(row["side"]),
        token_id=row["token_id"],
        wait=Wait(
            gauge=Gauge(row["gauge"]) if row["gauge"] else None,
            reach=Reach(row["reach"]) if row["reach"] else None,
            level=row["level"],
            due_at=row["due_at"],
        ),
        expires_at=row["expires_at"],
        slippage_bps=row["slippage_bps"],
        position_number=row["position_number"],
        group_number=row["group_number"],
        size_lamports=_whole(row["size_lamports"]),
        token_units=_whole(row["token_units"]),
        leverage=row["leverage"],
        peak=row["peak"],
        times_left=row["times_left"],
        details=row["details"],
    )


def _text(value: Decimal | int | None) -> str | None:
    return None if value is None else format(value, "f" if isinstance(value, Decimal) else "d")


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)
