"""Between rows of alerts and their domain values."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from bot.domain.alert_firings import Firing
from bot.domain.alert_hours import AlertSettings, Loudness, QuietHours
from bot.domain.alerts import (
    Alert,
    AlertKind,
    AlertSide,
    AlertState,
    Condition,
    Levels,
    NewAlert,
)
from bot.domain.users import Mode

Row = Mapping[str, Any] | asyncpg.Record

SETTINGS_KEY, OFFSET_KEY = "alerts", "utc_offset_minutes"


def alert_from(row: Row) -> Alert:
    """Read an alert."""
    return Alert(
        user_id=row["user_id"],
        alert_id=row["alert_id"],
        condition=Condition(
            kind=AlertKind(row["kind"]),
            side=AlertSide(row["side"]),
            level=row["level"],
            in_usd=row["in_usd"],
            move_bps=row["move_bps"],
            is_recurring=row["is_recurring"],
            position_number=row["position_number"],
        ),
        side=AlertSide(row["side"]),
        token_id=row["token_id"],
        levels=Levels(upper=row["upper"], lower=row["lower"]),
        anchor=row["anchor"],
        state=AlertState(row["state"]),
        generation=row["generation"],
        created_at=row["created_at"],
        season=row["season"],
        snoozed_until=row["snoozed_until"],
        fired_at=row["fired_at"],
        mode=Mode(row["mode"]),
    )


def columns_of(new: NewAlert) -> dict[str, object]:
    """Spell what follows from an alert's condition, by column."""
    condition = new.condition
    gauge = condition.gauge
    return {
        "token_id": new.token_id,
        "kind": condition.kind.value,
        "side": new.side.value,
        "level": condition.level,
        "in_usd": condition.in_usd,
        "gauge": gauge.value if gauge else None,
        "upper": new.levels.upper,
        "lower": new.levels.lower,
        "anchor": new.anchor,
        "move_bps": condition.move_bps,
        "is_recurring": condition.is_recurring,
        "position_number": condition.position_number,
        "season": new.season,
        "basis": new.basis,
        "mode": new.mode.value,
    }


def firing_from(row: Row) -> Firing:
    """Read a firing with what became of its message."""
    return Firing(
        alert_id=row["alert_id"],
        kind=AlertKind(row["kind"]),
        token_id=row["token_id"],
        level=row["level"],
        value=row["value"],
        loudness=Loudness(row["loudness"]),
        source_at=row["source_at"],
        seen_at=row["seen_at"],
        confirmed_at=row["confirmed_at"],
        fired_at=row["fired_at"],
        sent_at=row["sent_at"],
        is_given_up=row["outbox_state"] == "given_up",
    )


def settings_from(stored: Mapping[str, Any]) -> AlertSettings:
    """Read a person's wishes out of their settings; what is unknown is as if never set."""
    own = stored.get(SETTINGS_KEY) or {}
    quiet = own.get("quiet")
    return AlertSettings(
        levels={
            kind: Loudness(own["levels"][kind.value])
            for kind in AlertKind
            if kind.value in (own.get("levels") or {})
        },
        quiet=None
        if quiet is None
        else QuietHours(
            from_minute=quiet["from"], to_minute=quiet["to"], loudness=Loudness(quiet["loudness"])
        ),
        offset_minutes=stored.get(OFFSET_KEY) or 0,
    )


def settings_to_json(settings: AlertSettings) -> dict[str, object]:
    """Spell a person's wishes, to be laid over their other settings."""
    quiet = settings.quiet
    return {
        OFFSET_KEY: settings.offset_minutes,
        SETTINGS_KEY: {
            "levels": {kind.value: loudness.value for kind, loudness in settings.levels.items()},
            "quiet": None
            if quiet is None
            else {
                "from": quiet.from_minute,
                "to": quiet.to_minute,
                "loudness": quiet.loudness.value,
            },
        },
    }
