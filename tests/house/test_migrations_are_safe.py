"""No migration breaks, or holds up, the version before, which runs while it is applied."""

import re
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from bot import __version__
from bot.deployment.contracts import broken_contracts, contracts_in, release
from tests.house.migration_rules import faults_of
from tests.house.migration_statements import sql_of
from tests.house.project import ROOT

BASELINE = "0042"
"""Up to here no version was ever deployed over another."""

SAFE = (
    "CREATE TABLE notes (id bigint); CREATE INDEX ON notes (id); DROP TABLE IF EXISTS x_y_z_not",
    "CREATE TABLE notes (id bigint NOT NULL CHECK (id > 0)); ALTER TABLE notes ADD CHECK (id > 1)",
    "ALTER TABLE users ADD COLUMN note TEXT",
    "ALTER TABLE users ADD COLUMN note NUMERIC(38, 0) NOT NULL DEFAULT 0",
    "ALTER TABLE users ADD COLUMN note TEXT DEFAULT '' NOT NULL, ADD COLUMN more BIGINT",
    "ALTER TABLE users ADD CONSTRAINT ck_a CHECK (role <> 'x') NOT VALID",
    "ALTER TABLE users VALIDATE CONSTRAINT ck_of_the_revision_before",
    "ALTER TABLE users ALTER COLUMN note DROP NOT NULL",
    "CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM x $$",
    "-- argued: a table of some ten rows, and nobody waits\nCREATE INDEX ON role_limits (role)",
    "-- contract since 0.1.0: nothing has read it since\nALTER TABLE users DROP COLUMN note",
    "INSERT INTO notes SELECT 'DROP TABLE users; RENAME'",
    "CREATE TRIGGER t AFTER INSERT ON users FOR EACH STATEMENT EXECUTE FUNCTION f()",
)  # fmt: skip
UNSAFE = {
    "DROP TABLE users": "takes a table away",
    "drop table if exists users cascade": "takes a table away",
    "ALTER TABLE users DROP COLUMN note": "takes a column away",
    "ALTER TABLE users ADD COLUMN a TEXT, DROP note": "takes a column away",
    "ALTER TABLE users RENAME COLUMN a TO b": "renames",
    "ALTER TABLE users RENAME TO people": "renames",
    "ALTER TABLE users ADD COLUMN note TEXT NOT NULL": "does not know",
    "ALTER TABLE users ADD note NUMERIC(38, 0) NOT NULL, ADD COLUMN b TEXT DEFAULT ''":
        "does not know",
    "ALTER TABLE users ALTER COLUMN note SET NOT NULL": "leave empty",
    "ALTER TABLE users ALTER note DROP DEFAULT": "relies on",
    "ALTER TABLE users ALTER COLUMN note TYPE INTEGER": "narrows",
    "ALTER TABLE users ALTER COLUMN note TYPE NUMERIC(10, 2)": "narrows",
    "ALTER TABLE users ALTER COLUMN note SET DATA TYPE BIGINT": "table anew",
    "ALTER TABLE users ADD COLUMN a UUID DEFAULT gen_random_uuid()": "table anew",
    "ALTER TABLE users ADD COLUMN a BIGINT GENERATED ALWAYS AS (user_id * 2) STORED": "table anew",
    "CREATE INDEX ix_a ON transfers (at)": "keeps writers out",
    "CREATE UNIQUE INDEX CONCURRENTLY ix_a ON transfers (at)": "keeps writers out",
    "ALTER TABLE orders ADD CONSTRAINT ck_a CHECK (a > 0)": "NOT VALID",
    "ALTER TABLE orders ADD CONSTRAINT fk_a FOREIGN KEY (a) REFERENCES users": "NOT VALID",
    "ALTER TABLE orders ADD COLUMN a BIGINT CHECK (a > 0)": "NOT VALID",
    "ALTER TABLE orders ADD CONSTRAINT ck_a CHECK (a > 0) NOT VALID;"
    "ALTER TABLE orders VALIDATE CONSTRAINT ck_a": "next revision",
    "ALTER TABLE orders ADD CONSTRAINT uq_a UNIQUE (a)": "index under a lock",
    "ALTER TABLE orders DROP CONSTRAINT ck_a": "wider",
    "UPDATE orders SET a = 1": "many rows",
    "DO $$ BEGIN UPDATE orders SET a = 1; END $$": "many rows",
    "DO $$ BEGIN IF true THEN DROP TABLE orders; END IF; END $$": "takes a table away",
    "LOCK TABLE orders": "locks",
    "TRUNCATE orders": "empties",
    "DROP FUNCTION book_settlements": "function away",
    "DROP TRIGGER t ON users": "rely on",
    "REVOKE UPDATE ON orders FROM kitrader": "right away",
    "-- argued: it does not matter at all\nALTER TABLE users DROP COLUMN note": "column away",
    "-- argued: no\nCREATE INDEX ix_a ON transfers (at)": "keeps writers out",
    "-- contract since ever: nobody reads it\nALTER TABLE users DROP COLUMN note": "column away",
    "-- contract since 0.1.0: nobody reads it\nSELECT 1; DROP TABLE users": "table away",
}  # fmt: skip


