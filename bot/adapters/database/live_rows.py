"""Between rows of live orders and domain values: how both are spelt."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import asyncpg
from pydantic import TypeAdapter

from bot.domain.exit_spelling import read_exits, spell_exits
from bot.domain.gate import Stage, StageCaps
from bot.domain.live_orders import (
    AttemptState,
    IntentState,
    LiveAttempt,
    LiveIntent,
    LiveSide,
)
from bot.domain.orders import Fill
from bot.ports.chain_sending import WalletChange

_FILL = TypeAdapter(Fill)
_CHANGE = TypeAdapter(WalletChange)
_WHOLE = (
    "amount_in",
    "min_out",
    "most_fee_lamports",
    "most_tip_lamports",
    "most_rent_lamports",
)
_INTENT = tuple(LiveIntent.__dataclass_fields__.keys() - {"attempts", "twin"})
_ATTEMPT = tuple(LiveAttempt.__dataclass_fields__)
_TOLD_LATER = frozenset({"state", "end_reason", "order_number", "ended_at", "attempts", "twin"})


def intent_to_json(intent: LiveIntent, twin: Fill | None) -> dict[str, object]:
    """Spell an intent for `place_live`; whole numbers as text, exact at any size."""
    spelt: dict[str, object] = {
        name: value for name, value in asdict(intent).items() if name not in _TOLD_LATER
    }
    spelt |= {name: str(spelt[name]) for name in _WHOLE}
    spelt |= {
        "hold_lamports": str(intent.hold_lamports),
        "hold_units": str(intent.hold_units),
        "exits": spell_exits(intent.exits) or None,
        "twin": None if twin is None else _FILL.dump_python(twin, mode="json"),
    }
    return spelt


def caps_to_json(caps: Mapping[Stage, StageCaps] | None) -> dict[str, object] | None:
    """Spell what each stage may buy; a stage that is not there may buy nothing."""
    if caps is None:
        return None
    return {
        stage.value: {"order": _text(cap.order_lamports), "day": _text(cap.day_lamports)}
        for stage, cap in caps.items()
    }


def _text(lamports: int | None) -> str | None:
    return None if lamports is None else str(lamports)


def attempt_to_json(attempt: LiveAttempt) -> dict[str, object]:
    """Spell an attempt for `commit_live_attempt`."""
    # Nothing in it is nested, and `asdict` takes a quarter of a millisecond to find that out.
    spelt: dict[str, object] = {name: getattr(attempt, name) for name in _ATTEMPT}
    return spelt | {
        "raw": f"\\x{attempt.raw.hex()}",
        "quoted_out": str(attempt.quoted_out),
        "min_out": str(attempt.min_out),
        "impact": format(attempt.impact, "f"),
    }


def change_to_json(change: WalletChange) -> object:
    """Spell what a transaction did to a wallet."""
    spelt: object = _CHANGE.dump_python(change, mode="json")
    return spelt


def attempt_from(row: asyncpg.Record) -> LiveAttempt:
    """Read an attempt."""
    values = {name: row[name] for name in _ATTEMPT}
    values |= {
        "state": AttemptState(row["state"]),
        "quoted_out": int(row["quoted_out"]),
        "min_out": int(row["min_out"]),
    }
    return LiveAttempt(**values)


def intent_from(row: asyncpg.Record, attempts: Sequence[asyncpg.Record]) -> LiveIntent:
    """Read an intent with its attempts."""
    values = {name: row[name] for name in _INTENT}
    values |= {name: int(row[name]) for name in _WHOLE}
    values |= {"side": LiveSide(row["side"]), "state": IntentState(row["state"])}
    values |= {
        "exits": read_exits(row["exits"]),
        "twin": None if row["twin"] is None else _FILL.validate_python(row["twin"]),
    }
    return LiveIntent(**values, attempts=tuple(attempt_from(each) for each in attempts))
