"""Keep candles, more of the day's figures and what people watch; make days of prices ahead."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"

SQL = Path(__file__).parent.parent / "sql"
FUNCTIONS = ("build_candles", "roll_candles", "make_price_day")
TABLES = ("watchlist", "candle_progress", "candles")
FIGURES = ("change_1h", "volatility_24h", "liquidity_lamports", "holders", "shape_24h")


def upgrade() -> None:
    # The driver itself runs a script of many statements at once.
    script = (SQL / "0003_candles.sql").read_text("utf-8")
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in TABLES:
        op.drop_table(table)
    for column in FIGURES:
        op.drop_column("token_metrics", column)
    op.execute("DELETE FROM role_limits WHERE name = 'watched_tokens'")
    op.create_index("ix_token_prices_token", "token_prices", ["token_id", "received_at"])
    op.drop_index("ix_token_prices_received_at", "token_prices")
