"""The way from paper to live: `/live`, the step up, `/twin`, and what admins may ask for."""

from bot.domain.approvals import ApprovalKind
from bot.domain.errors import Refusal
from bot.domain.gate import GateState, Stage
from bot.domain.notices import Notice
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands import approvals, people
from bot.telegram.screens import live_gate as screens
from bot.telegram.screens import live_twins as twin_screens
from bot.telegram.turn import Turn


async def live(turn: Turn, _arguments: Arguments) -> None:
    """Show the stage, its caps, and what the next one asks for."""
    await turn.show(screens.gate(await turn.live().gate.view(turn.user), turn.keys))


async def press_gate(turn: Turn, _press: Press) -> None:
    """Show or refresh it in place."""
    await live(turn, Arguments())


async def press_rules(turn: Turn, _press: Press) -> None:
    """Tell what counts."""
    await turn.show(screens.rules(await turn.live().gate.view(turn.user), turn.keys))


async def press_rise(turn: Turn, press: Press) -> None:
    """Go the step up that the button names, where the record still says so."""
    gate = turn.live().gate
    above = (await gate.stage_of(turn.user.user_id)).above
    if above is None or above.rank != press.target:
        raise Refusal("gate_moved")

    def answer(state: GateState) -> tuple[Notice, ...]:
        return turn.with_screen(screens.risen(state, gate.caps_of(state.stage), turn.keys))

    await gate.rise(turn.request, answer)


async def twin(turn: Turn, _arguments: Arguments) -> None:
    """Show what live orders came out worse than their paper twins."""
    await turn.show(twin_screens.twins(await turn.live().twins.view(turn.user), turn.keys))


async def press_twin(turn: Turn, _press: Press) -> None:
    """Show or refresh it in place."""
    await twin(turn, Arguments())


async def gate(turn: Turn, arguments: Arguments) -> None:
    """Ask whether to ask the others to move somebody: `/gate USER STAGE reason`."""
    words = list(arguments.words)
    person = await people.named_person(turn, words)
    stage = _stage(words.pop(0) if words else "")
    if not words:
        raise Refusal("reason_missing")
    details = {"stage": stage.value, "cooling_seconds": str(turn.live().gate.cooling_seconds)}
    await approvals.ask_wish(turn, person, ApprovalKind.GATE, details, words)


def _stage(word: str) -> Stage:
    if word.casefold() not in set(Stage):
        raise Refusal("bad_stage", text=word[:32])
    return Stage(word.casefold())
