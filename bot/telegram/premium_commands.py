"""The rows of both tables about premium for Stars."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import premium
from bot.telegram.questions import timed_out
from bot.telegram.turn import Action, Command, Place
from bot.words.speech import later

_SHELF = later("Premium")

PREMIUM_COMMANDS: tuple[Command, ...] = (
    Command(
        name="subscribe",
        aliases=("upgrade",),
        handler=premium.subscribe,
        permission=Permission.SUBSCRIBE,
        place=Place.PRIVATE,
        help_line="premium for Telegram Stars: what it gives, and until when",
        long_help="Paid by Telegram for 30 days, renewed until you stop it here or in Telegram.",
        example="/subscribe",
    ),
    Command(
        name="paysupport",
        shelf=_SHELF,
        handler=premium.support,
        permission=Permission.READ_HELP,
        place=Place.PRIVATE,
        help_line="help with a payment",
        long_help="What to do where premium is missing, or was paid by mistake.",
        example="/paysupport",
    ),
    Command(
        name="terms",
        shelf=_SHELF,
        handler=premium.terms,
        permission=Permission.READ_HELP,
        place=Place.PRIVATE,
        help_line="what is bought with premium",
        long_help="Terms, renewals and refunds in a few sentences.",
        example="/terms",
    ),
    Command(
        name="refund",
        handler=premium.refund,
        permission=Permission.MANAGE_PEOPLE,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.REST, shown="CHARGE"),),
        help_line="give the Stars of a payment back",
        long_help="For admins; asks first. CHARGE is the payment's id. What it gave ends.",
        example="/refund stxAbc123",
        is_guided=True,
        is_dangerous=True,
    ),
)

PREMIUM_ACTIONS: tuple[Action, ...] = (
    Action(name="subscr", handler=premium.press_subscribe, permission=Permission.SUBSCRIBE),
    Action(name="norenw", handler=premium.press_stop, permission=Permission.VIEW_OWN),
    Action(name="renew", handler=premium.press_renew, permission=Permission.VIEW_OWN),
    Action(
        name="refund",
        handler=premium.press_refund,
        permission=Permission.MANAGE_PEOPLE,
        is_money=True,
        when_stale=timed_out,
    ),
    Action(name="norefn", handler=premium.press_no, permission=Permission.READ_HELP),
)
