"""What a person's own buttons offer: sizes to buy, levels to leave at, how far a fill may slip."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.resting_plans import ENTRY_SLIPPAGE_BPS

SIZES, MOST_PROFITS = 3, 4
_LEAST_SIZE, _MOST_SIZE = LAMPORTS_PER_SOL // 100, 100_000 * LAMPORTS_PER_SOL
_MOST_PROFIT_BPS, _MOST_LOSS_BPS, _LEAST_BPS = 1_000_000, 9_000, 10
_MOST_SLIPPAGE_BPS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Presets:
    """A person's presets, in lamports and hundredths of a percent; raises `Refusal` when silly."""

    sizes: tuple[int, ...] = tuple(size * LAMPORTS_PER_SOL for size in (1, 5, 10))
    profits_bps: tuple[int, ...] = (2_500, 5_000)
    stop_bps: int = 800
    trail_bps: int = 1_000
    slippage_bps: int = ENTRY_SLIPPAGE_BPS

    def __post_init__(self) -> None:
        """Refuse what no button should offer (`bad_presets`)."""
        sizes_fit = all(_LEAST_SIZE <= size <= _MOST_SIZE for size in self.sizes)
        profits_fit = all(_LEAST_BPS <= bps <= _MOST_PROFIT_BPS for bps in self.profits_bps)
        losses = (self.stop_bps, self.trail_bps)
        losses_fit = all(_LEAST_BPS <= bps <= _MOST_LOSS_BPS for bps in losses)
        counts_fit = len(self.sizes) == SIZES and 1 <= len(self.profits_bps) <= MOST_PROFITS
        slippage_fits = 1 <= self.slippage_bps <= _MOST_SLIPPAGE_BPS
        if not (sizes_fit and profits_fit and losses_fit and counts_fit and slippage_fits):
            raise Refusal("bad_presets")


def presets_to_json(presets: Presets) -> dict[str, object]:
    """Spell presets in plain JSON values."""
    return {
        "sizes": list(presets.sizes),
        "profits_bps": list(presets.profits_bps),
        "stop_bps": presets.stop_bps,
        "trail_bps": presets.trail_bps,
        "slippage_bps": presets.slippage_bps,
    }


def presets_from(stored: Mapping[str, object] | None) -> Presets:
    """Read presets back; the usual ones where nothing is stored, or what is stored fits no more."""
    if not stored:
        return Presets()
    try:
        return Presets(
            sizes=_numbers(stored["sizes"]),
            profits_bps=_numbers(stored["profits_bps"]),
            stop_bps=int(str(stored["stop_bps"])),
            trail_bps=int(str(stored["trail_bps"])),
            slippage_bps=int(str(stored["slippage_bps"])),
        )
    except (KeyError, ValueError, Refusal):
        return Presets()


def in_percent(bps: int) -> str:
    """Give hundredths of a percent as people type them: `8%`, `2.5%`."""
    text = f"{Decimal(bps) / 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def _numbers(stored: object) -> tuple[int, ...]:
    return tuple(int(str(one)) for one in stored) if isinstance(stored, list) else ()
