"""Two-person approval: the question before asking, the others' card, and what became of it."""

from collections.abc import Mapping, Sequence

from bot.domain.approvals import Approval, ApprovalKind, Wish
from bot.domain.gate import Stage
from bot.domain.users import Role
from bot.services.role_limits import CapChange
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, danger, key, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.live_gate import STAGES
from bot.telegram.screens.people import ROLES, wait_words
from bot.telegram.screens.role_limits import cap_words, change_words
from bot.words.speech import later, say

_WISHES: Mapping[ApprovalKind, str] = {
    ApprovalKind.PROMOTE: later("Make {who} an admin"),
    ApprovalKind.DEMOTE: later("Take the admin role from {who}"),
}
_NEEDS_TWO = later("Another admin has to agree, within {time}.")


def ask_wish(wish: Wish, name: str, change: CapChange | None, keys: Keys) -> Screen:
    """Ask an admin whether the others are to be asked."""
    return Screen(
        text=lines(
            Bold(_wish(wish, name, change)),
            _reason(wish),
            say("This takes two: another admin has to agree."),
            wait_words(),
        ),
        rows=((key(keys, say("No"), "pno"), danger(keys, say("Ask them"), "wask")),),
    )


def asked(approval: Approval, *, is_sole: bool, keys: Keys) -> Screen:
    """Show whoever asked that the others have it, or that they are the only one there is."""
    sole = say("You are the only admin there is. Press once more to do it; it is noted as such.")
    time = figures.duration((approval.expires_at - approval.asked_at).total_seconds())
    rows: Rows = ((key(keys, say("Take it back"), "apno", approval.approval_id),),)
    if is_sole:
        rows = ((danger(keys, say("Yes, do it"), "apyes", approval.approval_id), *rows[0]),)
    return Screen(
        text=lines(
            Bold(say("Asked: approval {number}", number=approval.approval_id)),
            wish_words(approval),
            sole if is_sole else say(_NEEDS_TWO, time=time),
        ),
        rows=rows,
    )


def card(approval: Approval, keys: Keys) -> Screen:
    """Ask another admin."""
    return Screen(
        text=lines(
            Bold(say("Approval {number} is asked for", number=approval.approval_id)),
            *_approval_lines(approval),
        ),
        rows=(_buttons(approval, keys),),
    )


def listed(approvals: Sequence[Approval], keys: Keys) -> Screen:
    """List what can still be answered."""
    if not approvals:
        return Screen(text=lines(say("No approval is open.")))
    found: list[Text | str] = []
    rows: list[tuple[Button, ...]] = []
    for approval in approvals:
        found += [Bold(f"#{approval.approval_id}"), *_approval_lines(approval)]
        rows.append(_buttons(approval, keys, number=approval.approval_id))
    return Screen(text=lines(*found), rows=tuple(rows[:5]))


def decided(approval: Approval, *, is_yes: bool, by: str) -> Screen:
    """Tell admins what became of a wish."""
    words = (
        later("Approval {number} was given by {by}.")
        if is_yes
        else later("Approval {number} was refused by {by}.")
    )
    return Screen(
        text=lines(
            marked(words, number=str(approval.approval_id), by=named(by, 24)),
            wish_words(approval),
        )
    )


def voided(approval: Approval) -> Screen:
    """Tell admins that a wish is void."""
    return Screen(
        text=lines(
            say("⏳ Approval {number} is void.", number=approval.approval_id),
            wish_words(approval),
            say("Nobody answered in time, or who asked is no admin any more. Nothing was done."),
        )
    )


def wish_words(approval: Approval) -> Text | str:
    """Say what is wished for."""
    return _wish(approval.wish, approval.person_name, None)


def _approval_lines(approval: Approval) -> list[Text | str]:
    return [
        wish_words(approval),
        _reason(approval.wish),
        marked(
            "Asked by {name} ({number})",
            name=named(approval.asker_name, 24),
            number=Code(str(approval.asked_by)),
        ),
        say("Open until {moment}.", moment=figures.day_and_time(approval.expires_at)),
    ]


def _wish(wish: Wish, name: str, change: CapChange | None) -> Text | str:
    details = wish.details
    whom = Text(named(name, 24), " ", Code(str(wish.person_id)))
    match wish.kind:
        case ApprovalKind.CORRECT:
            lamports = int(str(details["lamports"]))
            words = later("Give {sol} of paper money to {who}")
            if lamports < 0:
                words = later("Take {sol} of paper money from {who}")
            return marked(words, sol=figures.with_sol(abs(lamports)), who=whom)
        case ApprovalKind.LIMIT:
            return _limit(details) if change is None else change_words(change)
        case ApprovalKind.GATE:
            stage = say(STAGES[Stage(str(details["stage"]))])
            return marked("Move {who} to the stage {stage} of live trading", who=whom, stage=stage)
        case ApprovalKind.INVITE:
            return say(
                "Invite somebody as {role}, with a link that works for {time}",
                role=say(ROLES[Role(str(details["role"]))]),
                time=figures.duration(int(str(details["days"])) * 86_400),
            )
        case _:
            return marked(_WISHES[wish.kind], who=whom)


def _limit(details: Mapping[str, object]) -> str:
    value = details.get("value")
    return say(
        "Set the limit {name} of {role} to {value}",
        name=str(details["word"]),
        role=say(ROLES[Role(str(details["role"]))]),
        value=cap_words(str(details["word"]), None if value is None else int(str(value))),
    )


def _reason(wish: Wish) -> Text | str:
    return marked("Reason: {reason}", reason=named(wish.reason, 120)) if wish.reason else ""


def _buttons(approval: Approval, keys: Keys, number: int | None = None) -> tuple[Button, ...]:
    """Give the buttons of one; whoever asked may only take it back."""
    tail = "" if number is None else f" #{number}"
    if keys.owner == approval.asked_by:
        return (key(keys, say("Take it back") + tail, "apno", approval.approval_id),)
    return (
        key(keys, say("Refuse") + tail, "apno", approval.approval_id),
        danger(keys, say("Approve") + tail, "apyes", approval.approval_id),
    )
