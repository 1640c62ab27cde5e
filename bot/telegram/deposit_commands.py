"""The rows of the two tables that are about paying money in, and getting rent back."""

from bot.domain.users import Permission
from bot.telegram.commands import live_cleanups, live_deposits
from bot.telegram.turn import Action, Command, Place
from bot.words.speech import later

DEPOSIT_COMMANDS: tuple[Command, ...] = (
    Command(
        name="deposit",
        handler=live_deposits.deposit,
        permission=Permission.HOLD_LIVE_WALLET,
        place=Place.PRIVATE,
        help_line=later("pay SOL or tokens into your live wallet"),
        long_help=later(
            "Shows your live wallet's address, as text and as a code to photograph, and what came "
            "and left lately. The wallet is made when you first ask. What is sent there is booked "
            "once it is final on the chain, some 15 seconds later."
        ),
        example="/deposit",
    ),
    Command(
        name="cleanup",
        shelf=later("Real money"),
        handler=live_cleanups.cleanup,
        permission=Permission.LEAVE_LIVE,
        place=Place.PRIVATE,
        help_line=later("close empty token accounts and get their rent back"),
        long_help=later(
            "Solana asks a little rent for each token account. When you have sold all of a token, "
            "its account stays, with the rent in it, until it is closed."
        ),
        example="/cleanup",
        is_dangerous=True,
    ),
)
DEPOSIT_ACTIONS: tuple[Action, ...] = (
    Action(
        name="ldep",
        handler=live_deposits.press_deposit,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        is_of_any_mode=True,
    ),
    Action(
        name="lcln",
        handler=live_cleanups.press_cleanup,
        permission=Permission.LEAVE_LIVE,
        place=Place.PRIVATE,
        is_money=True,
        when_stale=live_cleanups.stale_cleanup,
        is_of_any_mode=True,
    ),
)
