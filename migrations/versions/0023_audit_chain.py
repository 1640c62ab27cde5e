"""Chain the rows of the audit log under seals, and keep who asked for deletion."""

from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0018"

SQL = Path(__file__).parent.parent / "sql"
FUNCTIONS = (
    "carry_out_deletion",
    "cancel_deletion",
    "ask_deletion",
    "seal_audit",
    "audit_heads_follow_the_log",
    "chain_audit_log",
    "audit_hash",
)
INDEXES = (
    "uq_audit_log_number",
    "ix_audit_log_newest",
    "ix_audit_log_actor",
    "ix_audit_log_action",
)


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0023_audit_chain.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    op.execute("DROP TRIGGER audit_log_is_chained ON audit_log")
    for table in ("deletion_requests", "audit_seals", "audit_heads"):
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for index in INDEXES:
        op.drop_index(index)
    for column in ("number", "previous_hash", "hash"):
        op.drop_column("audit_log", column)
