"""The addresses that one withdraws to: `/addresses`, adding with a wait, removing at once."""

from collections.abc import Sequence

from bot.domain.errors import Refusal
from bot.domain.money import whole_from_text
from bot.domain.notices import Notice
from bot.domain.withdrawals import ListedAddress
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import withdrawals as screen
from bot.telegram.turn import Turn

ADDRESS_QUESTION = "withdrawal_address"
_QUESTION_SECONDS = 600
_UNNAMED = "wallet"
_LONGEST_ECHO = 64


async def addresses(turn: Turn, arguments: Arguments) -> None:
    """Show the list, add to it, or take off it."""
    turn.live()
    match [arguments.words[0].casefold(), *arguments.words[1:]] if arguments.words else []:
        case []:
            await _show(turn)
        case ["add"]:
            await _ask(turn)
        case ["add", address, *name]:
            await _add(turn, address, " ".join(name))
        case ["remove" | "rm" | "delete", number]:
            await _remove(turn, whole_from_text(number))
        case _:
            raise Refusal("addresses_usage")


async def answer_address(turn: Turn, _data: dict[str, str]) -> None:
    """Take the address that was asked for, with a name behind it."""
    address, _, name = turn.text.strip().partition(" ")
    await _add(turn, address, name.strip())


async def press_addresses(turn: Turn, _press: Press) -> None:
    """Show the list in place."""
    await _show(turn)


async def press_add(turn: Turn, _press: Press) -> None:
    """Ask for an address."""
    turn.live()
    await _ask(turn)


async def press_remove(turn: Turn, press: Press) -> None:
    """Take an address off the list, however old the button is."""
    await _remove(turn, press.target)


async def _show(turn: Turn) -> None:
    listed = await turn.live().withdrawals.addresses.own(turn.user)
    await turn.show(screen.addresses(listed, turn.request.received_at, turn.keys))


async def _ask(turn: Turn) -> None:
    await turn.services.talk.ask(turn.user, turn.chat_id, ADDRESS_QUESTION, {}, _QUESTION_SECONDS)
    await turn.ask(screen.ask_address())


async def _add(turn: Turn, address: str, name: str) -> None:
    def answer(added: ListedAddress) -> Sequence[Notice]:
        return turn.with_screen(screen.address_added(added, turn.keys))

    await turn.live().withdrawals.addresses.add(turn.request, address, name or _UNNAMED, answer)
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def _remove(turn: Turn, number: int) -> None:
    def answer(removed: ListedAddress) -> Sequence[Notice]:
        return turn.with_screen(screen.address_removed(removed, turn.keys))

    await turn.live().withdrawals.addresses.remove(turn.request, number, answer)
