"""The audit log is a chain for each person, under seals: tampering is found and named."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.audit_chain import PostgresAuditChain
from bot.adapters.database.connection import Pool
from bot.adapters.database.migrate import migrate
from bot.domain.audit import ChainHead
from bot.ports.books import Difference
from bot.services.audit_sealing import AuditProof, AuditSealing

KEY = b"k" * 32
ADD = "INSERT INTO audit_log (user_id, actor_id, action, details) VALUES ($1, $2, $3, $4)"
UNLOCK = """
    GRANT UPDATE, DELETE, TRUNCATE ON audit_log, audit_heads, audit_seals TO CURRENT_USER;
    ALTER TABLE audit_log DISABLE TRIGGER USER;
    ALTER TABLE audit_heads DISABLE TRIGGER USER;
    ALTER TABLE audit_seals DISABLE TRIGGER USER;
"""
# What somebody does who knows how the chain is made: every row from a number on is hashed anew.
REHASH = """
    DO $$
    DECLARE r audit_log; last bytea := ''; n bigint := 0;
    BEGIN
      FOR r IN SELECT * FROM audit_log WHERE user_id = 7 ORDER BY number LOOP
        UPDATE audit_log SET number = -r.number WHERE user_id = 7 AND audit_id = r.audit_id;
      END LOOP;
      FOR r IN SELECT * FROM audit_log WHERE user_id = 7 ORDER BY number DESC LOOP
        n := n + 1;
        r.number := n; r.previous_hash := last; r.hash := audit_hash(r);
        UPDATE audit_log SET number = n, previous_hash = last, hash = r.hash
        WHERE user_id = 7 AND audit_id = r.audit_id;
        last := r.hash;
      END LOOP;
      UPDATE audit_heads SET number = n, hash = last, sealed_number = n WHERE user_id = 7;
    END $$
