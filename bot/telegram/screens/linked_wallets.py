"""Wallets that are only looked at, and news of keys that are unfit for use."""

from collections.abc import Mapping, Sequence

from bot.domain.instruments import Token
from bot.domain.live_wallets import FaultyKey, KeyFault
from bot.services.watched_wallets import WatchedView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Screen, danger, key, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say, translated

_MOST_TOKENS = 12
_ENDS = 4
_FAULTS: Mapping[KeyFault, str] = {
    KeyFault.MALFORMED: later("what is kept of it is not as it was sealed"),
    KeyFault.DOES_NOT_OPEN: later("it does not open: it was changed, or its master key was"),
    KeyFault.OTHER_ADDRESS: later("it is the key of another address"),
    KeyFault.NO_MASTER_KEY: later("the master key that opens it is not there"),
}


def linked(found: Sequence[WatchedView], keys: Keys) -> Screen:
    """Show what the linked wallets have, and that nothing can be done with them from here."""
    return Screen(
        text=lines(
            Bold(say("WATCH ONLY · wallets of yours elsewhere")),
            *(line for view in found for line in _wallet(view)),
            say("You have linked none yet.") if not found else "",
            say(
                "I only look at them: I have no key of theirs, so nothing here trades or sends "
                "what is in them."
            ),
            say(
                "To link one, open your account page with /dashboard and sign a message there "
                "with your wallet. A key or a seed phrase is never needed for it."
            ),
        ),
        rows=(
            *((_unlink(view, keys),) for view in found),
            (key(keys, say("Refresh"), "linked"), key(keys, say("Account page"), "dash")),
        ),
    )


def key_faulty(faulty: FaultyKey) -> Screen:
    """Tell that nothing can be signed for a wallet, and why."""
    return Screen(
        text=lines(
            Bold(say("LIVE: a wallet's key is unfit for use")),
            marked(
                "{address} of user {user}",
                address=Code(faulty.address),
                user=str(faulty.user_id),
            ),
            say("Nothing can be signed for it: {why}.", why=translated(_FAULTS[faulty.fault])),
            say("What it holds is where it was. Whoever runs me finds what to do in docs/keys.md."),
        )
    )


def _wallet(view: WatchedView) -> tuple[Text | str, ...]:
    address = Code(view.wallet.address)
    if view.lamports is None:
        return (Text("👁 ", address), say("The chain does not answer now."))
    hidden = len(view.tokens) - _MOST_TOKENS
    return (
        Text("👁 ", address),
        figures.with_sol(view.lamports),
        *(_token(token, units) for token, units in view.tokens[:_MOST_TOKENS]),
        say("and {count} more", count=hidden) if hidden > 0 else "",
    )


def _token(token: Token, units: int) -> Text:
    return Text(figures.amount(token, units), " ", named(token.symbol, 16))


def _unlink(view: WatchedView, keys: Keys) -> Button:
    address = view.wallet.address
    short = f"{address[:_ENDS]}…{address[-_ENDS:]}"
    return danger(keys, say("Unlink {wallet}", wallet=short), "unlink", view.wallet.number)