def revisions_since_baseline() -> list[Script]:
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return list(ScriptDirectory.from_config(config).iterate_revisions("head", BASELINE))


def released() -> set[str]:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    return set(re.findall(r"^## \[(\d[\d.]*)\]", changes, re.MULTILINE))


def test_no_migration_breaks_the_version_before() -> None:
    faults = {}
    for revision in revisions_since_baseline():
        built = [name for name, _ in getattr(revision.module, "CONCURRENTLY", ())]
        if found := faults_of(sql_of(revision.module), built):
            faults[revision.revision] = found
    assert faults == {}, "docs/migrations.md says what to write instead"


def test_what_goes_for_good_is_of_a_version_that_was_released() -> None:
    found = list(contracts_in(ROOT))
    assert {each.since for each in found} <= released()
    assert all(release(each.since) <= release(__version__) for each in found)


@pytest.mark.parametrize("script", SAFE)
def test_a_safe_statement_passes(script: str) -> None:
    # What a DROP names there was never anybody's: the rule is not so fine.
    faults = [fault for fault in faults_of(script) if "X_Y_Z_NOT" not in fault.statement]
    assert faults == []


@pytest.mark.parametrize(("script", "why"), UNSAFE.items(), ids=range(len(UNSAFE)))
def test_an_unsafe_statement_is_found(script: str, why: str) -> None:
    assert any(why in fault.why for fault in faults_of(script)), faults_of(script)


def test_an_index_that_was_made_before_passes_where_it_may_be_there() -> None:
    script = "CREATE INDEX {}ix_a ON transfers (at)"
    assert faults_of(script.format("IF NOT EXISTS "), ["ix_a"]) == []
    assert [fault.why for fault in faults_of(script.format(""), ["ix_a"])] == [
        "the index is made before: write IF NOT EXISTS"
    ]


def test_the_rules_would_have_found_what_old_revisions_did() -> None:
    """The revisions before the baseline took tables and columns away: a check of the check."""
    script = (ROOT / "migrations" / "sql" / "0014_alerts.sql").read_text("utf-8")
    whys = " ".join(fault.why for fault in faults_of(script))
    assert "NOT VALID" in whys
    assert "keeps writers out" in whys


def test_two_versions_apart_by_a_contract_are_told(tmp_path: Path) -> None:
    for name, text in (("old", ""), ("new", "-- contract since 0.3.0: unread since then\n")):
        folder = tmp_path / name / "migrations" / "sql"
        folder.mkdir(parents=True)
        (folder / "0050_less.sql").write_text(text)
    old, new = tmp_path / "old", tmp_path / "new"
    assert [each.since for each in broken_contracts(old, new, "0.2.9")] == ["0.3.0"]
    assert broken_contracts(old, new, "0.3.0-4f0c") == []
