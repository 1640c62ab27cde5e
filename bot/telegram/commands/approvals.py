"""What takes two admins: promoting and demoting, corrections of balances, larger limits."""

import re

from bot.domain.approvals import Approval, ApprovalKind, Wish
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import Change, Person
from bot.domain.role_caps import ROLE_CAPS, cap_named, cap_value
from bot.domain.users import Role
from bot.services.people import LONGEST_REASON
from bot.telegram.arguments import Arguments, size_from_text
from bot.telegram.callbacks import Press
from bot.telegram.commands import people
from bot.telegram.screens import approvals as screens
from bot.telegram.screens import people as people_screens
from bot.telegram.screens import role_limits as limit_screens
from bot.telegram.turn import Turn

WISH_QUESTION, LIMIT_QUESTION = "wish", "limit"
_SIGNS = re.compile(r"[+\-\u2212]")


async def promote(turn: Turn, arguments: Arguments) -> None:
    """Ask whether to ask the others to make somebody an admin: `/promote USER [reason]`."""
    words = list(arguments.words)
    person = await people.named_person(turn, words)
    await ask_wish(turn, person, ApprovalKind.PROMOTE, {}, words)


async def demote(turn: Turn, arguments: Arguments) -> None:
    """Take premium away at once, or ask the others about an admin: `/demote USER [reason]`."""
    words = list(arguments.words)
    person = await people.named_person(turn, words)
    if person.role is Role.ADMIN:
        await ask_wish(turn, person, ApprovalKind.DEMOTE, {}, words)
        return
    reason, keys = " ".join(words)[:LONGEST_REASON], people.private_keys(turn)
    asked = {"change": Change.DEMOTE.value, "person": str(person.user_id), "reason": reason}
    await people.question(turn, people.CHANGE_QUESTION, asked, keys)
    screen = people_screens.ask_change(person, Change.DEMOTE, days=None, reason=reason, keys=keys)
    await people.show_privately(turn, screen)


async def grant(turn: Turn, arguments: Arguments) -> None:
    """Ask whether to ask the others to correct a paper balance: `/grant USER SOL reason`."""
    words = list(arguments.words)
    person = await people.named_person(turn, words)
    lamports = _signed(words.pop(0) if words else "")
    if not words:
        raise Refusal("reason_missing")
    await ask_wish(turn, person, ApprovalKind.CORRECT, {"lamports": str(lamports)}, words)


async def limits(turn: Turn, arguments: Arguments) -> None:
    """Show a role's limits, or ask about a change: `/limits [role] [name value]`."""
    words = list(arguments.words)
    role = _role(words[0]) if words else turn.user.role
    if len(words) <= 1:
        found = await turn.services.people.limits.of(turn.user, role)
        await turn.show(limit_screens.limits(role, found, turn.keys))
        return
    cap = cap_named(words[1])
    value = cap_value(cap, words[2] if len(words) > 2 else "")  # noqa: PLR2004 (role, name, value)
    name = words[1].casefold()
    change = await turn.services.people.limits.asked(turn.user, role, name, value)
    data = {"role": role.value, "name": name, "value": "" if value is None else str(value)}
    if not change.is_raised:
        await people.question(turn, LIMIT_QUESTION, data, turn.keys)
        await turn.show(limit_screens.ask_lower(change, turn.keys))
        return
    await people.question(turn, WISH_QUESTION, {**data, "kind": ApprovalKind.LIMIT}, turn.keys)
    await turn.show(screens.ask_wish(_limit_wish(data), "", change, turn.keys))


async def press_limits(turn: Turn, press: Press) -> None:
    """Show another role's limits in place."""
    role = _role(press.argument)
    found = await turn.services.people.limits.of(turn.user, role)
    await turn.show(limit_screens.limits(role, found, turn.keys))


