"""What is written down of refusals and looks, what admins and people are shown of it."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from bot.adapters.database.alert_watch import PostgresAlerts
from bot.adapters.database.audit_book import PostgresAuditBook
from bot.adapters.database.audit_chain import PostgresAuditChain
from bot.adapters.database.connection import Pool
from bot.adapters.database.personal_data import (
    NO_ROWS_OF_THEIR_OWN,
    TABLES,
    PostgresDeletions,
    PostgresPersonalData,
)
from bot.adapters.database.schema import metadata
from bot.domain.errors import Refusal
from bot.domain.my_data import DataCategory
from bot.domain.users import Role, User
from bot.services.access import Access
from bot.services.audit import Audit, AuditPage
from bot.services.audit_sealing import AuditProof
from bot.services.my_data import MyData
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.builders.desks import request
from tests.builders.houses import house
from tests.fakes.hand_clock import HandClock

ADA = 9
SECRET_COLUMNS = ("hash", "secret", "pin", "password", "token_hash", "nonce")


def audit_on(database: Pool, clock: HandClock | None = None) -> Audit:
    return Audit(book=PostgresAuditBook(database), clock=clock or HandClock())


async def ada(database: Pool) -> User:
    return await meet(books_on(database), ADA, Role.ADMIN)


def told(page: AuditPage) -> list[tuple[int, int, str]]:
    return [(entry.actor_id, entry.user_id, entry.action) for entry in page.entries]


async def test_refusals_are_written_ten_an_hour_and_counted_beyond(database: Pool) -> None:
    clock = HandClock()
    audit, ann = audit_on(database, clock), await meet(books_on(database))
    for _ in range(25):
        await audit.refused(ann, "not_permitted", "/halt")
    rows = await database.fetch("SELECT details FROM audit_log")
    assert [row["details"] for row in rows] == [{"code": "not_permitted", "what": "/halt"}] * 10
    clock.advance(3600)
    await audit.settle_refusals()
    await audit.settle_refusals()
    last = await database.fetch("SELECT details FROM audit_log ORDER BY number DESC LIMIT 2")
    assert last[0]["details"] == {"more": 15}
    assert "more" not in last[1]["details"]


async def test_a_look_at_a_person_is_written_down_and_shown_to_them(database: Pool) -> None:
    audit, admin, ann = audit_on(database), await ada(database), await meet(books_on(database))
    assert told(await audit.looks(ann)) == []
    await audit.page(admin, ann.user_id, "", None)
    looks = await audit.looks(ann)
    assert told(looks) == [(ADA, ann.user_id, "staff.looked")]
    assert looks.names[ADA] == "Ann"  # whom the builder calls everybody
    await audit.page(admin, ADA, "", None)
    await audit.page(admin, None, "", None)
    assert await database.fetchval("SELECT count(*) FROM audit_log") == 1


async def test_pages_are_filtered_and_go_on_where_they_ended(database: Pool) -> None:
    audit, admin = audit_on(database), await ada(database)
    for number in range(20):
        await database.execute(
            "INSERT INTO audit_log (user_id, actor_id, action) VALUES ($1, $2, $3)",
            1001 + number % 2,
            ADA,
            "role.changed" if number % 4 else "limits.changed",
        )
    first = await audit.page(admin, None, "", None)
    second = await audit.page(admin, None, "", first.entries[-1].audit_id)
    assert (len(first.entries), first.older, len(second.entries)) == (8, True, 8)
    assert first.entries[-1].audit_id == second.entries[0].audit_id + 1
    limits = await audit.page(admin, None, "limits", None)
    assert {entry.action for entry in limits.entries} == {"limits.changed"}
    assert len(limits.entries) == 5
    about = await audit.page(admin, 1002, "rolechanged", None)
    assert {entry.user_id for entry in about.entries} == {1002}
    with pytest.raises(Refusal, match="unknown_action"):
        await audit.page(admin, None, "nonsense", None)


async def test_only_admins_read_the_log(database: Pool) -> None:
    ann = await meet(books_on(database))
    with pytest.raises(Refusal, match="not_permitted"):
        await audit_on(database).page(ann, None, "", None)


async def my_data(database: Pool, clock: HandClock) -> MyData:
    built = await house(database)
    return MyData(
        data=PostgresPersonalData(database),
        deletions=PostgresDeletions(database, on_outbox=lambda _queued: None),
        audit=audit_on(database, clock),
        alerts=PostgresAlerts(database, on_outbox=lambda _queued: None),
        triggers=built.triggers,
        access=Access(books=built.books, clock=clock, roles={}),
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
    assert [wish.user_id for wish in await service.open_requests(await ada(database))] == [1001]
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
