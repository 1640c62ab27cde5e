"""`/closeall`: closes what a group's members have open, after a question that is its asker's."""

from collections.abc import Mapping

from bot.domain.errors import Refusal
from bot.services.group_closing import GroupClosed
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import running
from bot.telegram.turn import Turn

CLOSING_QUESTION, _ANSWER_SECONDS = "group_closing", 30
CLOSING_BEGUN, _REMEMBERED_SECONDS = "group_closing_begun", 24 * 3600


async def close_all(turn: Turn, _arguments: Arguments) -> None:
    """Ask whether to close all paper positions of this group's members."""
    found = await turn.services.rooms.closing.question(turn.user, turn.chat_id)
    data = {"nonce": turn.keys.nonce}
    await turn.services.talk.ask(turn.user, turn.chat_id, CLOSING_QUESTION, data, _ANSWER_SECONDS)
    await turn.show(running.ask_close_all(found, turn.user.first_name, turn.keys))


async def press_group_close(turn: Turn, press: Press) -> None:
    """Close them, as it was asked; what a restart cut off is taken up where it was left."""
    begun = await _begun_before(turn, press)
    if begun is not None:
        await _take_up(turn, begun)
        return
    question = await turn.services.talk.awaiting(turn.user, turn.chat_id)
    is_this = question is not None and question.kind == CLOSING_QUESTION
    if question is None or not is_this or question.data.get("nonce") != press.nonce:
        raise Refusal("question_over")

    async def begin(count: int) -> None:
        kept = {"nonce": press.nonce, "update": _update(turn), "positions": str(count)}
        await turn.services.talk.ask(
            turn.user, turn.chat_id, CLOSING_BEGUN, kept, _REMEMBERED_SECONDS
        )

    closed = await turn.services.rooms.closing.close(turn.request, turn.chat_id, begin)
    await turn.show(running.closed_all(closed))
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def timed_out(_turn: Turn, _press: Press) -> None:
    """Refuse an expired question."""
    raise Refusal("question_over")


async def cut_off(turn: Turn, press: Press) -> None:
    """Refuse an expired question; of what was cut off too long ago, tell how far it came."""
    begun = await _begun_before(turn, press)
    if begun is None:
        raise Refusal("question_over")
    try:
        left = (await turn.services.rooms.closing.question(turn.user, turn.chat_id)).positions
    except Refusal:
        await _own_up(turn, begun)
        return
    await turn.show(running.closing_cut_off(begun, left))
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def _take_up(turn: Turn, begun: int) -> None:
    try:
        rest = await turn.services.rooms.closing.close(turn.request, turn.chat_id, _already_kept)
    except Refusal:
        await _own_up(turn, begun)
        return
    closed = GroupClosed(closed=max(begun - rest.left, rest.closed), left=rest.left)
    await turn.show(running.closed_all(closed, was_cut_off=True))
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def _own_up(turn: Turn, begun: int) -> None:
    await turn.show(running.closing_unknown(begun))
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def _already_kept(_count: int) -> None:
    """Keep nothing: what was there at first is known."""


async def _begun_before(turn: Turn, press: Press) -> int | None:
    """Give how many there were, if this very press was being acted on when the bot stopped."""
    found = await turn.services.talk.awaiting(turn.user, turn.chat_id)
    wanted = {"nonce": press.nonce, "update": _update(turn)}
    if found is None or found.kind != CLOSING_BEGUN or not _holds(found.data, wanted):
        return None
    return int(found.data["positions"])


def _holds(data: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(data.get(name) == value for name, value in wanted.items())


def _update(turn: Turn) -> str:
    return str(turn.request.update_id)
