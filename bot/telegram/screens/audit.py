"""The audit log in words, and the wishes to be deleted that stand."""

from collections.abc import Mapping, Sequence

from bot.domain.audit import EVERYBODY, AuditEntry
from bot.domain.my_data import DeletionRequest
from bot.services.audit import AuditPage
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, key, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say, say_count

_FIRST_TOO_LONG = 10**9  # more than a button carries
_LONGEST_DETAIL, _MOST_DETAILS = 40, 6
_ACTIONS: Mapping[str, str] = {
    "season_started": later("{actor} began a season"),
    "blocks_danger_set": later("{actor} changed their safety setting"),
    "risk_limit_set": later("{actor} set a risk limit of their own"),
    "lock_lifted": later("{actor} lifted a lock of their own"),
    "trading_stopped": later("{actor} stopped trading for {person}"),
    "trading_resumed": later("{actor} freed trading for {person}"),
    "staff.looked": later("{actor} looked at {person}"),
    "permission.refused": later("{actor} was refused"),
    "role.changed": later("{actor} changed the role of {person}"),
    "status.changed": later("{actor} changed the status of {person}"),
    "limits.changed": later("{actor} changed a limit for {person}"),
    "person.invited": later("{actor} invited {person}"),
    "person.admitted": later("{actor} let {person} in"),
    "approval.asked": later("{actor} asked for approval about {person}"),
    "approval.given": later("{actor} approved a change for {person}"),
    "approval.refused": later("{actor} refused a change for {person}"),
    "approval.voided": later("nobody answered in time about {person}"),
    "group.set_up": later("{actor} set up a group"),
    "login.refused": later("a login of {person} was refused"),
    "login.made": later("{actor} logged in"),
    "deletion.asked": later("{actor} asked to be deleted"),
    "deletion.cancelled": later("{actor} wants to stay after all"),
    "data.deleted": later("what need not be kept of {person} was deleted"),
    "stars.paid": later("{actor} paid with Stars"),
    "stars.refunded": later("{actor} gave Stars back to {person}"),
}


def page(view: AuditPage, keys: Keys, code: str, waiting: int) -> Screen:
    """Show a page, the newest first; `code` stands for its filter in the buttons."""
    return Screen(
        text=lines(
            Bold(_title(view)),
            *(_entry(entry, view.names) for entry in view.entries),
            "" if view.entries else say("Nothing is written down there."),
        ),
        rows=_rows(view, keys, code, waiting),
    )


def looks(view: AuditPage) -> list[Text]:
    """Give a line for each thing that others did to a person or looked at."""
    return [_entry(entry, view.names) for entry in view.entries]


def requests(wishes: Sequence[DeletionRequest], keys: Keys) -> Screen:
    """Show the wishes to be deleted that stand."""
    shown = [
        marked(
            "{person} asked {asked}, due {due} UTC",
            person=Code(str(wish.user_id)),
            asked=figures.day_and_time(wish.asked_at),
            due=figures.day_and_time(wish.due_at),
        )
        for wish in wishes
    ]
    return Screen(
        text=lines(
            Bold(say("Deletion requests")),
            *shown,
            say("They carry themselves out when due; nobody has to do anything.")
            if shown
            else say("Nobody asks to be deleted."),
        ),
        rows=((key(keys, say("Audit log"), "audit"),),),
    )


def _title(view: AuditPage) -> str:
    match view.person, view.word:
        case None, "":
            return say("Audit log, the newest first")
        case None, word:
            return say("Audit log, {word}", word=word)
        case person, "":
            return say("Audit log about or by {person}", person=person)
        case person, word:
            return say("Audit log about or by {person}, {word}", person=person, word=word)


def _entry(entry: AuditEntry, names: Mapping[int, str]) -> Text:
    template = _ACTIONS.get(entry.action, later("{actor} · {action} · {person}"))
    fields: dict[str, Text | str] = {
        "actor": _who(entry.actor_id, names, say("the bot")),
        "person": _who(entry.user_id, names, say("everybody")),
        "action": named(entry.action, _LONGEST_DETAIL),
    }
    return Text(
        f"{figures.day_and_time(entry.at)} ", marked(template, **fields), *_details(entry.details)
    )


def _who(user_id: int, names: Mapping[int, str], nobody: str) -> Text | str:
    if user_id == EVERYBODY:
        return nobody
    if user_id not in names:
        return str(user_id)
    return Text(named(names[user_id], 24), f" ({user_id})")


def _details(details: Mapping[str, object]) -> list[Text | str]:
    told = [(name, value) for name, value in details.items() if value not in {None, "", False}]
    shown: list[Text | str] = []
    for name, value in told[:_MOST_DETAILS]:
        words = say("yes") if value is True else str(value)
        shown += [", " if shown else "\n  ", f"{name.replace('_', ' ')} "]
        shown.append(named(words, _LONGEST_DETAIL))
    return shown


def _rows(view: AuditPage, keys: Keys, code: str, waiting: int) -> Rows:
    older = (
        key(keys, say("Older"), "audit", view.entries[-1].audit_id, code) if view.older else None
    )
    words = say_count("{count} deletion request", "{count} deletion requests", waiting)
    wishes = key(keys, words, "wishes") if waiting else None
    return tuple((button,) for button in (older, wishes) if button is not None)
