"""What a person is told when somebody changed their account; each says what to do about it."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.approvals import ApprovalKind, Wish
from bot.domain.gate import Stage
from bot.domain.people import Change
from bot.telegram.layout import Screen, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.live_gate import STAGES
from bot.words.speech import later, say

_TOLD: Mapping[Change, str] = {
    Change.PREMIUM: later("An admin gave you premium."),
    Change.DEMOTE: later("An admin took premium back: you are basic now."),
    Change.BAN: later("🔒 An admin has banned you from this bot."),
    Change.UNBAN: later("An admin has let you in again."),
    Change.FREEZE: later("🔒 An admin has frozen your account."),
    Change.UNFREEZE: later("An admin has unfrozen your account."),
    Change.REVOKE: later("An admin has taken your access back."),
}
_NEXT: Mapping[Change, str] = {
    Change.PREMIUM: later("Your larger limits are in /wallet."),
    Change.DEMOTE: later("What is open stays open. Your limits are in /wallet."),
    Change.BAN: later("If you think that is wrong, write to the operator."),
    Change.UNBAN: later("Begin with /start."),
    Change.FREEZE: later("You can look: /wallet, /positions. Ask why with /feedback."),
    Change.UNFREEZE: later("You can trade again: /wallet."),
    Change.REVOKE: later("An admin or an invitation can let you in again."),
}


def changed(change: Change, *, until: datetime | None, reason: str) -> Screen:
    """Tell a person what an admin has done to their account."""
    return Screen(
        text=lines(
            Bold(say(_TOLD[change])),
            say("Until {moment}.", moment=figures.day_and_time(until)) if until else "",
            marked("Reason: {reason}", reason=named(reason, 120)) if reason else "",
            say(_NEXT[change]),
        )
    )


def lapsed() -> Screen:
    """Tell a person that their role has run out."""
    return Screen(
        text=lines(
            Bold(say("Your premium has run out: you are basic now.")),
            say("What is open stays open. Your limits are in /wallet."),
        )
    )


CONCERNING = frozenset(
    {ApprovalKind.PROMOTE, ApprovalKind.DEMOTE, ApprovalKind.CORRECT, ApprovalKind.GATE}
)
"""The wishes that are about a person, who is told."""


def carried_out(wish: Wish) -> Screen:
    """Tell a person what two admins have done to their account."""
    words = say("You are no admin any more.")
    if wish.kind is ApprovalKind.PROMOTE:
        words = say("You are an admin now. See /help for what that means.")
    if wish.kind is ApprovalKind.CORRECT:
        words = _correction(int(str(wish.details["lamports"])))
    if wish.kind is ApprovalKind.GATE:
        stage = say(STAGES[Stage(str(wish.details["stage"]))])
        words = say("LIVE: you are now at the stage {stage}. See /live.", stage=stage)
    return Screen(
        text=lines(
            Bold(words),
            marked("Reason: {reason}", reason=named(wish.reason, 120)) if wish.reason else "",
            say("Two admins agreed on it."),
        )
    )


def feedback_card(who: Text, words: str) -> Text:
    """Give an admin what somebody wrote."""
    return lines(Bold(say("Feedback")), who, Code(words))


def feedback_answer(question: str, words: str) -> Screen:
    """Give a person the admins' answer."""
    return Screen(
        text=lines(
            Bold(say("An admin answers you")),
            named(words, 1000),
            marked("You wrote: {question}", question=named(question, 200)),
        )
    )


def _correction(lamports: int) -> str:
    size = figures.with_sol(abs(lamports))
    if lamports > 0:
        return say("PAPER · {sol} were added to your wallet", sol=size)
    return say("PAPER · {sol} were taken from your wallet", sol=size)
