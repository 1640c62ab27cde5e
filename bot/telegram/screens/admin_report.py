"""A day of everybody's in sums, as admins are told it."""

from collections.abc import Iterator, Sequence

from bot.domain.admin_reports import AdminDay, CommandDay, ModeDay
from bot.domain.health import Proof
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, key, lines, named
from bot.telegram.rich_text import Bold, Text
from bot.telegram.screens import figures
from bot.words.health import proof_words
from bot.words.speech import say

_LONGEST_NAME = 48


def report(found: AdminDay, keys: Keys) -> Screen:
    """Show a day."""
    head = (
        say("The day {day} in sums", day=found.day.isoformat())
        if found.is_over
        else say("Today in sums, {day} so far", day=found.day.isoformat())
    )
    return Screen(
        text=lines(Bold(head), *_people(found), *_trading(found), *_troubles(found)),
        rows=((key(keys, say("Health"), "heal"), key(keys, say("Status"), "stat")),),
    )


def _people(found: AdminDay) -> Iterator[str]:
    stored = found.stored
    yield say(
        "People: {users}, {new} new, {active} active",
        users=stored.users,
        new=stored.new_users,
        active=stored.active_users,
    )


def _trading(found: AdminDay) -> Iterator[Text | str]:
    stored = found.stored
    yield from map(_mode, stored.modes)
    if not stored.modes:
        yield say("Nothing was traded.")
    if stored.live_orders:
        told = " · ".join(f"{state} {count}" for state, count in stored.live_orders.items())
        yield say("Live orders: {told}", told=told)
    if found.gap is not None:
        yield say(
            "Twin gap: {gap} in the median of {count}",
            gap=figures.signed_percent(-found.gap),
            count=found.gap_orders,
        )


def _mode(mode: ModeDay) -> Text:
    return Text(
        Bold(mode.mode.upper()),
        " · ",
        say(
            "{fills} fills by {traders}, volume {volume}, fees {fees}",
            fills=mode.fills,
            traders=mode.traders,
            volume=figures.with_sol(mode.volume_lamports),
            fees=figures.with_sol(mode.fees_lamports),
        ),
    )


def _troubles(found: AdminDay) -> Iterator[Text | str]:
    stored = found.stored
    whole = found.all_commands
    if whole is not None:
        yield say(
            "Answers: {count}, p50 {p50} ms, p99 {p99} ms",
            count=whole.count,
            p50=whole.p50_ms,
            p99=whole.p99_ms,
        )
    yield from _listed(say("Slowest"), [(one.name, _took(one)) for one in found.commands])
    yield from _listed(say("Errors"), [(kind, str(count)) for kind, count in stored.errors])
    yield from _listed(say("Refused"), [(code, str(count)) for code, count in found.refusals])
    yield from _listed(say("Away"), [(name, figures.duration(s)) for name, s in found.outages_s])
    yield say(
        "Alerts: {fired} fired, {late} late, {missed} missed",
        fired=stored.alerts_fired,
        late=stored.alerts_late,
        missed=stored.alerts_missed,
    )
    if stored.notices_given_up:
        yield say("Messages given up: {count}", count=stored.notices_given_up)
    for proof in Proof:
        yield proof_words(proof, stored.proved.get(proof))
    if stored.paused_wallets:
        yield say("⚠️ Live wallets paused: {count}", count=stored.paused_wallets)
    if found.newest_backup_h is not None:
        yield say("Newest backup: {hours} h old", hours=round(found.newest_backup_h))


def _listed(head: str, rows: Sequence[tuple[str, str]]) -> Iterator[Text]:
    if rows:
        parts: list[Text | str] = [f"{head}:"]
        for name, told in rows:
            parts += ["\n  ", named(name, _LONGEST_NAME), f" {told}"]
        yield Text(*parts)


def _took(command: CommandDay) -> str:
    return f"{command.p50_ms} / {command.p99_ms} ms · {command.count}"
