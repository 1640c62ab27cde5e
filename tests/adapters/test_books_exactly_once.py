"""A request is booked once, its notices with it, and nothing is booked by halves."""

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.orders import CloseIntent
from bot.domain.users import Mode, Role
from bot.ports.books import BookingConflict
from bot.ports.mail import StoredUpdate
from tests.builders.books import ENGINE, books_on, decided_long, known_token, meet
from tests.builders.desks import NOON, SOL, market, request

HELLO = Notice(chat_id=1001, method="sendMessage", payload={"text": "hello"})


async def test_a_new_user_is_granted_the_season_of_their_role(database: Pool) -> None:
    books = books_on(database)
    ann = await meet(books)
    ada = await meet(books, 3001, Role.ADMIN)
    assert (await books.desk(ann.user_id, Mode.PAPER, "")).wallet.cash_lamports == 100 * SOL
    assert (await books.desk(ada.user_id, Mode.PAPER, "")).wallet.cash_lamports == 1000 * SOL


async def test_a_role_goes_with_the_setting_that_gave_it(database: Pool) -> None:
    books = books_on(database)
    assert (await meet(books, 3001, Role.ADMIN)).role is Role.ADMIN
    assert (await meet(books, 3001)).role is Role.BASIC
    await database.execute("UPDATE users SET role = 'premium', role_from = 'command'")
    assert (await meet(books, 3001)).role is Role.PREMIUM


async def test_meeting_a_user_many_times_at_once_grants_once(database: Pool) -> None:
    books = books_on(database)
    await asyncio.gather(*(meet(books) for _ in range(12)))
    assert (await books.desk(1001, Mode.PAPER, "")).wallet.cash_lamports == 100 * SOL