async def press_lower(turn: Turn, press: Press) -> None:
    """Lower a limit, as it was asked."""
    asked = await people.answered(turn, press, LIMIT_QUESTION)
    role, value = Role(asked["role"]), asked["value"]
    change = await turn.services.people.limits.asked(
        turn.user, role, asked["name"], int(value) if value else None
    )
    await turn.services.people.limits.lower(
        turn.request, change, lambda: turn.with_screen(limit_screens.lowered(change))
    )
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_wish(turn: Turn, press: Press) -> None:
    """Ask the other admins, as it was asked."""
    asked = dict(await people.answered(turn, press, WISH_QUESTION))
    kind = ApprovalKind(asked["kind"])
    wish = _limit_wish(asked) if kind is ApprovalKind.LIMIT else _wish(kind, asked)

    def answer(approval: Approval, is_sole: bool) -> tuple[Notice, ...]:
        return turn.with_screen(screens.asked(approval, is_sole=is_sole, keys=turn.keys))

    await turn.services.people.approvals.ask(turn.request, wish, answer)
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def approvals(turn: Turn, _arguments: Arguments) -> None:
    """List what can still be answered."""
    found = await turn.services.people.approvals.open_ones(turn.user)
    await turn.show(screens.listed(found, turn.keys))


async def press_approve(turn: Turn, press: Press) -> None:
    """Agree, which carries it out."""
    await _decide(turn, press, is_yes=True)


async def press_refuse(turn: Turn, press: Press) -> None:
    """Refuse, or take one's own back."""
    await _decide(turn, press, is_yes=False)


async def ask_invitation(turn: Turn, days: int) -> None:
    """Ask whether to ask the others for an invitation to be admin."""
    data = {"kind": ApprovalKind.INVITE.value, "role": Role.ADMIN.value, "days": str(days)}
    await people.question(turn, WISH_QUESTION, data, turn.keys)
    await turn.show(screens.ask_wish(_wish(ApprovalKind.INVITE, data), "", None, turn.keys))


async def _decide(turn: Turn, press: Press, *, is_yes: bool) -> None:
    by = turn.user.first_name
    await turn.services.people.approvals.decide(
        turn.request,
        press.target,
        is_yes=is_yes,
        answer=lambda approval: turn.with_screen(screens.decided(approval, is_yes=is_yes, by=by)),
    )


async def ask_wish(
    turn: Turn, person: Person, kind: ApprovalKind, details: dict[str, str], words: list[str]
) -> None:
    """Ask an admin whether the others are to be asked about a person."""
    keys, reason = people.private_keys(turn), " ".join(words)[:LONGEST_REASON]
    data = {"kind": kind.value, "person": str(person.user_id), "reason": reason, **details}
    await people.question(turn, WISH_QUESTION, data, keys)
    screen = screens.ask_wish(_wish(kind, data), person.first_name, None, keys)
    await people.show_privately(turn, screen)


def _wish(kind: ApprovalKind, data: dict[str, str]) -> Wish:
    details: dict[str, object] = {}
    if kind is ApprovalKind.CORRECT:
        details = {"lamports": data["lamports"]}
    if kind is ApprovalKind.GATE:
        details = {name: data[name] for name in ("stage", "cooling_seconds")}
    if kind is ApprovalKind.INVITE:
        details = {"role": data["role"], "days": int(data["days"])}
    return Wish(
        kind=kind,
        person_id=int(data.get("person", "0")),
        details=details,
        reason=data.get("reason", ""),
    )


def _limit_wish(data: dict[str, str]) -> Wish:
    value = data["value"]
    return Wish(
        kind=ApprovalKind.LIMIT,
        details={
            "role": data["role"],
            "word": data["name"],
            "name": ROLE_CAPS[data["name"]].column,
            "value": value or None,
        },
    )


def _role(word: str) -> Role:
    if word.casefold() not in set(Role):
        raise Refusal("bad_role", text=word[:32])
    return Role(word.casefold())


def _signed(word: str) -> int:
    """Read SOL with a sign before it."""
    try:
        size = size_from_text(_SIGNS.sub("", word, count=1) if _SIGNS.match(word) else word)
    except Refusal as refusal:
        raise Refusal("bad_correction", text=word[:32]) from refusal
    return size if not word or word[0] not in "-\u2212" else -size
