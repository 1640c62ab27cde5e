"""What exits lock, as the database does it, against a model that does it by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool
from bot.adapters.database.risk import PostgresRisk
from bot.domain.errors import Refusal
from bot.domain.orders import FillReason, OrderAction
from bot.domain.risk import LockRule, RiskLimit
from bot.domain.users import Mode, User
from bot.ports.books import Settlement
from bot.ports.risk import EquityMark
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.builders.chance import seeded
from tests.builders.desks import NOON, SOL, request

STOPS = {FillReason.STOP, FillReason.TRAILING, FillReason.LIQUIDATION}
REASONS = (FillReason.MANUAL, FillReason.STOP, FillReason.TRAILING, FillReason.TAKE_PROFIT)


@dataclass
class Exit:
    at: datetime
    reason: FillReason
    gain: int


@dataclass
class Model:
    """The basic role's protections, for one token: until when each rule locks."""

    exits: list[Exit] = field(default_factory=list)
    until: dict[LockRule, datetime] = field(default_factory=dict)

    def leave(self, one: Exit, base: int) -> None:
        self.exits.append(one)
        for rule, seconds in self.met(one, base):
            ends = one.at + timedelta(seconds=seconds)
            standing = self.until.get(rule)
            stands = standing is not None and standing > one.at
            self.until[rule] = max(standing, ends) if stands and standing else ends

    def met(self, one: Exit, base: int) -> Iterator[tuple[LockRule, int]]:
        if one.gain >= 0:
            return
        if one.reason in STOPS:
            yield LockRule.AFTER_STOP, 300
            stops = [e for e in self.within(one, 3600) if e.reason in STOPS and e.gain < 0]
            if len(stops) >= 4:
                yield LockRule.STOP_GUARD, 1800
            if len(stops) >= 2:
                yield LockRule.STOP_GUARD_TOKEN, 1800
        total = peak = fall = 0
        for each in self.within(one, 43_200):
            total += each.gain
            peak = max(peak, total)
            fall = max(fall, peak - total)
        if fall * 10_000 >= 2000 * (base + fall):
            yield LockRule.DRAWDOWN_GUARD, 3600
        of_day = self.within(one, 86_400)
        lost = -sum(each.gain for each in of_day)
        if len(of_day) >= 3 and lost * 10_000 >= 1000 * (base + lost):
            yield LockRule.LOW_PROFIT, 3600

    def within(self, one: Exit, seconds: int) -> list[Exit]:
        return [e for e in self.exits if e.at > one.at - timedelta(seconds=seconds)]


async def bought(books: PostgresBooks, database: Pool) -> tuple[User, Settlement]:
    ann, kept = await meet(books), await known_token(database)
    asked, settlement = await decided_long(
        books, ann, kept, request_id="tg:1", size_lamports=50 * SOL
    )
    await books.book(asked, settlement, ())
    return ann, settlement


async def leave(books: PostgresBooks, ann: User, opened: Settlement, number: int, one: Exit) -> int:
    """Book an exit that brings a gain as wanted; gives the wallet's base after it."""
    desk = await books.desk(ann.user_id, Mode.PAPER, "")
    held = desk.positions[0]
    receipt = replace(
        opened.receipt,
        order_number=desk.wallet.last_order + 1,
        action=OrderAction.CLOSE,
        realised_pnl_lamports=one.gain,
        times=replace(opened.receipt.times, filled_at=one.at),
    )
    settlement = replace(
        opened,
        wallet_version=desk.wallet.version,
        request_hash=f"hash{number}",
        receipt=receipt,
        position=replace(held, realised_pnl_lamports=held.realised_pnl_lamports + one.gain),
        transfers=(),
        reason=one.reason,
    )
    await books.book(request(f"tg:out{number}", of=ann), settlement, ())
    return desk.wallet.grant_lamports + desk.realised_pnl_lamports + one.gain


async def standing(database: Pool) -> dict[LockRule, datetime]:
    rows = await database.fetch("SELECT rule, max(until) AS until FROM trading_locks GROUP BY rule")
    return {LockRule(row["rule"]): row["until"] for row in rows}


