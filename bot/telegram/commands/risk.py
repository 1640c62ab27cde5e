"""A person's risk: `/risk`, `/locks`, `/unlock`, and the limits that they set themselves."""

from bot.domain.errors import Refusal
from bot.domain.money import units_from_text, whole_from_text
from bot.domain.risk import RiskLimit
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import risk
from bot.telegram.screens.running import exposure
from bot.telegram.turn import Turn

_SET, _OFF = "set", "role"
_PERCENT_DECIMALS, _WHOLE_BPS = 2, 10_000
_WORDS_OF_SET = 3
_LONGEST_PAUSE_MINUTES = 7 * 24 * 60


async def show(turn: Turn, arguments: Arguments) -> None:
    """Show the risk, or set a limit: `/risk set daily_loss 5%`."""
    words = arguments.words
    if not turn.is_private:
        await _show_totals(turn)
        return
    if not words:
        await turn.show(risk.risk(await turn.services.guards.risk.view(turn.user), turn.keys))
        return
    if len(words) != _WORDS_OF_SET or words[0].casefold() != _SET:
        raise Refusal("bad_risk_words", text=" ".join(words)[:32])
    limit = _limit(words[1])
    await turn.services.guards.risk.set_limit(
        turn.request,
        limit,
        _value(limit, words[2]),
        lambda known, value: turn.with_screen(risk.limit_set(known, value, turn.keys)),
    )


async def _show_totals(turn: Turn) -> None:
    """Show everybody's risk in sums: in a group nobody's own is told."""
    totals = await turn.services.rooms.running.totals(turn.user)
    symbols = [turn.services.rooms.running.symbol(one) for one, _, _ in totals.by_token]
    await turn.show(exposure(totals, symbols, turn.keys))


async def locks(turn: Turn, _arguments: Arguments) -> None:
    """List what holds entries back."""
    await turn.show(risk.locks(await turn.services.guards.risk.locks(turn.user), turn.keys))


async def unlock(turn: Turn, arguments: Arguments) -> None:
    """Lift a lock as typed, or list them."""
    if arguments.number is None:
        await locks(turn, arguments)
        return
    await _unlock(turn, arguments.number)


async def press_risk(turn: Turn, _press: Press) -> None:
    """Show or refresh the risk in place."""
    await show(turn, Arguments())


async def press_locks(turn: Turn, _press: Press) -> None:
    """Show or refresh the locks in place."""
    await locks(turn, Arguments())


async def press_unlock(turn: Turn, press: Press) -> None:
    """Lift a lock."""
    await _unlock(turn, press.target)


async def _unlock(turn: Turn, lock_id: int) -> None:
    screen = risk.unlocked(lock_id, turn.keys)
    await turn.services.guards.risk.unlock(turn.request, lock_id, turn.with_screen(screen))


def _limit(word: str) -> RiskLimit:
    try:
        return RiskLimit(word.casefold())
    except ValueError:
        raise Refusal("bad_limit_name", text=word[:32]) from None


def _value(limit: RiskLimit, word: str) -> int | None:
    if word.casefold() == _OFF:
        return None
    if limit is RiskLimit.COOLDOWN:
        minutes = whole_from_text(word.casefold().removesuffix("m"))
        return min(minutes, _LONGEST_PAUSE_MINUTES) * 60
    if limit is RiskLimit.POSITIONS:
        return whole_from_text(word)
    bps = units_from_text(word.removesuffix("%"), _PERCENT_DECIMALS)
    if bps > _WHOLE_BPS:
        raise Refusal("not_a_percentage", text=word[:32])
    return bps
