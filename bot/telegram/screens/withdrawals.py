"""Withdrawals in chat: one's addresses, what can be withdrawn, and the question for the code."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.instruments import Token
from bot.domain.money import SOL_DECIMALS, ui_amount
from bot.domain.users import Mode
from bot.domain.withdrawals import ListedAddress, Withdrawal, WithdrawalState
from bot.services.withdrawals import Available
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, danger, headed, key, label, lines, named
from bot.telegram.rich_text import Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say

_MOST_BUTTONS = 5
_STATES: Mapping[WithdrawalState, str] = {
    WithdrawalState.ASKED: later("waits for your code"),
    WithdrawalState.WAITING: later("⏳ will be sent"),
    WithdrawalState.SENDING: later("⏳ being sent"),
    WithdrawalState.SENT: later("sent"),
    WithdrawalState.FAILED: later("failed, nothing left"),
    WithdrawalState.CANCELLED: later("cancelled"),
    WithdrawalState.LAPSED: later("no code in time"),
}


def addresses(listed: Sequence[ListedAddress], now: datetime, keys: Keys) -> Screen:
    """Show the list, what waits, and the ways to change it."""
    removing = tuple(
        key(keys, say("Remove {number}", number=each.number), "wdrop", each.number)
        for each in listed[:_MOST_BUTTONS]
    )
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Your withdrawal addresses")),
            *(_address_line(each, now) for each in listed),
            None if listed else say("None yet. Money can only go to addresses of this list."),
            say("A new address can be used after a wait; removing one works at once."),
        ),
        rows=(
            (key(keys, say("Add an address"), "wadd"), key(keys, say("Withdraw"), "wdraw")),
            *((removing,) if removing else ()),
        ),
    )


def ask_address() -> Screen:
    """Ask for an address and its name."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Paste the address, and a name if you like")),
            say("Copy it from your own wallet or from the exchange's page (Deposit, Solana)."),
            say("Never from a history of payments: thieves put look-alikes there."),
        ),
        ask=say("ADDRESS main"),
    )


def address_added(address: ListedAddress, keys: Keys) -> Screen:
    """Show what was listed, in full, and from when it counts."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("New withdrawal address")),
            Code(address.address),
            marked("Name: {name}", name=named(address.label)),
            _from_when(address),
            say("Compare every character with where you copied it from."),
            say("If that was not you, remove it and freeze your account now."),
        ),
        rows=(
            (key(keys, say("My addresses"), "waddrs"),),
            (danger(keys, say("Freeze my account"), "sfrz"),),
        ),
    )


def address_removed(address: ListedAddress, keys: Keys) -> Screen:
    """Show what is off the list."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Address removed")),
            Code(address.address),
            say("Nothing goes there any more; what was under way is stopped."),
        ),
        rows=((key(keys, say("My addresses"), "waddrs"),),),
    )


def overview(
    available: Sequence[Available],
    recent: Sequence[tuple[Withdrawal, Token | None]],
    keys: Keys,
    *,
    has_addresses: bool,
) -> Screen:
    """Show what can be withdrawn, and what was of late."""
    assets = tuple(
        key(
            keys,
            _sum(each.token, each.units),
            "wasset",
            each.token.token_id if each.token else 0,
        )
        for each in available[:_MOST_BUTTONS]
        if each.units
    )
    stopping = tuple(
        danger(keys, say("Cancel {number}", number=each.number), "wstop", each.number)
        for each, _ in recent
        if each.state in {WithdrawalState.ASKED, WithdrawalState.WAITING}
    )
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Withdraw")),
            say("Choose what to send, or write it: /withdraw 1.5 SOL 1")
            if assets
            else say("There is nothing to withdraw."),
            None if has_addresses else say("First add the address it is to go to: /addresses."),
            *(_recent_line(each, token) for each, token in recent),
        ),
        rows=(
            *((button,) for button in assets),
            *((stopping[:3],) if stopping else ()),
            (key(keys, say("My addresses"), "waddrs"),),
        ),
    )


