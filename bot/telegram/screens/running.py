"""What those who run the bot are shown: sums, health, log lines, settings, and their questions."""

import json
from collections.abc import Iterator, Sequence

from bot.domain.health import Check, Proof
from bot.domain.instruments import clean_text
from bot.domain.users import Mode
from bot.observability.log_ring import LogLine
from bot.ports.groups import Totals
from bot.services.group_closing import GroupClosed, GroupOpen
from bot.services.running import Works
from bot.services.stop_notices import StopLine
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, danger, headed, key, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.stops import stop_words
from bot.words.health import proof_words
from bot.words.speech import say, say_count

_MOST_TAPPED, _ROOM_FOR_SETTINGS = 80, 3_800  # Telegram takes 100 marks and 4,096 letters
_LONGEST_VALUE, _LONGEST_LINE = 40, 160
_LEFT_OUT = frozenset({"timestamp", "level", "logger", "event"})


def status(totals: Totals, works: Works, standing: Sequence[StopLine], keys: Keys) -> Screen:
    """Show sums over everybody, and how the machine runs."""
    return Screen(
        text=lines(
            headed(Mode.PAPER, say("Everybody, in sums")),
            say("People: {people} · traded today: {active}", people=totals.people,
                active=totals.active_today),
            *exposure_lines(totals),
            *(stop_words(line.stop, line.token) for line in standing[:5]),
            "" if standing else say("Nothing is stopped."),
            *_works(works),
        ),
        rows=((key(keys, say("Refresh"), "stat"), key(keys, say("Health"), "heal")),),
    )  # fmt: skip


def _works(works: Works) -> Iterator[Text | str]:
    stored = works.day.stored
    yield say("Today: {new} new, {active} active", new=stored.new_users,
              active=stored.active_users)  # fmt: skip
    for mode in stored.modes:
        yield say("{mode}: {fills} fills, volume {volume}", mode=mode.mode.upper(),
                  fills=mode.fills, volume=figures.with_sol(mode.volume_lamports))  # fmt: skip
    found = {each.check: each.figures for each in works.view.findings if each.figures}
    if Check.INBOX in found and Check.OUTBOX in found:
        yield say("Queues: {updates} updates, {notices} messages",
                  updates=found[Check.INBOX]["waiting"],
                  notices=found[Check.OUTBOX]["waiting"])  # fmt: skip
    outside = works.outside
    resting = sum(each.is_open for each in outside.endpoints)
    yield say("Endpoints: {well} of {count} answer", well=len(outside.endpoints) - resting,
              count=len(outside.endpoints))  # fmt: skip
    yield say("Prices: {tokens} tokens, the round took {seconds} s", tokens=outside.tokens,
              seconds=f"{outside.round_seconds:.2f}")  # fmt: skip
    yield proof_words(Proof.BOOKS, works.proved.get(Proof.BOOKS))
    yield say("Version {version}, up {length}", version=works.version,
              length=figures.duration(works.up_seconds))  # fmt: skip


def exposure(totals: Totals, symbols: Sequence[str], keys: Keys) -> Screen:
    """Show what everybody's open positions come to, by token, without persons."""
    by_token = [
        Text(named(symbol, 16), f" {figures.with_sol(lamports)} · {positions}")
        for symbol, (_, positions, lamports) in zip(symbols, totals.by_token, strict=True)
    ]
    return Screen(
        text=lines(
            headed(Mode.PAPER, say("Risk of everybody, in sums")),
            *exposure_lines(totals),
            *by_token,
        ),
        rows=((key(keys, say("Status"), "stat"),),),
    )


def exposure_lines(totals: Totals) -> list[str]:
    """Say what is open and what waits."""
    return [
        say_count("{count} open position", "{count} open positions", totals.open_positions),
        say(
            "longs cost {longs}, shorts hold {margin} of margin",
            longs=figures.with_sol(totals.long_lamports),
            margin=figures.with_sol(totals.margin_lamports),
        ),
        say_count("{count} order waits", "{count} orders wait", totals.waiting_orders),
    ]


def log_lines(found: Sequence[LogLine]) -> Screen:
    """Show log lines, the newest last."""
    if not found:
        return Screen(text=lines(Bold(say("Log")), say("No such line is in memory.")))
    return Screen(text=lines(Bold(say("Log, the newest last")), *map(_log_line, found)))


