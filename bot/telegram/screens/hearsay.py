"""What sources say of a token while Solana does not answer: plainly marked as hearsay."""

from collections.abc import Sequence

from bot.domain.users import Mode
from bot.services.views import Hearsay, HearsayLine
from bot.telegram.layout import Screen, headed, lines, named
from bot.telegram.rich_text import Code, marked
from bot.telegram.screens import figures
from bot.words.speech import say


def card(said: Hearsay, mode: Mode) -> Screen:
    """Show a token of which only sources tell, without any button to trade it."""
    warning = marked("⚠️ Beware of the name: {name}", name=Code(said.symbol_warning))
    return Screen(
        text=lines(
            headed(mode, named(said.symbol, 16), named(said.name)),
            Code(said.mint),
            say("⚠️ Solana does not answer now. This is what others say, unchecked:"),
            *told(said.lines),
            warning if said.symbol_warning else "",
            say("Nothing can be traded until the chain answers again."),
        )
    )


def told(said: Sequence[HearsayLine]) -> list[str]:
    """Give a line for each source: its price, what it says lies in the pools, and the age."""
    return [_line(each) for each in said]


def _line(said: HearsayLine) -> str:
    depth = (
        ""
        if said.liquidity_usd is None
        else " · " + say("liquidity {liquidity}", liquidity=figures.usd(said.liquidity_usd))
    )
    return f"{said.source}: {figures.usd(said.usd)}{depth} · {figures.age(said.age_seconds)}"
