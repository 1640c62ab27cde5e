"""The rows of the two tables that are about wallets elsewhere, which are only looked at."""

from bot.domain.users import Permission
from bot.telegram.commands import linked_wallets
from bot.telegram.turn import Action, Command, Place
from bot.words.speech import later

LINKED_COMMANDS: tuple[Command, ...] = (
    Command(
        name="linked",
        shelf="Account",
        handler=linked_wallets.linked,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        help_line=later("wallets of yours elsewhere, watch-only"),
        long_help=later(
            "What they have, and nothing else: I have no key of theirs. One is linked on your "
            "account page, by a message that it signs."
        ),
        example="/linked",
    ),
)
LINKED_ACTIONS: tuple[Action, ...] = (
    Action(
        name="linked",
        handler=linked_wallets.press_linked,
        permission=Permission.VIEW_OWN,
        when_stale=linked_wallets.press_linked,
    ),
    Action(name="unlink", handler=linked_wallets.press_unlink, permission=Permission.VIEW_OWN),
)