@pytest.mark.parametrize("seed", range(6))
async def test_exits_lock_as_the_model_says(database: Pool, seed: int) -> None:
    chance, books, model = seeded(seed), books_on(database), Model()
    ann, opened = await bought(books, database)
    at = NOON
    for number in range(25):
        at += timedelta(seconds=chance.choice((30, 400, 1500, 4000, 30_000)))
        gain = chance.choice((SOL, -SOL // 10, -SOL, -4 * SOL, 0))
        one = Exit(at=at, reason=chance.choice(REASONS), gain=gain)
        model.leave(one, await leave(books, ann, opened, number, one))
        assert await standing(database) == model.until, (number, one)


async def test_a_lock_is_read_with_the_desk_lifted_once_and_written_down(database: Pool) -> None:
    books = books_on(database)
    risk = PostgresRisk(database, on_outbox=lambda _queued: None)
    ann, opened = await bought(books, database)
    now = await database.fetchval("SELECT now()")
    await leave(books, ann, opened, 1, Exit(at=now, reason=FillReason.STOP, gain=-SOL))
    (lock,) = (await books.desk(ann.user_id, Mode.PAPER, "")).locks
    assert (lock.rule, lock.token_id) == (LockRule.AFTER_STOP, opened.position.token_id)
    stranger = await meet(books, 77)
    with pytest.raises(Refusal, match="unknown_lock"):
        await risk.lift_lock(request(of=stranger), lock.lock_id, now, ())
    await risk.lift_lock(request(of=ann), lock.lock_id, now, ())
    assert (await books.desk(ann.user_id, Mode.PAPER, "")).locks == ()
    with pytest.raises(Refusal, match="unknown_lock"):
        await risk.lift_lock(request(of=ann), lock.lock_id, now, ())
    assert await database.fetchval("SELECT action FROM audit_log") == "lock_lifted"


async def test_own_limits_are_kept_and_read_back(database: Pool) -> None:
    books = books_on(database)
    risk = PostgresRisk(database, on_outbox=lambda _queued: None)
    ann = await meet(books)
    assert (await books.desk(ann.user_id, Mode.PAPER, "")).limits.risk.daily_loss_bps == 2500
    await risk.set_limit(request(of=ann), RiskLimit.DAILY_LOSS, 500, ())
    await risk.set_limit(request(of=ann), RiskLimit.DRAWDOWN, 9000, ())
    desk = await books.desk(ann.user_id, Mode.PAPER, "")
    assert (desk.limits.risk.daily_loss_bps, desk.limits.risk.drawdown_bps) == (500, 5000)
    assert desk.role_limits is not None
    assert desk.role_limits.risk.daily_loss_bps == 2500
    await risk.set_limit(request(of=ann), RiskLimit.DAILY_LOSS, None, ())
    assert (await books.desk(ann.user_id, Mode.PAPER, "")).limits.risk.daily_loss_bps == 2500


async def test_an_own_pause_after_a_close_locks_the_token(database: Pool) -> None:
    books = books_on(database)
    risk = PostgresRisk(database, on_outbox=lambda _queued: None)
    ann, opened = await bought(books, database)
    await risk.set_limit(request(of=ann), RiskLimit.COOLDOWN, 600, ())
    await leave(books, ann, opened, 1, Exit(at=NOON, reason=FillReason.MANUAL, gain=SOL))
    assert await standing(database) == {LockRule.AFTER_CLOSE: NOON + timedelta(seconds=600)}


async def test_marks_of_equity_begin_a_day_once_and_never_lower_a_peak(database: Pool) -> None:
    books = books_on(database)
    risk = PostgresRisk(database, on_outbox=lambda _queued: None)
    ann, _ = await bought(books, database)
    (wallet,) = await risk.wallets_at_risk(0, 10)
    assert (wallet.user_id, len(wallet.positions), wallet.day_on) == (ann.user_id, 1, None)
    assert await risk.wallets_at_risk(ann.user_id, 10) == []
    mark = EquityMark(
        user_id=ann.user_id,
        season=1,
        peak_lamports=120 * SOL,
        day_on=NOON.date(),
        day_lamports=110 * SOL,
    )
    await risk.mark([mark])
    await risk.mark([replace(mark, peak_lamports=90 * SOL, day_lamports=90 * SOL)])
    kept = (await books.desk(ann.user_id, Mode.PAPER, "")).wallet
    assert (kept.peak_lamports, kept.day_lamports) == (120 * SOL, 110 * SOL)
    assert kept.day_on == NOON.date()
    tomorrow = NOON.date() + timedelta(days=1)
    await risk.mark([replace(mark, day_on=tomorrow, day_lamports=95 * SOL)])
    kept = (await books.desk(ann.user_id, Mode.PAPER, "")).wallet
    assert (kept.day_on, kept.day_lamports) == (tomorrow, 95 * SOL)
    assert Decimal(kept.peak_lamports or 0) == 120 * SOL
