"""Looking people up: `/whois`, `/users` and `/authorized`."""

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import PersonFile
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.people import named_person, private_keys
from bot.telegram.layout import to_send
from bot.telegram.screens import people as screens
from bot.telegram.turn import Turn

_LAST_PAGE = 100_000


async def whois(turn: Turn, arguments: Arguments) -> None:
    """Show who somebody is, in the private chat: `/whois USER`."""
    person = await named_person(turn, list(arguments.words))
    keys = private_keys(turn)

    def answer(found: PersonFile) -> tuple[Notice, ...]:
        screen = screens.file(found, keys)
        if turn.is_private:
            return turn.with_screen(screen)
        beside = turn.with_screen(screens.answered_privately())
        return (*beside, to_send(screen, turn.user.user_id))

    await turn.services.people.roster.look(turn.request, person.user_id, answer)


async def users(turn: Turn, arguments: Arguments) -> None:
    """List people, or those who are searched for: `/users [search]`; in a group only count them."""
    if not turn.is_private:
        counted = await turn.services.people.roster.headcount(turn.user)
        await turn.show(screens.headcount(counted, turn.keys))
        return
    found = await turn.services.people.roster.page(turn.user, " ".join(arguments.words), 0)
    await turn.show(screens.page(found, turn.keys))


async def press_users(turn: Turn, press: Press) -> None:
    """Turn a page."""
    if press.target > _LAST_PAGE:
        raise Refusal("bad_button")
    found = await turn.services.people.roster.page(turn.user, press.argument, press.target)
    await turn.show(screens.page(found, turn.keys))


async def authorized(turn: Turn, _arguments: Arguments) -> None:
    """List who has a role by whom, and the invitations that can be used."""
    found = await turn.services.people.roster.authorized(turn.user)
    await turn.show(screens.authorized(found, turn.keys))