def settings(found: Sequence[tuple[str, str]]) -> Screen:
    """Show settings, one a line, as many as a message holds; the first ones can be tapped."""
    shown: list[Text] = []
    room = _ROOM_FOR_SETTINGS
    for name, value in found:
        short = value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"
        room -= len(name) + len(short) + 2
        if room < 0:
            break
        title = Code(name) if len(shown) < _MOST_TAPPED else Text(name)
        shown.append(Text(title, " ", named(short, _LONGEST_VALUE)))
    left = len(found) - len(shown)
    return Screen(
        text=lines(
            Bold(say("Settings in force")),
            say("Those that are not as by default come first."),
            *shown,
            say("and {count} more", count=left) if left else "",
        )
    )


def ask_close_all(found: GroupOpen, asker: str, keys: Keys) -> Screen:
    """Ask whether to close what a group's members have open."""
    if not found.positions:
        return Screen(text=lines(headed(Mode.PAPER, say("Nobody here has anything open."))))
    return Screen(
        text=lines(
            headed(Mode.PAPER, say("Close all paper positions of this group's members?")),
            say(
                "{positions} positions of {members} members, {worth}.",
                positions=found.positions,
                members=found.members,
                worth=figures.with_sol(found.lamports),
            ),
            marked("Asked by {asker} · only they can answer · 30 s", asker=named(asker)),
        ),
        rows=(
            (
                danger(keys, say("Yes, close {count}", count=found.positions), "gclose"),
                key(keys, say("No"), "gno"),
            ),
        ),
    )


def closing_cut_off(begun: int, left: int) -> Screen:
    """Tell how far a closing came that a restart cut off."""
    return Screen(
        text=lines(
            headed(
                Mode.PAPER,
                say("I was stopped in the middle of closing {count} positions", count=begun),
            ),
            say("{count} are still open. Send /closeall to close them.", count=left)
            if left
            else say("None of them is open any more."),
        )
    )


def closing_unknown(begun: int) -> Screen:
    """Tell that a closing was cut off, where nobody can say how far it came."""
    return Screen(
        text=lines(
            headed(
                Mode.PAPER,
                say("I was stopped in the middle of closing {count} positions", count=begun),
            ),
            say("I cannot see for sure now who is in this group. Send /closeall once I can."),
        )
    )


def closed_all(closed: GroupClosed, *, was_cut_off: bool = False) -> Screen:
    """Show what became of it."""
    left = say("{count} cannot be closed right now.", count=closed.left) if closed.left else ""
    return Screen(
        text=lines(
            headed(Mode.PAPER, say("Closed {count} positions", count=closed.closed)),
            left,
            say("I was stopped in between, and took it up again.") if was_cut_off else "",
            say("Each of them has the receipt in the private chat."),
        )
    )


def ask_broadcast(text: str, receivers: int, asker: str, keys: Keys) -> Screen:
    """Show what everybody would get, and ask."""
    return Screen(
        text=lines(
            Bold(say("Send this to everybody?")),
            news(text).text,
            say("It goes to {count} people, behind all other messages.", count=receivers),
            marked("Asked by {asker} · only they can answer · 60 s", asker=named(asker)),
        ),
        rows=((key(keys, say("No"), "gno"), danger(keys, say("Yes, send"), "bcast")),),
    )


def news(text: str) -> Screen:
    """Give a broadcast as its readers see it."""
    return Screen(text=lines(Bold(say("From those who run this bot")), text))


def broadcast_sent(reached: int) -> Screen:
    """Show how many it was queued for."""
    return Screen(text=lines(say("Queued for {count} people.", count=reached)))


def nothing_done() -> Screen:
    """Show that the question was answered with no."""
    return Screen(text=lines(say("Nothing was done.")))


def _log_line(line: LogLine) -> Text:
    try:
        told = json.loads(line.text)
    except ValueError:
        told = {"event": line.text}
    rest = " ".join(f"{name}={value}" for name, value in told.items() if name not in _LEFT_OUT)
    words = (
        str(told.get("timestamp", ""))[11:19],
        str(told.get("level", "")),
        str(told.get("event", "")),
        rest,
    )
    return Text(Code(clean_text(" ".join(filter(None, words)), _LONGEST_LINE)))