def pick_address(
    listed: Sequence[ListedAddress], token: Token | None, now: datetime, keys: Keys
) -> Screen:
    """Ask where to."""
    token_id = token.token_id if token else 0
    usable = [each for each in listed if each.usable_at <= now]
    rows: Rows = tuple(
        (key(keys, _short(each), "wto", token_id, f"a{each.number}"),)
        for each in usable[:_MOST_BUTTONS]
    )
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Send {symbol} where?", symbol=_symbol(token))),
            None if usable else say("No address of your list can be used yet."),
            *(_address_line(each, now) for each in listed),
        ),
        rows=(*rows, (key(keys, say("My addresses"), "waddrs"),)),
    )


def pick_amount(units: int, token: Token | None, address: ListedAddress, keys: Keys) -> Screen:
    """Ask how much; buttons for shares, anything else is typed."""
    token_id = token.token_id if token else 0

    def share(percent: int, words: str) -> Rows:
        return ((key(keys, words, "wmuch", token_id, f"a{address.number}p{percent}"),),)

    return Screen(
        text=lines(
            headed(Mode.LIVE, say("How much?")),
            marked("To {address}", address=Code(address.address)),
            say("At most {amount}. Type an amount, or choose.", amount=_sum(token, units)),
        ),
        rows=(
            *share(25, "25% = " + _sum(token, units // 4)),
            *share(50, "50% = " + _sum(token, units // 2)),
            *share(100, say("All = {amount}", amount=_sum(token, units))),
        ),
    )


def asked(withdrawal: Withdrawal, token: Token | None, said: str) -> Screen:
    """Show exactly what is asked for, in numbers; the link to the page is put in at sending."""
    amount = exact(withdrawal, token)
    echoed = say("{said} = {amount}", said=said, amount=amount) if said else amount
    wait = figures.duration(withdrawal.delay_seconds)
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Withdraw {amount}", amount=echoed)),
            marked("To {address}", address=Code(withdrawal.destination)),
            say("Fee at most {fee}", fee=figures.with_sol(withdrawal.most_fee_lamports)),
            say("Give the code of your authenticator app on the page, within 2 minutes."),
            say("No code, no withdrawal. Behind it you have {time} to stop it.", time=wait),
        )
    )


def code_label() -> str:
    """Give what stands on the button that opens the page."""
    return say("Give the code")


def exact(withdrawal: Withdrawal, token: Token | None) -> str:
    """Give the amount, in full."""
    return exact_units(token, withdrawal.amount)


def exact_units(token: Token | None, units: int) -> str:
    """Give an amount of an asset in full, with its unit."""
    if token is None:
        return f"{ui_amount(units, SOL_DECIMALS).normalize():f} SOL"
    return f"{token.shown(units):f} {label(token.symbol)}"


def _sum(token: Token | None, units: int) -> str:
    if token is None:
        return figures.with_sol(units)
    return f"{figures.amount(token, units)} {label(token.symbol)}"


def _symbol(token: Token | None) -> str:
    return label(token.symbol) if token else "SOL"


def _short(address: ListedAddress) -> str:
    return f"{label(address.label)} {address.address[:4]}…{address.address[-4:]}"


def _address_line(address: ListedAddress, now: datetime) -> Text:
    waits = Text("\n", _from_when(address)) if address.usable_at > now else ""
    name = named(address.label)
    return Text(f"{address.number} ", name, "\n", Code(address.address), waits)


def _from_when(address: ListedAddress) -> str:
    return say("⏳ can be used from {moment} UTC", moment=f"{address.usable_at:%b %d %H:%M}")


def _recent_line(withdrawal: Withdrawal, token: Token | None) -> str:
    state = say(_STATES[withdrawal.state])
    if withdrawal.state is WithdrawalState.WAITING and withdrawal.due_at is not None:
        state = f"{state} {withdrawal.due_at:%H:%M} UTC"
    amount = _sum(token, withdrawal.amount)
    return say("#{number} {amount}: {state}", number=withdrawal.number, amount=amount, state=state)
