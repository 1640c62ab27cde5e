"""The welcome, the list of commands, and what each one does."""

from collections.abc import Sequence

from bot.domain.instruments import Token
from bot.domain.users import Mode, User
from bot.services.views import Portfolio
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, in_rows, key, lines, named, private_row
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.market import token_keys
from bot.telegram.texts import HOW_IT_WORKS
from bot.telegram.turn import Command
from bot.words.speech import say


def welcome(portfolio: Portfolio, tokens: Sequence[Token], keys: Keys) -> Screen:
    """Greet a person with what they have and where to begin."""
    name = named(portfolio.user.first_name, 24)
    free = figures.with_sol(portfolio.wallet.cash_lamports)
    return Screen(
        text=lines(
            headed(
                Mode.PAPER,
                marked("Welcome, {name}. You have {free} to practise with.", name=name, free=free),
            ),
            say(
                "Real prices, real pool depth, every fee a real swap would pay. "
                "Nothing here is real money."
            ),
            say("Paste a token address, or try one:")
            if tokens
            else say("Paste a token address to begin."),
        ),
        rows=(
            *token_keys(tokens, keys, "card"),
            (key(keys, say("How it works"), "how"), key(keys, say("Wallet"), "wallet")),
            (key(keys, say("Commands"), "help"),),
        ),
    )


def welcome_group(user: User, keys: Keys) -> Screen:
    """Greet a group without anybody's figures."""
    return Screen(
        text=lines(
            marked("Hello, {name}.", name=named(user.first_name, 24)),
            say(
                "Here I show prices: paste a token address, or try /price. "
                "Wallets and orders live in the private chat."
            ),
        ),
        rows=(private_row(keys, "start"),),
    )


def how_it_works(keys: Keys) -> Screen:
    """Explain paper trading in a few sentences."""
    return Screen(
        text=lines(headed(Mode.PAPER, say("How it works")), *(say(line) for line in HOW_IT_WORKS)),
        rows=((key(keys, say("Back"), "start"), key(keys, say("Commands"), "help")),),
    )


def overview(commands: Sequence[Command], keys: Keys) -> Screen:
    """List the commands, one line each; those of a shelf share one."""
    rows = in_rows(key(keys, command.name, "help", 0, command.name) for command in commands[:12])
    back = ((key(keys, say("Back"), "start"),),) if keys.is_private else ()
    return Screen(
        text=lines(
            Bold(say("Commands")),
            *(
                f"/{command.name} · {say(command.help_line)}"
                for command in commands
                if not command.shelf
            ),
            *_shelves(commands),
            say("A token's address alone in a message shows its card."),
        ),
        rows=(*rows[:4], *back),
    )


def _shelves(commands: Sequence[Command]) -> list[str]:
    shelves: dict[str, list[str]] = {}
    for command in commands:
        if command.shelf:
            shelves.setdefault(command.shelf, []).append(f"/{command.name}")
    return [f"{say(shelf)}: {' '.join(names)}" for shelf, names in shelves.items()]


def topic(command: Command, keys: Keys) -> Screen:
    """Explain one command."""
    return Screen(
        text=lines(
            Text(Code(command.usage), f" · {say(command.help_line)}"),
            say(command.long_help),
            marked("Example: {example}", example=Code(command.example)),
            say("Also: {names}", names=", ".join(f"/{alias}" for alias in command.aliases))
            if command.aliases
            else "",
        ),
        rows=((key(keys, say("All commands"), "help"),),),
    )
