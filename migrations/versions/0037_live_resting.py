"""Let orders wait for live trading: proposed, submitted as a live intent, asked about."""

from pathlib import Path

from alembic import op

revision = "0037"
down_revision = "0032"

SQL = Path(__file__).parent.parent / "sql"
FUNCTIONS = (
    "end_live_order",
    "settle_live_order",
    "place_live_order",
    "live_intents_free_their_orders",
)
STATES = "'working', 'filled', 'rejected', 'cancelled', 'expired'"


def upgrade() -> None:
    _run("0037_live_resting.sql")


def downgrade() -> None:
    op.execute("DROP TRIGGER live_intents_free_their_orders ON live_intents")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    _run("0037_live_resting_down.sql")
    op.execute("ALTER TABLE live_intents DROP COLUMN exits")
    op.execute("DROP INDEX uq_resting_orders_submitted, ix_resting_orders_proposed")
    op.execute("DROP INDEX ix_resting_orders_expiry")
    op.execute(
        "ALTER TABLE resting_orders DROP CONSTRAINT ck_resting_orders_live_alone_is_submitted,"
        " DROP CONSTRAINT ck_resting_orders_submitted_has_intent"
    )
    op.execute(
        "UPDATE resting_orders SET state = 'cancelled', end_reason = 'downgraded',"
        " ended_at = now() WHERE state IN ('proposed', 'submitted', 'asked')"
    )
    op.execute(
        "ALTER TABLE resting_orders DROP COLUMN intent_number, DROP COLUMN failures,"
        " DROP COLUMN firing, DROP CONSTRAINT ck_resting_orders_state_known,"
        f" ADD CONSTRAINT ck_resting_orders_state_known CHECK (state IN ({STATES})),"
        " DROP CONSTRAINT ck_resting_orders_ended_when_ended,"
        " ADD CONSTRAINT ck_resting_orders_ended_when_ended"
        " CHECK ((state = 'working') = (ended_at IS NULL))"
    )
    op.execute(
        "CREATE INDEX ix_resting_orders_expiry ON resting_orders (expires_at)"
        " WHERE state = 'working'"
    )


def _run(script: str) -> None:
    # The driver itself runs a script of many statements at once.
    text = (SQL / script).read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(text))
