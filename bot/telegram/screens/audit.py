"""The audit log in words, and the wishes to be deleted that stand."""

from collections.abc import Mapping, Sequence

from bot.domain.audit import EVERYBODY, AuditEntry
from bot.domain.my_data import DeletionRequest
from bot.services.audit import AuditPage
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, key, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.words.audit_words import AUDIT_SENTENCES
from bot.words.speech import later, say, say_count

_FIRST_TOO_LONG = 10**9  # more than a button carries
_LONGEST_DETAIL, _MOST_DETAILS = 40, 6
_UNKNOWN = later("{actor} · {action} · {person}")  # a row of a version after this one


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
    template = AUDIT_SENTENCES.get(entry.action, _UNKNOWN)
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
