"""A person's presets: `/presets`, as words or by buttons that ask."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.money import SOL_DECIMALS, share_from_text, units_from_text
from bot.domain.presets import Presets
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import presets as screen
from bot.telegram.turn import Turn

PRESET_QUESTION = "presets"


async def presets(turn: Turn, arguments: Arguments) -> None:
    """Show the presets, or change what was named."""
    if arguments.words:
        await _change(turn, arguments.words)
        return
    await turn.show(screen.shown(await turn.services.presets.own(turn.user), turn.keys))


async def answer_preset(turn: Turn, data: dict[str, str]) -> None:
    """Take the new value of the preset that was asked about."""
    await _change(turn, (data.get("name", ""), *turn.text.split()))
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_presets(turn: Turn, press: Press) -> None:
    """Show the presets, or ask for a new value of the one that the button names."""
    if press.argument not in screen.EXAMPLES:
        await presets(turn, Arguments())
        return
    data = {"name": press.argument}
    await turn.services.talk.ask(turn.user, turn.chat_id, PRESET_QUESTION, data)
    await turn.ask(screen.asked(press.argument, turn.mode))


def read_presets(before: Presets, words: Sequence[str]) -> Presets:
    """Read `buy 1 5 10`, `tp 25% 50%`, `sl 8%`, `trail 10%` or `slip 5%`.

    Raises `Refusal` (`bad_presets`, or a number's own).
    """
    match [word.casefold() for word in words]:
        case ["buy", *sizes] if sizes:
            return replace(before, sizes=tuple(units_from_text(one, SOL_DECIMALS) for one in sizes))
        case ["tp", *levels] if levels:
            return replace(before, profits_bps=tuple(share_from_text(one) for one in levels))
        case ["sl", level]:
            return replace(before, stop_bps=abs(share_from_text(level)))
        case ["trail", distance]:
            return replace(before, trail_bps=share_from_text(distance))
        case ["slip", slippage]:
            return replace(before, slippage_bps=share_from_text(slippage))
        case _:
            raise Refusal("bad_presets")


async def _change(turn: Turn, words: Sequence[str]) -> None:
    before = await turn.services.presets.own(turn.user)
    wanted = read_presets(before, words)
    await turn.services.presets.choose(turn.user, wanted)
    await turn.show(screen.shown(wanted, turn.keys))
