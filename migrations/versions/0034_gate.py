"""Keep how far each person has come on the way to live, and hold purchases against its caps."""

from pathlib import Path

from alembic import op

revision = "0034"
down_revision = "0037"

SQL = Path(__file__).parent.parent / "sql"
REPLACED = (
    ("0031_live_orders.sql", "CREATE FUNCTION place_live(", "END $$;"),
    ("0022_approvals.sql", "CREATE FUNCTION reason_against_approval(", "\n$$;"),
    ("0022_approvals.sql", "CREATE FUNCTION carry_out(", "END $$;"),
    ("0022_approvals.sql", "CREATE FUNCTION decide_approval(", "END $$;"),
)
"""Functions that were there before, where they were written, and how they end."""
FUNCTIONS = (
    "gate_against",
    "live_bought",
    "move_gate",
    "set_gate",
    "gate_stage",
    "live_gates_move_by_one",
    "stage_rank",
)
KINDS = "'promote', 'demote', 'correct', 'limit', 'invite'"


def _run(script: str) -> None:
    # The driver itself runs a script of many statements at once.
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def upgrade() -> None:
    _run((SQL / "0034_gate.sql").read_text("utf-8"))


def downgrade() -> None:
    for file, head, end in REPLACED:
        before = (SQL / file).read_text("utf-8")
        began = before.index(head)
        written = before[began : before.index(end, began) + len(end)]
        _run(written.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    op.drop_index("ix_live_intents_bought", "live_intents")
    op.drop_table("live_gates")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    # Rows of the new kind stay as they are: what was agreed to is not forgotten.
    op.execute(
        "ALTER TABLE approvals DROP CONSTRAINT ck_approvals_kind_known,"
        f" ADD CONSTRAINT ck_approvals_kind_known CHECK (kind IN ({KINDS})) NOT VALID"
    )
