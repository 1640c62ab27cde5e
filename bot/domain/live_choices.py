"""How a person wants to trade with real money: whether buttons act at once, and with what slip."""

from collections.abc import Mapping
from dataclasses import dataclass

USUAL_SLIPPAGE_BPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChoice:
    """A person's choice; `slippage_bps` is what a fill may be worse than its quote.

    `is_one_tap` lets buttons that buy or sell act without a question. Words are always asked back.
    """

    is_one_tap: bool = False
    slippage_bps: int = USUAL_SLIPPAGE_BPS


def choice_to_json(choice: LiveChoice) -> dict[str, object]:
    """Spell a choice in plain JSON values."""
    return {"one_tap": choice.is_one_tap, "slippage_bps": choice.slippage_bps}


def choice_from(stored: Mapping[str, object] | None) -> LiveChoice:
    """Read a choice back; the usual one where nothing is stored."""
    if not stored:
        return LiveChoice()
    return LiveChoice(
        is_one_tap=stored.get("one_tap") is True,
        slippage_bps=int(str(stored.get("slippage_bps", USUAL_SLIPPAGE_BPS))),
    )