async def test_the_same_request_is_booked_once_and_answered_again(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    asked, settlement = await decided_long(books, ann, kept, request_id="tg:1")
    await books.book(asked, settlement, [HELLO])
    with pytest.raises(Refusal, match="already_done"):
        await books.book(asked, settlement, [HELLO])
    assert len(await PostgresOutbox(database).waiting(10)) == 1
    assert (await books.desk(1001, Mode.PAPER, "tg:1")).answered == 1


async def test_the_same_key_for_another_order_is_refused(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    asked, settlement = await decided_long(books, ann, kept, request_id="tg:1")
    await books.book(asked, settlement, [])
    with pytest.raises(Refusal, match="request_mismatch"):
        await books.book(asked, replace(settlement, request_hash="another"), [])


async def test_fifty_presses_at_once_are_one_order(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    asked, settlement = await decided_long(books, ann, kept, request_id="cb:1")

    async def press() -> str:
        try:
            await books.book(asked, settlement, [HELLO])
        except Refusal as refusal:
            return refusal.code
        return "booked"

    answers = await asyncio.gather(*(press() for _ in range(50)))
    assert sorted(answers) == ["already_done"] * 49 + ["booked"]
    assert len(await PostgresOutbox(database).waiting(100)) == 1


async def test_a_decision_on_an_old_wallet_is_a_conflict(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    first, one = await decided_long(books, ann, kept, request_id="tg:1")
    second, two = await decided_long(books, ann, kept, request_id="tg:2")
    await books.book(first, one, [])
    with pytest.raises(BookingConflict):
        await books.book(second, two, [])


async def test_a_user_frozen_meanwhile_books_nothing(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    asked, settlement = await decided_long(books, ann, kept, request_id="tg:1")
    await database.execute("UPDATE users SET status = 'frozen'")
    with pytest.raises(Refusal, match="frozen"):
        await books.book(asked, settlement, [HELLO])
    assert await PostgresOutbox(database).waiting(10) == []


async def test_the_booking_closes_its_update(database: Pool) -> None:
    books, inbox = books_on(database), PostgresInbox(database)
    ann, kept = await meet(books), await known_token(database)
    update = StoredUpdate(update_id=7, lane=1001, raw={"update_id": 7}, received_at=NOON)
    assert await inbox.store([update, update]) == [update, update]
    assert await inbox.store([update]) == []
    asked, settlement = await decided_long(books, ann, kept, request_id="tg:7")
    await books.book(replace(asked, update_id=7), settlement, [HELLO])
    assert await inbox.unanswered() == []


async def test_an_update_is_answered_once_even_if_closed_twice(database: Pool) -> None:
    inbox = PostgresInbox(database)
    await inbox.store([StoredUpdate(update_id=7, lane=1, raw={"a": "\0"}, received_at=NOON)])
    await inbox.close(7, failure="", notices=[HELLO])
    await inbox.close(7, failure="", notices=[HELLO])
    assert len(await PostgresOutbox(database).waiting(10)) == 1


async def test_a_new_season_keeps_the_old_one_and_starts_with_the_grant(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    asked, settlement = await decided_long(books, ann, kept, request_id="tg:1")
    await books.book(asked, settlement, [])
    again = replace(asked, request_id="tg:2")
    await books.start_season(again, Mode.PAPER, [HELLO])
    with pytest.raises(Refusal, match="already_done"):
        await books.start_season(again, Mode.PAPER, [HELLO])
    desk = await books.desk(1001, Mode.PAPER, "")
    assert (desk.wallet.season, desk.wallet.cash_lamports, desk.positions) == (2, 100 * SOL, ())
    assert len(await books.history(1001, Mode.PAPER, 1, None, 10)) == 1
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.differences == ()


async def test_a_desk_tells_what_rent_is_locked_now(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    await books.book(*await decided_long(books, ann, kept, request_id="tg:1"), [])
    locked = "SELECT sum(balance) FROM accounts WHERE kind = 'rent'"
    desk = await books.desk(1001, Mode.PAPER, "")
    assert desk.wallet.rent_lamports == await database.fetchval(locked) > 0
    close = ENGINE.close(
        desk, CloseIntent(number=1, percent=100), market(of=kept), request("tg:2", of=ann), NOON
    )
    await books.book(request("tg:2", of=ann), close, [])
    assert (await books.desk(1001, Mode.PAPER, "")).wallet.rent_lamports == 0


async def test_a_notice_with_a_nul_is_stored_without_it(database: Pool) -> None:
    outbox = PostgresOutbox(database)
    await outbox.put([replace(HELLO, payload={"text": "a\0b"})])
    assert (await outbox.waiting(1))[0].notice.payload == {"text": "a\ufffdb"}


async def test_a_new_season_goes_on_numbering_where_the_old_one_stopped(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    await books.book(*await decided_long(books, ann, kept, request_id="tg:1"), [])
    await books.start_season(request("tg:2", of=ann), Mode.PAPER, [])
    await books.book(*await decided_long(books, ann, kept, request_id="tg:3"), [])
    desk = await books.desk(1001, Mode.PAPER, "")
    assert [position.number for position in desk.positions] == [2]
    assert desk.wallet.last_order == 2


async def test_a_user_frozen_meanwhile_begins_no_season(database: Pool) -> None:
    books = books_on(database)
    ann = await meet(books)
    await database.execute("UPDATE users SET status = 'frozen'")
    with pytest.raises(Refusal, match="frozen"):
        await books.start_season(request("tg:1", of=ann), Mode.PAPER, [HELLO])
    assert (await books.desk(1001, Mode.PAPER, "")).wallet.season == 1


async def test_resets_and_fills_at_once_lose_none_and_double_none(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    asked, settlement = await decided_long(books, ann, kept, request_id="tg:1")

    async def reset(number: int) -> str:
        await books.start_season(request(f"tg:r{number}", of=ann), Mode.PAPER, [])
        return "begun"

    async def fill() -> str:
        try:
            await books.book(asked, settlement, [])
        except (Refusal, BookingConflict) as error:
            return type(error).__name__
        return "booked"

    outcomes = await asyncio.gather(*(reset(number) for number in range(6)), fill(), fill())
    assert outcomes[:6] == ["begun"] * 6
    assert set(outcomes[6:]) <= {"booked", "Refusal", "BookingConflict"}
    assert (await books.desk(1001, Mode.PAPER, "")).wallet.season == 7
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.differences == ()


async def test_resets_and_fills_never_wait_for_each_other_in_a_circle(database: Pool) -> None:
    books, kept = books_on(database), await known_token(database)

    async def meddle(who: int) -> None:
        ann = await meet(books, who)
        asked, settlement = await decided_long(books, ann, kept, request_id="tg:1")
        resets = (
            books.start_season(request(f"tg:r{number}", of=ann), Mode.PAPER, [])
            for number in range(5)
        )
        fills = (books.book(asked, settlement, []) for _ in range(2))
        outcomes = await asyncio.gather(*resets, *fills, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} <= {type(None), Refusal, BookingConflict}

    for who in range(1001, 1041):
        await meddle(who)


async def test_a_booking_that_breaks_a_rule_is_logged_and_decided_again(database: Pool) -> None:
    books = books_on(database)
    ann, kept = await meet(books), await known_token(database)
    asked, settlement = await decided_long(books, ann, kept, request_id="tg:1")
    dear = tuple(replace(each, units=10**30) for each in settlement.transfers)
    with capture_logs() as logs, pytest.raises(BookingConflict):
        await books.book(asked, replace(settlement, transfers=dear), [])
    assert [each["constraint"] for each in logs] == ["ck_accounts_never_negative"]


async def test_nothing_is_booked_behind_an_answer_that_was_given(database: Pool) -> None:
    books, inbox = books_on(database), PostgresInbox(database)
    ann, kept = await meet(books), await known_token(database)
    await inbox.store([StoredUpdate(update_id=7, lane=1001, raw={}, received_at=NOON)])
    asked, settlement = await decided_long(books, ann, kept, request_id="tg:7")
    late = replace(asked, update_id=7)
    await inbox.close(7, failure="", notices=[HELLO])
    with pytest.raises(Refusal, match="already_done"):
        await books.book(late, settlement, [HELLO])
    with pytest.raises(Refusal, match="already_done"):
        await books.start_season(late, Mode.PAPER, [HELLO])
    desk = await books.desk(1001, Mode.PAPER, "")
    assert (desk.wallet.season, desk.wallet.cash_lamports) == (1, 100 * SOL)


async def test_an_update_that_no_database_holds_does_not_stop_the_others(database: Pool) -> None:
    inbox = PostgresInbox(database)
    plain = StoredUpdate(update_id=7, lane=1, raw={}, received_at=NOON)
    absurd = [
        replace(plain, update_id=2**63),
        replace(plain, update_id=8, lane=-(2**63) - 1),
        replace(plain, update_id=9, raw={"a": 2**70}),
        replace(plain, update_id=10, raw={"a": "\ud800"}),
    ]
    assert await inbox.store([*absurd, plain]) == [plain]
    assert await inbox.unanswered() == [plain]
