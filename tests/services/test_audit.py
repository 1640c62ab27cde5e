"""What is written down of refusals and looks, what admins and people are shown of it."""

import pytest

from bot.adapters.database.audit_book import PostgresAuditBook
from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.users import Role, User
from bot.services.audit import Audit, AuditPage
from tests.builders.books import books_on, meet
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
