"""The mode that somebody trades in: which it is, and the question before real money."""

from bot.domain.users import Mode
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, danger, headed, key, lines
from bot.words.speech import say


def standing(keys: Keys, *, may_go_live: bool) -> Screen:
    """Say in which mode somebody is, what that means, and how to change over."""
    if keys.mode is Mode.LIVE:
        return Screen(
            text=lines(headed(keys.mode, say("You trade with real money")), *_of_live()),
            rows=_rows_live(keys),
        )
    over = ((danger(keys, say("Trade live…"), "mode", 0, Mode.LIVE.value),),) if may_go_live else ()
    return Screen(
        text=lines(
            headed(keys.mode, say("You trade on paper")),
            say("Prices are real, the money is not."),
            say("/mode live trades real SOL from a live wallet.")
            if may_go_live
            else say("Live trading is not turned on here."),
        ),
        rows=(*over, _figures(keys)),
    )


def ask_live(keys: Keys) -> Screen:
    """Ask whether to trade with real money from now on; no answer means no."""
    return Screen(
        text=lines(
            headed(keys.mode, say("Trade LIVE, with real money?")),
            *_of_live(),
            say("Shorts, leverage and /reset stay on paper."),
            say("⏳ 60 s to answer; no answer means no."),
        ),
        rows=(
            (
                key(keys, say("No, stay on paper"), "mode"),
                danger(keys, say("Yes, trade LIVE"), "golive"),
            ),
        ),
    )


def no_wallet(keys: Keys) -> Screen:
    """Say that live needs a wallet, and how to get one."""
    return Screen(
        text=lines(
            headed(keys.mode, say("You have no live wallet yet")),
            say("/deposit makes one and shows its address."),
            say("Then /mode live. Until then you trade on paper."),
        ),
        rows=((key(keys, say("Deposit"), "ldep"),), _figures(keys)),
    )


def _rows_live(keys: Keys) -> Rows:
    back = key(keys, say("Back to paper"), "mode", 0, keys.mode.value)
    return (_figures(keys), (back,))


def _of_live() -> tuple[str, ...]:
    return (
        say("Each order is a swap on Solana, paid from your live wallet. Nobody can undo one."),
        say(
            "Live and paper never mix: each has its own wallet, positions, orders and figures, "
            "and a button of one does nothing in the other."
        ),
    )


def _figures(keys: Keys) -> tuple[Button, ...]:
    return (key(keys, say("Wallet"), "wallet"), key(keys, say("Positions"), "poss"))
