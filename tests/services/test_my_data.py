"""What is kept about a person: shown, exported, and deleted but for what has to stay."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from bot.adapters.database.accounts import PostgresAccounts
from bot.adapters.database.alert_watch import PostgresAlerts
from bot.adapters.database.audit_book import PostgresAuditBook
from bot.adapters.database.audit_chain import PostgresAuditChain
from bot.adapters.database.connection import Pool
from bot.adapters.database.factors import PostgresFactors
from bot.adapters.database.modes import PostgresModes
from bot.adapters.database.personal_data import (
    KEPT,
    KEPT_IN_PART,
    NO_ROWS_OF_THEIR_OWN,
    TABLES,
    PostgresDeletions,
    PostgresPersonalData,
)
from bot.adapters.database.schema import metadata
from bot.adapters.database.web_sessions import PostgresSessions
from bot.domain.errors import Refusal
from bot.domain.my_data import DataCategory
from bot.domain.users import Role, User
from bot.services.access import Access
from bot.services.audit import Audit
from bot.services.audit_sealing import AuditProof
from bot.services.factors import Factors
from bot.services.modes import Modes
from bot.services.my_data import MyData
from bot.services.web_sessions import WebSessions
from bot.telegram.security_news import SecurityNews
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.builders.chance import seeded
from tests.builders.desks import request
from tests.builders.houses import house
from tests.fakes.hand_clock import HandClock

ADA = 9


def factors_on(database: Pool, clock: HandClock) -> tuple[Factors, WebSessions]:
    quiet = {"on_outbox": lambda _queued: None}
    notices = SecurityNews(clock=clock, chance=seeded(5), bot_name="kitrader_bot")
    sessions = WebSessions(
        book=PostgresSessions(database, **quiet),
        accounts=PostgresAccounts(database),
        notices=notices,
        draw=lambda: "a-token",
        clock=clock,
    )
    book = PostgresFactors(database, **quiet)
    factors = Factors(book=book, open_vault=None, sessions=sessions, notices=notices, clock=clock)
    return factors, sessions


async def my_data(database: Pool, clock: HandClock) -> MyData:
    built = await house(database)
    return MyData(
        factors=factors_on(database, clock)[0],
        data=PostgresPersonalData(database),
        deletions=PostgresDeletions(database, on_outbox=lambda _queued: None),
        audit=Audit(book=PostgresAuditBook(database), clock=clock),
        alerts=PostgresAlerts(database, on_outbox=lambda _queued: None),
        triggers=built.triggers,
        access=Access(books=built.books, clock=clock, roles={}),
        modes=Modes(book=PostgresModes(database, on_outbox=lambda _queued: None), is_live_on=True),
        clock=clock,
        deleted=lambda _user_id: (),
    )


def test_every_table_about_a_person_is_shown_and_exported() -> None:
    about = {
        name
        for name, table in metadata.tables.items()
        if {"user_id", "lane", "chat_id"} & set(table.columns.keys())
    }
    named = [table for tables in TABLES.values() for table in tables]
    assert len(named) == len(set(named))
    assert about == set(named) | set(NO_ROWS_OF_THEIR_OWN)


async def test_an_export_holds_every_row_about_the_person_and_nobody_elses(
    database: Pool,
) -> None:
    clock = HandClock()
    service, books = await my_data(database, clock), books_on(database)
    ann, kept = await meet(books), await known_token(database)
    bob = await meet(books, 1002)
    for who in (ann, bob):
        await books.book(*await decided_long(books, who, kept, request_id=f"tg:{who.user_id}"), [])
    view = await service.show(ann)
    assert view.counts[DataCategory.BOOKS] > 5
    file = await service.write(await service.export(ann))
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        content = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    assert {"users.json", "transfers.json", "orders.json", "virtual_wallets.json"} <= set(content)
    assert {row["user_id"] for rows in content.values() for row in rows} == {ann.user_id}
    counted = sum(len(rows) for rows in content.values())
    assert counted == sum(view.counts.values())


async def test_a_deletion_is_carried_out_after_its_week_and_keeps_the_books(
    database: Pool,
) -> None:
    clock = HandClock()
    service, books = await my_data(database, clock), books_on(database)
    ann, kept = await meet(books), await known_token(database)
    await books.book(*await decided_long(books, ann, kept, request_id="tg:1"), [])
    await database.execute("INSERT INTO watchlist (user_id, token_id) VALUES (1001, $1)",
                           kept.token_id)  # fmt: skip
    await service.ask_deletion(request("tg:2", of=ann), lambda _wish: ())
    with pytest.raises(Refusal, match="deletion_standing"):
        await service.ask_deletion(request("tg:3", of=ann), lambda _wish: ())
    ada = await meet(books, ADA, Role.ADMIN)
    assert [wish.user_id for wish in await service.open_requests(ada)] == [1001]
    clock.advance(timedelta(days=6, hours=23).total_seconds())
    await service.carry_out_due()
    assert await database.fetchval("SELECT first_name FROM users WHERE user_id = 1001") == "Ann"
    clock.advance(3601)
    await service.carry_out_due()
    await service.carry_out_due()
    row = await database.fetchrow("SELECT * FROM users WHERE user_id = 1001")
    assert row is not None
    assert (row["first_name"], row["username"], row["status"]) == ("Deleted", None, "active")
    assert await database.fetchval("SELECT count(*) FROM watchlist WHERE user_id = 1001") == 0
    assert await database.fetchval("SELECT count(*) FROM orders WHERE user_id = 1001") == 1
    actions = await database.fetch("SELECT action FROM audit_log WHERE user_id = 1001")
    assert [row["action"] for row in actions] == ["deletion.asked", "data.deleted"]
    assert (await meet(books)).first_name == "Ann"  # they write again: nobody was banned
    chain = PostgresAuditChain(database)
    assert (await AuditProof(chain=chain, key=None).check())[0] == []


OF_ANN: dict[str, str] = {
    "wallet_links": "(user_id, address, nonce, expires_at) VALUES (1001, 'a', 'n', now())",
    "watched_wallets": "(user_id, number, address, linked_at) VALUES (1001, 1, 'a', now())",
    "watchlist": "(user_id, token_id) VALUES (1001, {token})",
    "alerts": "(user_id, token_id, side, level, gauge) VALUES (1001, {token}, 'above', 1, "
    "'price_sol')",
    "alert_firings": "(user_id, alert_id, kind, level, value, loudness, seen_at, confirmed_at, "
    "fired_at) VALUES (1001, 1, 'price', 1, 1, 'on', now(), now(), now())",
    "daily_reports": "(user_id, hour, offset_minutes, next_due_at) VALUES (1001, 9, 0, now())",
    "leaderboard_members": "(user_id, chat_id) VALUES (1001, -5)",
    "dialogs": "(user_id, chat_id, kind, data, expires_at) "
    "VALUES (1001, 1001, 'open', '{{}}', now())",
    "feedback": "(user_id, words, sent_at) VALUES (1001, 'I live in Rome', now())",
    "group_people": "(user_id, chat_id) VALUES (1001, -5)",
    "group_calls": "(chat_id, token_id, user_id, price, called_at) "
    "VALUES (-5, {token}, 1001, 1, now())",
    "invitations": "(user_id, token_hash, role, made_at, expires_at) "
    "VALUES (1001, 'h', 'basic', now(), now())",
    "password_attempts": "(user_id, failures, last_at) VALUES (1001, 1, now())",
    "login_links": "(user_id, token_hash, expires_at) VALUES (1001, 'h', now())",
    "web_sessions": "(user_id, token_hash, device, began_at, seen_at, ends_at) "
    "VALUES (1001, 'h', 'Firefox on Linux', now(), now(), now())",
    "user_factors": "(user_id, kind, version, key_id, sealed) VALUES (1001, 'waiting', 1, '', '')",
    "recovery_codes": "(user_id, number, code_hash) VALUES (1001, 1, 'h')",
    "factor_tries": "(user_id, tries) VALUES (1001, 1)",
    "own_freezes": "(user_id, frozen_at, ended_at) VALUES (1001, now(), now())",
}
"""A row about Ann in each table that her deletion clears."""


def owned_by_people() -> set[str]:
    """Give every table of the schema with rows about one person."""
    return {table for tables in TABLES.values() for table in tables}


def test_every_table_about_a_person_is_cleared_by_a_deletion_or_kept_for_a_reason() -> None:
    assert set(OF_ANN).isdisjoint(KEPT)
    assert set(OF_ANN) | set(KEPT) == owned_by_people(), "say of a new table whether it is cleared"
    assert set(KEPT_IN_PART) <= set(OF_ANN)
    assert all({**KEPT, **KEPT_IN_PART}.values())


async def delete_ann(service: MyData, clock: HandClock, ann: User) -> None:
    await service.ask_deletion(request("tg:2", of=ann), lambda _wish: ())
    clock.advance(timedelta(days=7, seconds=1).total_seconds())
    await service.carry_out_due()


async def rows_of_ann(database: Pool) -> dict[str, int]:
    return {
        table: await database.fetchval(f"SELECT count(*) FROM {table} WHERE user_id = 1001")  # noqa: S608
        for table in OF_ANN
    }


async def test_a_deletion_leaves_no_row_in_the_tables_that_it_clears(database: Pool) -> None:
    clock = HandClock()
    service, ann = await my_data(database, clock), await meet(books_on(database))
    kept = await known_token(database)
    for table, row in OF_ANN.items():
        await database.execute(f"INSERT INTO {table} {row.format(token=kept.token_id)}")
    await database.execute("UPDATE users SET chosen_language = 'ru' WHERE user_id = 1001")
    assert set((await rows_of_ann(database)).values()) == {1}
    await delete_ann(service, clock, ann)
    assert {table for table, count in (await rows_of_ann(database)).items() if count} == set()
    row = await database.fetchrow("SELECT * FROM users WHERE user_id = 1001")
    assert row is not None
    assert (row["first_name"], row["chosen_language"], row["settings"]) == ("Deleted", None, {})


async def test_a_deletion_is_no_way_out_of_a_freeze_or_a_lock_out(database: Pool) -> None:
    clock = HandClock()
    service, ann = await my_data(database, clock), await meet(books_on(database))
    later = clock.now() + timedelta(days=8)
    await database.execute(
        "INSERT INTO own_freezes (user_id, frozen_at) VALUES (1001, $1)", clock.now()
    )
    await database.execute(
        "INSERT INTO password_attempts VALUES (1001, 30, $1, $2)", clock.now(), later
    )
    for table in ("user_factors", "recovery_codes", "factor_tries"):
        await database.execute(f"INSERT INTO {table} {OF_ANN[table]}")
    await delete_ann(service, clock, ann)
    stayed = {table for table, count in (await rows_of_ann(database)).items() if count}
    assert stayed == set(KEPT_IN_PART) - {"invitations"}


async def test_who_has_a_second_factor_gives_it_before_a_deletion(database: Pool) -> None:
    clock = HandClock()
    service, ann = await my_data(database, clock), await meet(books_on(database))
    await database.execute(
        "INSERT INTO user_factors VALUES (1001, 'pin', 1, '', '', 0, $1)", clock.now()
    )
    with pytest.raises(Refusal, match="proof_on_page_needed"):
        await service.ask_deletion(request("tg:1", of=ann), lambda _wish: ())
    _, sessions = factors_on(database, clock)
    token = await sessions.log_in(await sessions.invite(ann.user_id), "a test")
    visitor = await sessions.visitor(token)
    assert visitor is not None
    with pytest.raises(Refusal, match="proof_on_page_needed"):
        await service.ask_deletion(request("tg:2", of=ann), lambda _wish: ())
    await sessions.prove(visitor)
    await delete_ann(service, clock, ann)
    assert not await database.fetchval("SELECT count(*) FROM user_factors")


async def test_a_deletion_that_was_cancelled_is_not_carried_out(database: Pool) -> None:
    clock = HandClock()
    service, ann = await my_data(database, clock), await meet(books_on(database))
    with pytest.raises(Refusal, match="no_deletion"):
        await service.cancel_deletion(request("tg:1", of=ann), ())
    await service.ask_deletion(request("tg:2", of=ann), lambda _wish: ())
    await service.cancel_deletion(request("tg:3", of=ann), ())
    clock.advance(timedelta(days=8).total_seconds())
    await service.carry_out_due()
    assert await database.fetchval("SELECT first_name FROM users WHERE user_id = 1001") == "Ann"
    await service.ask_deletion(request("tg:4", of=ann), lambda _wish: ())
    assert (await service.show(ann)).deletion is not None