"""


async def add(database: Pool, user_id: int, count: int = 1) -> None:
    for number in range(count):
        await database.execute(ADD, user_id, 9, "role.changed", {"to": "premium", "n": number})


def sealing(database: Pool, key: bytes | None = KEY) -> AuditSealing:
    return AuditSealing(chain=PostgresAuditChain(database), clock=SystemClock(), key=key)


async def wrong(database: Pool, key: bytes | None = KEY) -> list[Difference]:
    found, _ = await AuditProof(chain=PostgresAuditChain(database), key=key).check()
    return found


def named(found: Sequence[Difference]) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in found]


@pytest.fixture
async def sealed(database: Pool) -> Pool:
    """Five rows about 7 and two about 8 under two seals, and a sixth that no seal covers yet."""
    sealer = sealing(database)
    await add(database, 7, 3)
    await add(database, 8, 2)
    await sealer.seal()
    await add(database, 7, 2)
    await sealer.seal()
    await add(database, 7)
    await database.execute(UNLOCK)
    return database


async def test_what_was_only_added_is_well(sealed: Pool) -> None:
    assert await wrong(sealed) == []
    assert await sealed.fetchval("SELECT count(*) FROM audit_seals") == 2


async def test_the_trigger_hashes_what_the_check_hashes(database: Pool) -> None:
    await database.execute(ADD, -3, 9, "odd\n7\n你好 ünï 🙂", {"b": [1.50, None, "ü\n"], "a": {}})
    await database.execute(
        "INSERT INTO audit_log (user_id, actor_id, action, at)"
        " VALUES (-3, 9, 'old', '1969-12-31 23:59:59.123456Z')"
    )
    assert await wrong(database, None) == []


TAMPERING: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "a field is changed": (
        "UPDATE audit_log SET actor_id = 1 WHERE user_id = 7 AND number = 2",
        [("audit_changed", "audit of user 7, row 2 (role.changed)")],
    ),
    "the time is changed": (
        "UPDATE audit_log SET at = at + interval '1 microsecond' WHERE user_id = 7 AND number = 1",
        [("audit_changed", "audit of user 7, row 1 (role.changed)")],
    ),
    "details are changed": (
        "UPDATE audit_log SET details = '{}' WHERE user_id = 8 AND number = 2",
        [("audit_changed", "audit of user 8, row 2 (role.changed)")],
    ),
    "one row is changed and hashed anew": (
        ("UPDATE audit_log SET actor_id = 1 WHERE user_id = 7 AND number = 2;"
        "UPDATE audit_log a SET hash = audit_hash(a) WHERE user_id = 7 AND number = 2"),
        [("audit_link", "audit of user 7, row 3 (role.changed)")],
    ),
    "the last row is changed and hashed anew, before it was sealed": (
        ("UPDATE audit_log SET actor_id = 1 WHERE user_id = 7 AND number = 6;"
        "UPDATE audit_log a SET hash = audit_hash(a) WHERE user_id = 7 AND number = 6"),
        [("audit_head", "audit of user 7")],
    ),
    "a row in the middle is deleted": (
        "DELETE FROM audit_log WHERE user_id = 7 AND number = 3",
        [("audit_missing", "audit of user 7, row 3")],
    ),
    "the tail is cut": (
        "DELETE FROM audit_log WHERE user_id = 7 AND number >= 4",
        [("audit_missing", "audit of user 7, rows 4 to 5"), ("audit_head", "audit of user 7")],
    ),
    "the tail is cut and the head put back": (
        ("DELETE FROM audit_log WHERE user_id = 7 AND number >= 4; UPDATE audit_heads h"
        " SET number = 3, hash = a.hash FROM audit_log a"
        " WHERE h.user_id = 7 AND a.user_id = 7 AND a.number = 3"),
        [("audit_missing", "audit of user 7, rows 4 to 5")],
    ),
    "a whole chain is deleted": (
        "DELETE FROM audit_log WHERE user_id = 8; DELETE FROM audit_heads WHERE user_id = 8",
        [("audit_missing", "audit of user 8, rows 1 to 2"), ("audit_head", "audit of user 8")],
    ),
    "everything is deleted": (
        "TRUNCATE audit_log, audit_heads",
        [
            ("audit_missing", "audit of user 7, rows 1 to 5"),
            ("audit_head", "audit of user 7"),
            ("audit_missing", "audit of user 8, rows 1 to 2"),
            ("audit_head", "audit of user 8"),
        ],
    ),
    "two rows change places": (
        ("UPDATE audit_log SET number = -number WHERE user_id = 7 AND number IN (2, 3);"
        "UPDATE audit_log SET number = 5 + number WHERE user_id = 7 AND number < 0"),
        [
            ("audit_link", "audit of user 7, row 2 (role.changed)"),
            ("audit_changed", "audit of user 7, row 2 (role.changed)"),
            ("audit_link", "audit of user 7, row 3 (role.changed)"),
            ("audit_changed", "audit of user 7, row 3 (role.changed)"),
            ("audit_rewritten", "audit of user 7, row 3 (role.changed)"),
            ("audit_link", "audit of user 7, row 4 (role.changed)"),
        ],
    ),
    "a row is slipped in behind the end": (
        ("INSERT INTO audit_log (user_id, actor_id, action, number, previous_hash, hash)"
        " SELECT 7, 9, 'forged', 7, hash, '\\x00' FROM audit_log WHERE user_id = 7 AND number = 6"),
        [("audit_changed", "audit of user 7, row 7 (forged)"), ("audit_head", "audit of user 7")],
    ),
    "a row is slipped in between": (
        ("DROP INDEX uq_audit_log_number;"
        "INSERT INTO audit_log (user_id, actor_id, action, number, previous_hash, hash)"
        " SELECT 7, 9, 'forged', 3, previous_hash, hash FROM audit_log"
        " WHERE user_id = 7 AND number = 3"),
        [
            ("audit_order", "audit of user 7, row 3 (forged)"),
            ("audit_changed", "audit of user 7, row 3 (forged)"),
        ],
    ),
    "a row is moved to another person": (
        "UPDATE audit_log SET user_id = 8, number = 3 WHERE user_id = 7 AND number = 6",
        [
            ("audit_head", "audit of user 7"),
            ("audit_link", "audit of user 8, row 3 (role.changed)"),
            ("audit_changed", "audit of user 8, row 3 (role.changed)"),
            ("audit_head", "audit of user 8"),
        ],
    ),
    "a chain is rewritten whole, with its head": (
        "UPDATE audit_log SET actor_id = 1 WHERE user_id = 7 AND number = 4; <rehash>",
        [("audit_rewritten", "audit of user 7, row 5 (role.changed)")],
    ),
    "a chain is rewritten whole from its first row": (
        "UPDATE audit_log SET actor_id = 1 WHERE user_id = 7 AND number = 1; <rehash>",
        [
            ("audit_rewritten", "audit of user 7, row 3 (role.changed)"),
            ("audit_rewritten", "audit of user 7, row 5 (role.changed)"),
        ],
    ),
    "a row is taken out and the chain rewritten": (
        "DELETE FROM audit_log WHERE user_id = 7 AND number = 2; <rehash>",
        [
            ("audit_rewritten", "audit of user 7, row 3 (role.changed)"),
            ("audit_rewritten", "audit of user 7, row 5 (role.changed)"),
        ],
    ),
    "what a seal says is changed": (
        "UPDATE audit_seals SET heads = replace(heads, '[7,5,', '[7,4,') WHERE seal_number = 2",
        [
            ("audit_seal", "seal 2"),
            ("audit_rewritten", "audit of user 7, row 4 (role.changed)"),
        ],
    ),
    "a seal is garbage": (
        "UPDATE audit_seals SET heads = 'x' WHERE seal_number = 2",
        [("audit_seal", "seal 2")],
    ),
    "the first seal is deleted": (
        "DELETE FROM audit_seals WHERE seal_number = 1",
        [("audit_seal", "seal 2"), ("audit_seal", "seal 2")],
    ),
    "all seals are deleted": ("TRUNCATE audit_seals", [("audit_seal", "the newest seal")]),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAMPERING)
async def test_tampering_is_found_and_named(sealed: Pool, kind: str) -> None:
    statements, expected = TAMPERING[kind]
    await sealed.execute(statements.replace("<rehash>", REHASH))
    assert named(await wrong(sealed)) == expected


async def test_seals_made_without_the_key_do_not_stand(sealed: Pool) -> None:
    await sealed.execute("UPDATE audit_log SET actor_id = 1 WHERE user_id = 7")
    await sealed.execute(REHASH)
    await sealed.execute("TRUNCATE audit_seals")
    await sealing(sealed, None).seal()
    assert await wrong(sealed, None) == []  # what a hash alone can prove: nothing against an owner
    found = await wrong(sealed)
    assert named(found) == [("audit_seal", "the newest seal")]
    await sealed.execute("TRUNCATE audit_seals")
    await sealing(sealed, b"guessed").seal()
    assert ("audit_seal", "seal 1") in named(await wrong(sealed))


async def test_a_key_that_is_new_seals_every_chain(database: Pool) -> None:
    await add(database, 7, 2)
    await add(database, 8)
    await sealing(database, None).seal()
    assert named(await wrong(database)) == [("audit_seal", "the newest seal")]
    await sealing(database).seal()
    assert await wrong(database) == []
    heads = await database.fetchval("SELECT heads FROM audit_seals WHERE seal_number = 2")
    assert (heads.count("[7,2,"), heads.count("[8,1,")) == (1, 1)
    assert named(await wrong(database, None)) == [("audit_seal", "seal 2")]


async def test_what_is_sealed_is_not_sealed_again(database: Pool) -> None:
    sealer, again = sealing(database), sealing(database)
    await add(database, 7)
    for one in (sealer, sealer, again):
        await one.seal()
    assert await database.fetchval("SELECT count(*) FROM audit_seals") == 1


async def test_a_seal_of_a_number_that_is_taken_is_left_to_the_other(database: Pool) -> None:
    await add(database, 7)
    await asyncio.gather(*(sealing(database).seal() for _ in range(5)))
    await sealing(database).seal()
    assert await wrong(database) == []


async def test_sealing_waits_for_nobody_who_is_writing(database: Pool) -> None:
    await add(database, 7)
    async with database.acquire() as writer, writer.transaction():
        await writer.execute(ADD, 7, 9, "role.changed", {})
        async with asyncio.timeout(20):
            await sealing(database).seal()
    await sealing(database).seal()
    assert await wrong(database) == []
    assert await database.fetchval("SELECT max(sealed_number) FROM audit_heads") == 2


async def test_many_writers_at_once_make_one_chain_each_and_wait_in_no_circle(
    database: Pool,
) -> None:
    async def one(number: int) -> None:
        people = sorted({7 + number % 3, 7 + number % 2})
        async with database.acquire() as connection, connection.transaction():
            await connection.executemany(ADD, [(each, 9, "looked", {}) for each in people])

    sealer = sealing(database)

    async def seal() -> None:
        for _ in range(10):
            await sealer.seal()

    async with asyncio.timeout(20):
        await asyncio.gather(seal(), *(one(number) for number in range(120)))
    await sealer.seal()
    assert await wrong(database) == []
    rows = await database.fetch("SELECT number FROM audit_heads ORDER BY user_id")
    assert sum(row["number"] for row in rows) == await database.fetchval(
        "SELECT count(*) FROM audit_log"
    )


async def test_chains_of_two_people_do_not_wait_for_each_other(database: Pool) -> None:
    async with database.acquire() as slow, slow.transaction():
        await slow.execute(ADD, 7, 9, "role.changed", {})
        async with asyncio.timeout(20):
            await add(database, 8)
    assert await wrong(database, None) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_heads SET number = 1",
        "UPDATE audit_heads SET hash = ''",
        "INSERT INTO audit_heads (user_id, number, hash) VALUES (5, 0, '')",
        "DELETE FROM audit_heads",
        "TRUNCATE audit_heads",
        "UPDATE audit_seals SET heads = ''",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_seals",
    ],
)
async def test_heads_and_seals_are_not_changed_by_hand(database: Pool, statement: str) -> None:
    await add(database, 7, 2)
    await sealing(database).seal()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.execute(statement)


async def test_rows_from_before_are_chained_by_the_migration(database_dsn: str) -> None:
    await migrate(database_dsn, to="base")
    await migrate(database_dsn, to="0018")
    connection = await asyncpg.connect(database_dsn)
    for user_id in (7, 8, 7):
        await connection.execute(
            "INSERT INTO audit_log (user_id, actor_id, action) VALUES ($1, 9, 'season_started')",
            user_id,
        )
    await connection.close()
    await migrate(database_dsn)
    async with asyncpg.create_pool(database_dsn, min_size=1, max_size=1) as pool:
        chain = PostgresAuditChain(pool)  # type: ignore[arg-type]
        heads = await chain.heads_after(None, 10)
        found, counts = await AuditProof(chain=chain, key=None).check()
    assert [(head.user_id, head.number) for head in heads] == [(7, 2), (8, 1)]
    assert (found, counts) == ([], {"audit rows": 3, "audit seals": 0})
    assert all(isinstance(head, ChainHead) for head in heads)


async def test_a_log_that_nobody_sealed_yet_is_sealed_before_it_is_proved(database: Pool) -> None:
    await add(database, 7)
    assert named(await wrong(database)) == [("audit_seal", "the newest seal")]
    await sealing(database).begin()
    assert await wrong(database) == []
