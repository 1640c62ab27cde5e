"""What a crash run left behind, held against what was said: the model is the conversation."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.adapters.clock import SystemClock
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from tests.builders.desks import SOL
from tests.journeys.people import text_of
from tests.journeys.town import Town

_ORDER = re.compile(r"order #(\d+)")
_SIZE = re.compile(r"/open \S+ long ([\d.]+)")
_EFFECTS = """
    SELECT split_part(request_id, '/', 1) AS cause, sol_lamports, action FROM orders
    WHERE user_id = $1 ORDER BY number
"""
_UNANSWERED = "SELECT count(*) FROM inbox WHERE closed_at IS NULL OR failure <> ''"
_ANSWERED_TWICE = """
    SELECT count(*) FROM (
      SELECT FROM outbox WHERE update_id IS NOT NULL GROUP BY update_id HAVING count(*) > 1
    ) AS twice
"""
_ANSWERS = """
    SELECT split_part(payload ->> 'text', E'\\n', 1) AS said, count(*) AS times FROM outbox
    WHERE update_id = ANY ($1::bigint[]) AND method <> 'answerCallbackQuery'
    GROUP BY said ORDER BY times DESC LIMIT 5
"""
_SAID_TOO_LATE = """
    SELECT DISTINCT update_id FROM outbox
    WHERE update_id = ANY ($1::bigint[]) AND payload ->> 'text' LIKE 'That reached me late%'
"""
_UNSENT = "SELECT count(*) FROM outbox WHERE state <> 'sent'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One thing that a person said, and the update that came of it."""

    who: int
    text: str
    update_id: int

    @property
    def is_order(self) -> bool:
        """Tell whether it must leave an order behind."""
        return self.text.startswith(("/open", "/close"))


@dataclass(slots=True, kw_only=True)
class Report:
    """Counts of what must be none, and of what happened."""

    updates: int
    orders: int
    lost: int
    doubled: int
    out_of_order: int
    wrong_sizes: int
    answered_twice: int
    unsent: int
    receipts_out_of_order: int
    receipts_sent_again: int
    differences: Sequence[str]
    late: int = 0
    without_order: list[int] = field(default_factory=list)
    said_instead: Mapping[str, int] = field(default_factory=dict)
    seed: int = 0
    deaths: Mapping[str, int] = field(default_factory=dict)
    database_stops: int = 0
    repeated: int = 0
    drained_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def kills(self) -> int:
        """Count the deaths of the bot."""
        return sum(self.deaths.values())

    def faults(self) -> dict[str, int]:
        """Give every count that must be none; a receipt may come twice, never out of order."""
        return {
            "lost": self.lost,
            "doubled": self.doubled,
            "out of order": self.out_of_order,
            "wrong sizes": self.wrong_sizes,
            "answered twice": self.answered_twice,
            "answers not sent": self.unsent,
            "receipts out of order": self.receipts_out_of_order,
            "differences in the books": len(self.differences),
        }

    def check(self) -> None:
        """Fail unless nothing is lost, doubled, out of order or unbalanced."""
        faults = {name: count for name, count in self.faults().items() if count}
        assert not faults, (faults, self.differences, self.said_instead)


async def reconcile(town: Town, spoken: Sequence[Spoken]) -> Report:
    """Hold orders, answers, receipts and books against what was said."""
    proof = await PostgresLedgerAudit(town.pool, SystemClock()).prove()
    arrived = {row[0] for row in await town.rows("SELECT update_id FROM inbox")}
    report = Report(
        updates=len(spoken),
        orders=0,
        lost=sum(each.update_id not in arrived for each in spoken),
        doubled=0,
        out_of_order=0,
        wrong_sizes=0,
        answered_twice=await town.value(_ANSWERED_TWICE),
        unsent=await town.value(_UNSENT) + await town.value(_UNANSWERED),
        receipts_out_of_order=0,
        receipts_sent_again=0,
        differences=[str(difference) for difference in proof.differences],
    )
    for who in {each.who for each in spoken}:
        mine = [each for each in spoken if each.who == who and each.is_order]
        await _hold_orders(town, report, who, mine)
        await _hold_receipts(town, report, who)
    # A bot that is killed all the time falls behind, and what is minutes old is refused in words.
    report.late = len(await town.rows(_SAID_TOO_LATE, report.without_order))
    report.lost -= report.late
    rows = await town.rows(_ANSWERS, report.without_order)
    report.said_instead = {str(row["said"]): row["times"] for row in rows}
    return report


async def _hold_orders(town: Town, report: Report, who: int, mine: Sequence[Spoken]) -> None:
    rows = await town.rows(_EFFECTS, who)
    turns = {f"tg:{each.update_id}": turn for turn, each in enumerate(mine)}
    found = [turns[row["cause"]] for row in rows]
    report.orders += len(found)
    report.lost += len(mine) - len(set(found))
    report.without_order += [mine[turn].update_id for turn in set(range(len(mine))) - set(found)]
    report.doubled += len(found) - len(set(found))
    report.out_of_order += _inversions(found)
    sizes = [size_lamports(each.text) for each in mine]
    report.wrong_sizes += sum(
        row["action"] == "open" and int(row["sol_lamports"]) != sizes[turn]
        for row, turn in zip(rows, found, strict=True)
    )


async def _hold_receipts(town: Town, report: Report, who: int) -> None:
    shown = (await town.wire.get(f"/sandbox/chats/{who}/messages"))["messages"]
    said = [text_of(each) for each in shown if each["from"]["is_bot"]]
    numbers = [int(found[1]) for text in said if (found := _ORDER.search(text))]
    firsts = list(dict.fromkeys(numbers))
    report.receipts_out_of_order += _inversions(firsts)
    report.receipts_sent_again += len(numbers) - len(firsts)


def size_lamports(text: str) -> int:
    """Give the size that an opening order names; 0 for any other words."""
    named = _SIZE.match(text)
    return round(float(named[1]) * SOL) if named else 0


def _inversions(numbers: Sequence[int]) -> int:
    return sum(_falls(numbers))


def _falls(numbers: Sequence[int]) -> Iterator[bool]:
    return (after < before for before, after in pairwise(numbers))
