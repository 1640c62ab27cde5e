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
from bot.telegram.shelves import shelves, slug
from bot.telegram.texts import HOW_IT_WORKS
from bot.telegram.tour_texts import TOUR
from bot.telegram.turn import Command
from bot.words.speech import say, translated

_MOST_BUTTONS = 12


def welcome(portfolio: Portfolio, tokens: Sequence[Token], keys: Keys) -> Screen:
    """Greet a person with what they have and where to begin."""
    is_new = portfolio.wallet.version == 0
    return Screen(
        text=lines(
            headed(keys.mode, _greeting(portfolio, keys.mode)),
            say(
                "Real prices, real pool depth, every fee a real swap would pay. "
                "Nothing here is real money."
            )
            if keys.mode is Mode.PAPER
            else say("Each order is a swap on Solana with your own money. /mode paper goes back."),
            say("Paste a token address, or try one:")
            if tokens
            else say("Paste a token address to begin."),
        ),
        rows=(
            *(((key(keys, say("Show me around"), "tour", 0, "1"),),) if is_new else ()),
            *token_keys(tokens, keys, "card"),
            (key(keys, say("How it works"), "how"), key(keys, say("Wallet"), "wallet")),
            (key(keys, say("Commands"), "help"),),
        ),
    )


def _greeting(portfolio: Portfolio, mode: Mode) -> Text:
    name = named(portfolio.user.first_name, 24)
    free = figures.with_sol(portfolio.wallet.cash_lamports)
    if mode is Mode.LIVE:
        return marked("Welcome, {name}. You have {free} in your live wallet.", name=name, free=free)
    return marked("Welcome, {name}. You have {free} to practise with.", name=name, free=free)


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
    """List the commands by shelf, with a button for each shelf."""
    found = shelves(commands)
    buttons = [key(keys, translated(shelf), "help", 0, slug(shelf)) for shelf in found]
    more = (key(keys, say("Back"), "start"), key(keys, say("Show me around"), "tour", 0, "1"))
    return Screen(
        text=lines(
            Bold(say("Commands")),
            *(
                f"{translated(shelf)}: {' '.join(f'/{row.name}' for row in rows)}"
                for shelf, rows in found.items()
            ),
            say("A token's address alone in a message shows its card."),
        ),
        rows=(*in_rows(buttons), *((more,) if keys.is_private else ())),
    )


def shelf(name: str, commands: Sequence[Command], keys: Keys) -> Screen:
    """Explain the commands of one shelf, a line each."""
    buttons = (key(keys, row.name, "help", 0, row.name) for row in commands[:_MOST_BUTTONS])
    return Screen(
        text=lines(
            Bold(translated(name)),
            *(f"/{row.name} · {say(row.help_line)}" for row in commands),
        ),
        rows=(*in_rows(buttons), (key(keys, say("All commands"), "help"),)),
    )


def tour(step: int, keys: Keys) -> Screen:
    """Show one of the four messages that show a newcomer around."""
    title, *told = TOUR[step - 1]
    is_last = step == len(TOUR)
    onward = (
        key(keys, say("Begin"), "start")
        if is_last
        else key(keys, say("Next"), "tour", 0, str(step + 1))
    )
    return Screen(
        text=lines(
            headed(keys.mode, say("{title} ({step} of {last})", title=translated(title),
                                   step=step, last=len(TOUR))),
            *map(translated, told),
        ),
        rows=((onward, key(keys, say("Commands"), "help")),),
    )  # fmt: skip


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
