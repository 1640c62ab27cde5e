"""People as admins see them: the question before a change, the file of one, and the lists."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.people import (
    AccountHold,
    Change,
    GrantSource,
    Headcount,
    HoldKind,
    Person,
    PersonFile,
    RoleGrant,
)
from bot.domain.users import Role, Status
from bot.services.roster import Authorized, RosterPage
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, danger, key, lines, named, private_row
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say, say_count, translated

ANSWER_SECONDS = 60
_LONGEST_SEARCH = 18
ROLES: Mapping[Role, str] = {
    Role.BASIC: later("basic"),
    Role.PREMIUM: later("premium"),
    Role.ADMIN: later("admin"),
}
STATUSES: Mapping[Status, str] = {
    Status.PENDING: later("waiting"),
    Status.ACTIVE: later("active"),
    Status.FROZEN: later("frozen"),
    Status.BANNED: later("banned"),
}
_SOURCES: Mapping[GrantSource, str] = {
    GrantSource.COMMAND: later("by command"),
    GrantSource.INVITATION: later("by invitation"),
    GrantSource.PASSWORD: later("by password"),
    GrantSource.STARS: later("paid with Stars"),
}
_HOLDS: Mapping[HoldKind, str] = {
    HoldKind.BAN: later("Banned {moment} by {who}{why}."),
    HoldKind.ADMIN: later("Frozen {moment} by {who}{why}."),
}
_QUESTIONS: Mapping[Change, str] = {
    Change.PREMIUM: later("Give premium to {who}?"),
    Change.DEMOTE: later("Take premium from {who}?"),
    Change.BAN: later("Ban {who}?"),
    Change.UNBAN: later("Let {who} in?"),
    Change.FREEZE: later("Freeze {who}?"),
    Change.UNFREEZE: later("Unfreeze {who}?"),
    Change.REVOKE: later("Take the access from {who} that an invitation or the password gave?"),
}
_MEANINGS: Mapping[Change, str] = {
    Change.PREMIUM: later("They get premium limits, and are told."),
    Change.DEMOTE: later("They become basic, and are told. What is open stays open."),
    Change.BAN: later("They are answered once more and then never. What is open stays open."),
    Change.UNBAN: later("They may use the bot again, and are told."),
    Change.FREEZE: later("They can look, but neither open nor close. Only admins lift it."),
    Change.UNFREEZE: later(
        "They may trade again. If they froze themselves, be sure that it is they who ask."
    ),
    Change.REVOKE: later("They wait outside again, until an admin or an invitation lets them in."),
}
_DONE: Mapping[Change, str] = {
    Change.PREMIUM: later("{who} has premium now."),
    Change.DEMOTE: later("{who} is basic now."),
    Change.BAN: later("{who} is banned."),
    Change.UNBAN: later("{who} is let in."),
    Change.FREEZE: later("{who} is frozen."),
    Change.UNFREEZE: later("{who} is no longer frozen."),
    Change.REVOKE: later("{who} waits outside again."),
}


def person_words(person: Person) -> Text:
    """Say who somebody is: name, number, role and status; the number is what counts."""
    role = say("owner") if person.is_owner else say(ROLES[person.role])
    return marked(
        "{name} ({number}{username}) · {role} · {status}",
        name=named(person.first_name, 24),
        number=Code(str(person.user_id)),
        username=Text(" ", Code(f"@{person.username}")) if person.username else "",
        role=role,
        status=say(STATUSES[person.status]),
    )


def ask_change(
    person: Person, change: Change, *, days: int | None, reason: str, keys: Keys
) -> Screen:
    """Ask an admin whether they mean this, and echo whom it would be done to."""
    return Screen(
        text=lines(
            Bold(marked(_QUESTIONS[change], who=who(person))),
            person_words(person),
            say(_MEANINGS[change]),
            _for_days(days) if change is Change.PREMIUM else "",
            marked("Reason: {reason}", reason=named(reason, 120)) if reason else "",
            wait_words(),
        ),
        rows=((key(keys, say("No"), "pno"), danger(keys, say("Yes"), "pdo")),),
    )


def changed(person: Person, change: Change) -> Screen:
    """Show an admin what they have done."""
    return Screen(text=lines(marked(_DONE[change], who=who(person))))


def nothing_done() -> Screen:
    """Show that the question was answered with no."""
    return Screen(text=lines(say("Nothing was done.")))


def answered_privately() -> Screen:
    """Say in a group that the answer is elsewhere."""
    return Screen(text=lines(say("I answered in our private chat.")))


def file(found: PersonFile, keys: Keys) -> Screen:
    """Show all that admins may see of a person: no figures of theirs."""
    person = found.person
    grants = [_grant_words(one, found.names) for one in found.grants]
    return Screen(
        text=lines(
            person_words(person),
            say("Known since {day}.", day=figures.day(found.met_at)),
            say("Language: {language}", language=found.language) if found.language else "",
            say("The role is named in the operator's settings.") if person.is_owner else "",
            *grants,
            *(_hold_words(one, found.names) for one in found.holds),
            say("They can read in their own log that you looked."),
        ),
        rows=((key(keys, say("People"), "users"),),),
    )


def page(shown: RosterPage, keys: Keys) -> Screen:
    """List people, a page at a time."""
    title = (
        marked("People found by {search}", search=named(shown.search, 32))
        if shown.search
        else say("People")
    )
    words = [person_words(person) for person in shown.people]
    nobody = Text(say("Nobody. Search for a name's beginning, a number, a role or a status."))
    return Screen(
        text=lines(Bold(title), *(words or [nobody])),
        rows=_page_rows(shown, keys),
    )


def headcount(counted: Headcount, keys: Keys) -> Screen:
    """Count people for a group, where nobody is named."""
    roles = {ROLES[role]: counted.by_role.get(role, 0) for role in reversed(Role)}
    held = {
        STATUSES[status]: counted.by_status.get(status, 0)
        for status in Status
        if status is not Status.ACTIVE
    }
    return Screen(
        text=lines(
            Bold(f"{say('People')}: {counted.total}"),
            _counts(roles),
            _counts({word: count for word, count in held.items() if count}),
            say("Who they are I say in our private chat only."),
        ),
        rows=(private_row(keys, "start"),),
    )


def _counts(words: Mapping[str, int]) -> str:
    return " · ".join(f"{translated(word)}: {count}" for word, count in words.items())


def authorized(found: Authorized, keys: Keys) -> Screen:
    """List who has a role by whom, and the invitations that can still be used."""
    people = [
        marked(
            "{who} · {role} {source}{until}",
            who=who(one.person),
            role=say(ROLES[one.grant.role]),
            source=say(_SOURCES[one.grant.source]),
            until=_until(one.grant.until),
        )
        for one in found.grantees
    ]
    links = [
        marked(
            "{name} · {role} · until {moment} · by {maker}",
            name=Code(f"i{one.invitation_id}"),
            role=say(ROLES[one.role]),
            moment=figures.day_and_time(one.expires_at),
            maker=Code(str(one.made_by)),
        )
        for one in found.invitations
    ]
    return Screen(
        text=lines(
            Bold(say("Who has what")),
            *(people or [Text(say("Nobody has a role by command, invitation or payment."))]),
            Bold(say("Invitations that lie about")) if links else "",
            *links,
            say("Owners and others named in the operator's settings are not in this list."),
        ),
        rows=((key(keys, say("People"), "users"),),),
    )


def who(person: Person) -> Text:
    """Name a person with their number."""
    return Text(named(person.first_name, 24), " ", Code(str(person.user_id)))


def wait_words() -> str:
    """Say how long a question waits."""
    return say("⏳ {seconds} s to answer; no answer means no.", seconds=ANSWER_SECONDS)


def _for_days(days: int | None) -> str:
    if days is None:
        return say("For good, until it is taken back.")
    return say_count("For {count} day.", "For {count} days.", days)


def _grant_words(grant: RoleGrant, names: Mapping[int, str]) -> Text:
    return marked(
        "{role} {source} since {day}{until}, by {who}",
        role=say(ROLES[grant.role]),
        source=say(_SOURCES[grant.source]),
        day=figures.day(grant.granted_at),
        until=_until(grant.until),
        who=_actor(grant.granted_by, names),
    )


def _hold_words(hold: AccountHold, names: Mapping[int, str]) -> Text:
    return marked(
        _HOLDS[hold.kind],
        moment=figures.day_and_time(hold.set_at),
        who=_actor(hold.set_by, names),
        why=Text(": ", named(hold.reason, 120)) if hold.reason else "",
    )


def _actor(user_id: int, names: Mapping[int, str]) -> Text | str:
    if user_id not in names:
        return say("the bot itself") if user_id == 0 else Code(str(user_id))
    return Text(named(names[user_id], 24), " ", Code(str(user_id)))


def _until(moment: datetime | None) -> str:
    return "" if moment is None else say(", until {moment}", moment=figures.day_and_time(moment))


def _page_rows(shown: RosterPage, keys: Keys) -> Rows:
    search = shown.search.lower()
    is_short = search.isascii() and (search.isalnum() or not search)
    if not is_short or len(search) > _LONGEST_SEARCH:
        return ()
    back = key(keys, say("Back"), "users", shown.number - 1, search) if shown.number else None
    on = None if shown.is_last else key(keys, say("More"), "users", shown.number + 1, search)
    row = tuple(button for button in (back, on) if button is not None)
    return (row,) if row else ()
