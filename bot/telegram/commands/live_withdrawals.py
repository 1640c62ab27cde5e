"""Withdrawing: `/withdraw`, its steps by buttons, and stopping what waits."""

import re
from collections.abc import Sequence

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.money import SOL_DECIMALS, percent_from_text, units_from_text, whole_from_text
from bot.domain.notices import Notice
from bot.domain.withdrawals import ListedAddress, Withdrawal, WithdrawalWish
from bot.services.live_wallets import FIRST_WALLET
from bot.services.withdrawals import Available
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.market import token_id_of
from bot.telegram.layout import to_send
from bot.telegram.login_links import WITHDRAWAL_PAGE, with_login_link
from bot.telegram.screens import withdrawal_news
from bot.telegram.screens import withdrawals as screen
from bot.telegram.turn import Turn

AMOUNT_QUESTION = "withdrawal_amount"
_QUESTION_SECONDS = 600
_SOL = 0
_WHOLE = 100
_FORM = re.compile(r"a([0-9]{1,6})(?:p([0-9]{1,3}))?", re.ASCII)
_LONGEST_TEXT = 30


async def withdraw(turn: Turn, arguments: Arguments) -> None:
    """Show what can be withdrawn, or ask for the code of what is named."""
    turn.live()
    match list(arguments.words):
        case []:
            await _show(turn)
        case [amount, asset, to]:
            token_id = await _asset_id(turn, asset)
            await _ask(turn, amount, token_id, await _address_number(turn, to))
        case _:
            raise Refusal("withdraw_usage")


async def press_withdraw(turn: Turn, _press: Press) -> None:
    """Show what can be withdrawn in place."""
    await _show(turn)


async def press_asset(turn: Turn, press: Press) -> None:
    """Ask where to."""
    listed = await turn.live().withdrawals.addresses.own(turn.user)
    token = (await _available(turn, press.target)).token
    await turn.show(screen.pick_address(listed, token, turn.request.received_at, turn.keys))


async def press_address(turn: Turn, press: Press) -> None:
    """Ask how much; the answer may be typed."""
    address = await _address(turn, _read(press)[0])
    available = await _available(turn, press.target)
    data = {"token": str(press.target), "to": str(address.number)}
    await turn.services.talk.ask(turn.user, turn.chat_id, AMOUNT_QUESTION, data, _QUESTION_SECONDS)
    await turn.show(screen.pick_amount(available.units, available.token, address, turn.keys))


async def press_amount(turn: Turn, press: Press) -> None:
    """Ask for the code of a share."""
    number, percent = _read(press)
    await _ask(turn, f"{percent}%", press.target, number)


async def answer_amount(turn: Turn, data: dict[str, str]) -> None:
    """Ask for the code of what was typed."""
    await _ask(turn, turn.text.strip(), int(data["token"]), int(data["to"]))


async def press_stop(turn: Turn, press: Press) -> None:
    """Stop a withdrawal that is not being sent yet, however old the button is."""

    def answer(withdrawal: Withdrawal) -> Sequence[Notice]:
        return turn.with_screen(withdrawal_news.cancelled(withdrawal, turn.keys))

    await turn.live().withdrawals.asking.cancel(turn.request, press.target, answer)


async def _show(turn: Turn) -> None:
    bundle = turn.live().withdrawals
    recent = [
        (each, bundle.asking.token_of(each)) for each in await bundle.asking.recent(turn.user)
    ]
    shown = screen.overview(
        await bundle.asking.available(turn.user),
        recent,
        turn.keys,
        has_addresses=bool(await bundle.addresses.own(turn.user)),
    )
    await turn.show(shown)


async def _ask(turn: Turn, text: str, token_id: int, address_number: int) -> None:
    """Ask for the code: what is meant is echoed in numbers, and the page's link is sent."""
    bundle = turn.live().withdrawals
    available = await _available(turn, token_id)
    units, said = _units(text[:_LONGEST_TEXT], available)
    wish = WithdrawalWish(
        wallet_number=FIRST_WALLET,
        token_id=token_id or None,
        amount=units,
        address_number=address_number,
    )

    def answer(withdrawal: Withdrawal) -> Sequence[Notice]:
        shown = to_send(screen.asked(withdrawal, available.token, said), turn.user.user_id)
        label = screen.code_label()
        link = with_login_link(shown, turn.user.user_id, label, to=WITHDRAWAL_PAGE)
        return (*turn.toasted(""), link) if turn.pressed else (link,)

    await bundle.asking.ask(turn.request, wish, answer)
    await turn.services.talk.drop(turn.user, turn.chat_id)


def _units(text: str, available: Available) -> tuple[int, str]:
    """Read an amount; gives it with what was said where that was a share."""
    if text.casefold() == "all":
        return available.units, text
    if text.endswith("%"):
        return available.units * percent_from_text(text) // _WHOLE, text
    token = available.token
    if token is not None and token.rules.ui.older != 1:
        raise Refusal("withdrawal_parts_only", symbol=token.symbol)
    units = units_from_text(text, token.decimals if token else SOL_DECIMALS)
    if units > available.units:
        raise Refusal("withdrawal_short")
    return units, ""


async def _available(turn: Turn, token_id: int) -> Available:
    found = await turn.live().withdrawals.asking.available(turn.user)
    for each in found:
        if _id_of(each.token) == token_id:
            return each
    raise Refusal("withdrawal_short")


def _id_of(token: Token | None) -> int:
    return token.token_id if token else _SOL


async def _asset_id(turn: Turn, text: str) -> int:
    return _SOL if text.casefold() == "sol" else await token_id_of(turn, text)


async def _address_number(turn: Turn, text: str) -> int:
    """Give the number that a name or number of the list stands for."""
    for address in await turn.live().withdrawals.addresses.own(turn.user):
        if text.casefold() == address.label.casefold() or text == address.address:
            return address.number
    return whole_from_text(text)


async def _address(turn: Turn, number: int) -> ListedAddress:
    listed = await turn.live().withdrawals.addresses.own(turn.user)
    address = next((each for each in listed if each.number == number), None)
    if address is None:
        raise Refusal("unknown_address", number=number)
    return address


def _read(press: Press) -> tuple[int, int]:
    found = _FORM.fullmatch(press.argument)
    if found is None:
        raise Refusal("bad_button")
    return int(found[1]), int(found[2] or _WHOLE)
