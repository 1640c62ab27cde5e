"""A person's presets, and the questions that change them."""

from collections.abc import Mapping

from bot.domain.presets import Presets, in_percent
from bot.domain.users import Mode
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, in_rows, key, lines
from bot.telegram.rich_text import Code, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say

EXAMPLES: Mapping[str, tuple[str, str]] = {
    "buy": (later("Buy sizes…"), "1 5 10"),
    "tp": (later("Take profit…"), "25% 50%"),
    "sl": (later("Stop…"), "8%"),
    "trail": (later("Trail…"), "10%"),
    "slip": (later("Slippage…"), "5%"),
}


def shown(presets: Presets, keys: Keys) -> Screen:
    """Show what the person's buttons offer."""
    return Screen(
        text=lines(
            headed(keys.mode, say("Your presets")),
            say("Buy {sizes} SOL", sizes=" · ".join(figures.sol(size) for size in presets.sizes)),
            say(
                "Take profit +{levels}",
                levels=" · +".join(in_percent(bps) for bps in presets.profits_bps),
            ),
            say(
                "Stop {level}",
                level=figures.MINUS + in_percent(presets.stop_bps),
            ),
            say("Trail {share}", share=in_percent(presets.trail_bps)),
            say(
                "Slippage of entries that wait {share}",
                share=in_percent(presets.slippage_bps),
            ),
        ),
        rows=in_rows(key(keys, say(text), "pset", 0, name) for name, (text, _) in EXAMPLES.items()),
    )


def asked(name: str, mode: Mode) -> Screen:
    """Ask for a preset's new value."""
    title, example = EXAMPLES[name]
    return Screen(
        text=lines(
            headed(mode, say("Presets"), say(title).removesuffix("…")),
            marked("Type it like {example}, or /cancel.", example=Code(example)),
        ),
        ask=example,
    )
