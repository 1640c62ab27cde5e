"""News of withdrawals: each begins with the word that says that it is about real money."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.instruments import Token
from bot.domain.users import Mode
from bot.domain.withdrawals import Withdrawal
from bot.ports.chain_sending import WalletChange
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, danger, headed, key, lines
from bot.telegram.rich_text import Code, Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.withdrawals import exact
from bot.words.speech import later, say

_REASONS: Mapping[str, str] = {
    "cancelled": later("You stopped it."),
    "frozen": later("Your account was frozen meanwhile."),
    "funds_left": later("What was held for it has left the wallet, and not by me."),
    "address_removed": later("Its address was taken off your list."),
    "factor_changed": later("Your authenticator app was changed meanwhile."),
    "no_code": later("No code was given within two minutes."),
    "failed": later("The transaction failed on the chain: only its fee was paid."),
    "expired": later("None of its transactions got into a block."),
    "not_signed": later("The signer did not sign it: one of its limits stands against it."),
}
_OTHER = later("Something that it needed was missing when it was due.")


def proved(withdrawal: Withdrawal, token: Token | None, due_at: datetime, keys: Keys) -> Screen:
    """Tell when it will be sent, and how it is stopped."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, _named(withdrawal)),
            say("⏳ {amount} will be sent", amount=exact(withdrawal, token)),
            marked("To {address}", address=Code(withdrawal.destination)),
            say("At {moment} UTC. Until then you can stop it.", moment=f"{due_at:%b %d %H:%M:%S}"),
            say("If that was not you, freeze your account now: that stops it, too."),
        ),
        rows=stop_rows(withdrawal, keys),
    )


def stop_rows(withdrawal: Withdrawal, keys: Keys) -> Rows:
    """Give the buttons that stop a withdrawal."""
    return (
        (danger(keys, say("Cancel this withdrawal"), "wstop", withdrawal.number),),
        (danger(keys, say("Freeze my account"), "sfrz"),),
    )


def cancelled(withdrawal: Withdrawal, keys: Keys) -> Screen:
    """Show that it is stopped."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, _named(withdrawal)),
            say("Cancelled. Nothing was sent, and what was held for it is free again."),
            say("If it was not you who asked, freeze your account now."),
        ),
        rows=(
            (key(keys, say("Withdrawals"), "wdraw"),),
            (danger(keys, say("Freeze my account"), "sfrz"),),
        ),
    )


def sent(
    withdrawal: Withdrawal,
    token: Token | None,
    change: WalletChange,
    confirmed_at: datetime,
    keys: Keys,
) -> Screen:
    """Tell what left by the chain's own word, what it cost, and each moment on the way."""
    gift = -change.lamports - change.fee_lamports
    gift -= withdrawal.amount if withdrawal.is_sol else 0
    return Screen(
        text=lines(
            headed(Mode.LIVE, _named(withdrawal)),
            say("Sent {amount}", amount=exact(withdrawal, token)),
            marked("To {address}", address=Code(withdrawal.destination)),
            say("Network fee {fee}", fee=figures.with_sol(change.fee_lamports)),
            say("Account for the recipient {rent}", rent=figures.with_sol(gift)) if gift else None,
            marked("Transaction {signature}", signature=Code(change.signature)),
            _times(withdrawal, confirmed_at),
        ),
        rows=((key(keys, say("Withdrawals"), "wdraw"),),),
    )


def ended(withdrawal: Withdrawal, token: Token | None, reason: str, keys: Keys) -> Screen:
    """Tell that it came to nothing, and why."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, _named(withdrawal)),
            say("{amount} was not sent.", amount=exact(withdrawal, token)),
            say(_REASONS.get(reason, _OTHER)),
            say("What was held for it is free again. To try once more: /withdraw."),
        ),
        rows=((key(keys, say("Withdrawals"), "wdraw"),),),
    )


def unknown(withdrawal: Withdrawal, token: Token | None) -> Screen:
    """Tell that nothing is known yet."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, _named(withdrawal)),
            say(
                "I don't know yet whether {amount} was sent. It stays held until I do.",
                amount=exact(withdrawal, token),
            ),
        )
    )


def _named(withdrawal: Withdrawal) -> str:
    return say("Withdrawal {number}", number=withdrawal.number)


def _times(withdrawal: Withdrawal, confirmed_at: datetime) -> Text:
    payment = withdrawal.last
    moments = (
        (later("asked"), withdrawal.asked_at),
        (later("proved"), withdrawal.proved_at),
        (later("signed"), payment.signed_at if payment else None),
        (later("sent"), payment.sent_at if payment else None),
        (later("landed"), payment.landed_at if payment else None),
        (later("confirmed"), confirmed_at),
    )
    told = [f"{say(word)} {at:%H:%M:%S}.{at.microsecond // 1000:03}" for word, at in moments if at]
    return Text(" · ".join(told))
