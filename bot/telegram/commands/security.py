"""The security of one's account: `/dashboard`, `/security`, and freezing it at once."""

from bot.domain.factors import could_be_factor
from bot.domain.notices import Notice
from bot.domain.users import PERMISSIONS, Permission
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.people import ask_freeze
from bot.telegram.layout import Screen, to_delete, to_send
from bot.telegram.login_links import with_login_link
from bot.telegram.rich_text import Text
from bot.telegram.screens import security
from bot.telegram.turn import Turn
from bot.words.speech import say

FACTOR_QUESTION = "factor"
_LISTEN_SECONDS = 600


async def dashboard(turn: Turn, _arguments: Arguments) -> None:
    """Send a link to one's account page."""
    await _watch_for_factors(turn)
    await turn.finish((_link(turn),))


async def show(turn: Turn, _arguments: Arguments) -> None:
    """Show the state of one's security."""
    await _watch_for_factors(turn)
    bundle = turn.services.security
    screen = security.overview(
        turn.user,
        await bundle.factors.state(turn.user),
        await bundle.freezes.standing(turn.user),
        turn.keys,
        are_offered=bundle.factors.are_offered,
    )
    await turn.show(screen)


async def freeze(turn: Turn, arguments: Arguments) -> None:
    """Freeze one's own account at once; an admin who names somebody is asked about them.

    Whoever is no admin means their own, whatever they write behind it in their haste.
    """
    if arguments.words and Permission.MANAGE_PEOPLE in PERMISSIONS[turn.user.role]:
        await ask_freeze(turn, arguments.words)
        return
    bundle = turn.services.security
    state = await bundle.factors.state(turn.user)
    screen = security.frozen(state, bundle.freezes.delay, turn.keys)
    await bundle.freezes.freeze_self(turn.request, turn.with_screen(screen))


async def press_dashboard(turn: Turn, _press: Press) -> None:
    """Send a link to one's account page, as a message of its own."""
    await _watch_for_factors(turn)
    await turn.finish((*turn.toasted(""), _link(turn)))


async def press_security(turn: Turn, _press: Press) -> None:
    """Show the state of one's security in place."""
    await show(turn, Arguments())


async def press_freeze(turn: Turn, _press: Press) -> None:
    """Freeze one's own account at once, however old the button is."""
    await freeze(turn, Arguments())


async def press_keep(turn: Turn, _press: Press) -> None:
    """Stay frozen after all."""
    answer = turn.with_screen(security.kept(turn.keys))
    await turn.services.security.freezes.keep(turn.request, answer)


async def refuse_factor(turn: Turn) -> bool:
    """Take a PIN or code that somebody typed out of the chat; tells whether it was one."""
    if not could_be_factor(turn.text.strip()):
        return False
    await turn.services.talk.hide(turn.request)
    words = say(
        "🔒 That looked like a PIN or a code, so I took it out of our chat and did nothing with "
        "it. I never ask for one here: type it on your account page only, /dashboard. If it was "
        "your PIN, change it there."
    )
    taken = to_delete(turn.chat_id, turn.message_id)
    await turn.finish((taken, to_send(Screen(text=Text(words)), turn.chat_id)))
    return True


async def _watch_for_factors(turn: Turn) -> None:
    """Expect for a while that a PIN or code is typed where it does not belong."""
    await turn.services.talk.ask(turn.user, turn.chat_id, FACTOR_QUESTION, {}, _LISTEN_SECONDS)


def _link(turn: Turn) -> Notice:
    message = to_send(security.dashboard_link(), turn.user.user_id)
    return with_login_link(message, turn.user.user_id, security.link_label())
