"""A person's presets, and the questions that change them."""

from collections.abc import Mapping

from bot.domain.presets import Presets, in_percent
from bot.domain.users import Mode
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, in_rows, key, lines
from bot.telegram.rich_text import Code, Text
from bot.telegram.screens import figures

EXAMPLES: Mapping[str, tuple[str, str]] = {
    "buy": ("Buy sizes…", "1 5 10"),
    "tp": ("Take profit…", "25% 50%"),
    "sl": ("Stop…", "8%"),
    "trail": ("Trail…", "10%"),
    "slip": ("Slippage…", "5%"),
}


def shown(presets: Presets, keys: Keys) -> Screen:
    """Show what the person's buttons offer."""
    return Screen(
        text=lines(
            headed(Mode.PAPER, "Your presets"),
            f"Buy {' · '.join(figures.sol(size) for size in presets.sizes)} SOL",
            f"Take profit +{' · +'.join(in_percent(bps) for bps in presets.profits_bps)}",
            f"Stop {figures.MINUS}{in_percent(presets.stop_bps)}",
            f"Trail {in_percent(presets.trail_bps)}",
            f"Slippage of entries that wait {in_percent(presets.slippage_bps)}",
        ),
        rows=in_rows(key(keys, text, "pset", 0, name) for name, (text, _) in EXAMPLES.items()),
    )


def asked(name: str) -> Screen:
    """Ask for a preset's new value."""
    title, example = EXAMPLES[name]
    return Screen(
        text=lines(
            headed(Mode.PAPER, "Presets", title.removesuffix("…")),
            Text("Type it like ", Code(example), ", or /cancel."),
        ),
        ask=example,
    )
