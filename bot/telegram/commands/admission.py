"""How people get in: those who wait, the admins' answer, invitations, and the password."""

import re

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import Admission, Change, Verdict
from bot.domain.users import Role
from bot.services.invitations import MOST_INVITATION_DAYS
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands import people
from bot.telegram.commands.approvals import ask_invitation
from bot.telegram.layout import Screen, to_delete
from bot.telegram.screens import admission as screens
from bot.telegram.screens import people as people_screens
from bot.telegram.screens.phrases import refusal_words
from bot.telegram.secret_pocket import INVITATION
from bot.telegram.turn import Turn

USUAL_DAYS = 7
_CARD = re.compile(r"([arb])([1-9][0-9]{0,15})", re.ASCII)
_DAYS = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_INVITATION = re.compile(r"[iI]([1-9][0-9]{0,8})", re.ASCII)


async def answer_waiting(turn: Turn) -> None:
    """Tell somebody outside where they stand; the first time, admins get a card."""

    def answer(mode: Admission, verdict: Verdict | None) -> tuple[Notice, ...]:
        return turn.with_screen(screens.waiting(mode, verdict))

    await turn.services.people.admissions.knock(turn.request, answer)


async def press_card(turn: Turn, press: Press) -> None:
    """Answer for all admins whether somebody is let in."""
    read = _CARD.fullmatch(press.argument)
    if read is None:
        raise Refusal("bad_button")
    verdict, by = screens.LETTERS[read[1]], turn.user.first_name
    await turn.services.people.admissions.decide(
        turn.request,
        int(read[2]),
        verdict,
        lambda person: turn.with_screen(screens.decided(person, verdict, by)),
    )


async def invite(turn: Turn, arguments: Arguments) -> None:
    """Make a link that lets one person in: `/invite [role] [days]`."""
    words = list(arguments.words)
    role = Role.BASIC
    if words and not _DAYS.fullmatch(words[0]):
        role = _role(words.pop(0))
    days = _days(words[0]) if words else USUAL_DAYS
    if role is Role.ADMIN:
        await ask_invitation(turn, days)
        return
    await turn.services.people.invitations.invite(turn.request, role, days)


async def redeem(turn: Turn) -> None:
    """Come in by the link that was opened."""
    if not turn.secret.startswith(INVITATION):
        raise Refusal("invitation_lost")
    token = turn.secret.removeprefix(INVITATION)
    await turn.services.people.invitations.redeem(
        turn.request, token, lambda role: turn.with_screen(screens.invited(role))
    )


async def revoke(turn: Turn, arguments: Arguments) -> None:
    """Take back an invitation, or what one or the password gave: `/revoke USER|INVITE`."""
    words = list(arguments.words)
    named = _INVITATION.fullmatch(words[0]) if words else None
    if named is not None:
        number = int(named[1])
        await turn.services.people.invitations.revoke(
            turn.request,
            number,
            lambda: turn.with_screen(screens.invitation_revoked(number)),
        )
        return
    person, keys = await people.named_person(turn, words), people.private_keys(turn)
    data = {"change": Change.REVOKE.value, "person": str(person.user_id)}
    reason = " ".join(words)
    await people.question(turn, people.CHANGE_QUESTION, {**data, "reason": reason}, keys)
    screen = people_screens.ask_change(person, Change.REVOKE, days=None, reason=reason, keys=keys)
    await people.show_privately(turn, screen)


async def auth(turn: Turn, _arguments: Arguments) -> None:
    """Come in by the operator's password; the message goes, whatever the answer."""
    gone = to_delete(turn.chat_id, turn.message_id)
    try:
        await turn.services.people.password.enter(
            turn.request,
            _password(turn),
            lambda is_right: (
                gone,
                *turn.with_screen(screens.password_answer(is_right=is_right)),
            ),
        )
    except Refusal as refusal:
        if refusal.code in {"already_done", "banned"}:
            raise
        await turn.finish((gone, *turn.with_screen(Screen(text=refusal_words(refusal, "")))))


def _password(turn: Turn) -> str:
    if not turn.secret:
        is_lost = len(turn.text.split()) > 1
        raise Refusal("password_lost") if is_lost else Refusal("password_missing")
    return turn.secret


def _role(word: str) -> Role:
    if word.casefold() not in set(Role):
        raise Refusal("bad_role", text=word[:32])
    return Role(word.casefold())


def _days(word: str) -> int:
    if not _DAYS.fullmatch(word) or int(word) > MOST_INVITATION_DAYS:
        raise Refusal("bad_invitation_days", text=word[:32])
    return int(word)
