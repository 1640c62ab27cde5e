"""The welcome, the list of commands, and what each one does."""

from collections.abc import Sequence

from bot.domain.instruments import Token
from bot.domain.users import Mode, User
from bot.services.views import Portfolio
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, in_rows, key, lines, named, private_row
from bot.telegram.rich_text import Bold, Code, Text
from bot.telegram.screens import figures
from bot.telegram.screens.market import token_keys
from bot.telegram.texts import HOW_IT_WORKS
from bot.telegram.turn import Command


def welcome(portfolio: Portfolio, tokens: Sequence[Token], keys: Keys) -> Screen:
    """Greet a person with what they have and where to begin."""
    name = named(portfolio.user.first_name, 24)
    free = figures.with_sol(portfolio.wallet.cash_lamports)
    return Screen(
        text=lines(
            headed(Mode.PAPER, Text("Welcome, ", name, f". You have {free} to practise with.")),
            "Real prices, real pool depth, every fee a real swap would pay. "
            "Nothing here is real money.",
            "Paste a token address, or try one:" if tokens else "Paste a token address to begin.",
        ),
        rows=(
            *token_keys(tokens, keys, "card"),
            (key(keys, "How it works", "how"), key(keys, "Wallet", "wallet")),
            (key(keys, "Commands", "help"),),
        ),
    )


def welcome_group(user: User, keys: Keys) -> Screen:
    """Greet a group without anybody's figures."""
    return Screen(
        text=lines(
            Text("Hello, ", named(user.first_name, 24), "."),
            "Here I show prices: paste a token address, or try /price. "
            "Wallets and orders live in the private chat.",
        ),
        rows=(private_row(keys, "start"),),
    )


def how_it_works(keys: Keys) -> Screen:
    """Explain paper trading in a few sentences."""
    return Screen(
        text=lines(headed(Mode.PAPER, "How it works"), *HOW_IT_WORKS),
        rows=((key(keys, "Back", "start"), key(keys, "Commands", "help")),),
    )


def overview(commands: Sequence[Command], keys: Keys) -> Screen:
    """List the commands, one line each; those of a shelf share one."""
    rows = in_rows(key(keys, command.name, "help", 0, command.name) for command in commands[:12])
    back = ((key(keys, "Back", "start"),),) if keys.is_private else ()
    return Screen(
        text=lines(
            Bold("Commands"),
            *(
                f"/{command.name} · {command.help_line}"
                for command in commands
                if not command.shelf
            ),
            *_shelves(commands),
            "A token's address alone in a message shows its card.",
        ),
        rows=(*rows[:4], *back),
    )


def _shelves(commands: Sequence[Command]) -> list[str]:
    shelves: dict[str, list[str]] = {}
    for command in commands:
        if command.shelf:
            shelves.setdefault(command.shelf, []).append(f"/{command.name}")
    return [f"{shelf}: {' '.join(names)}" for shelf, names in shelves.items()]


def topic(command: Command, keys: Keys) -> Screen:
    """Explain one command."""
    return Screen(
        text=lines(
            Text(Code(command.usage), f" · {command.help_line}"),
            command.long_help,
            Text("Example: ", Code(command.example)),
            f"Also: {', '.join(f'/{alias}' for alias in command.aliases)}"
            if command.aliases
            else "",
        ),
        rows=((key(keys, "All commands", "help"),),),
    )
