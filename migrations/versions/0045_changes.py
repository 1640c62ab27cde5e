"""Keep for an hour what one process changed and others keep in memory."""

from pathlib import Path

from alembic import op

revision = "0045"
down_revision = "0043"

SQL = Path(__file__).parent.parent / "sql"
TRIGGERS = {
    "users": ("tell_person", "tell_person_new"),
    "trading_stops": ("tell_stop",),
    "price_suspicions": ("tell_suspicion",),
    "groups": ("tell_group",),
    "group_moves": ("tell_group_move",),
    "solana_tokens": ("tell_token", "tell_token_new"),
    "closed_chats": ("tell_closed_chat",),
    "alerts": ("tell_alert",),
    "resting_orders": ("tell_resting",),
    "positions": ("tell_short",),
    "virtual_wallets": ("tell_season",),
    "live_intents": ("tell_live_order",),
}


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0045_changes.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    for table, triggers in TRIGGERS.items():
        for trigger in triggers:
            op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("DROP FUNCTION note_change()")
    op.drop_table("changes")
