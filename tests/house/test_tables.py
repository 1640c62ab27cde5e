"""The tables that others rely on keep their names, and those of a user lead with the user."""

from bot.adapters.database.schema import metadata

CORE = {
    "users", "virtual_wallets", "positions", "solana_tokens", "token_prices", "token_metrics",
    "orders", "accounts", "transfers", "alerts", "role_limits", "audit_log", "inbox", "outbox",
}  # fmt: skip
OF_NOBODY = {
    "solana_tokens": "tokens are everybody's",
    "token_prices": "so are their prices",
    "token_metrics": "and the day's figures",
    "candles": "and their candles",
    "candle_progress": "one row an interval",
    "price_suspicions": "disputes are about tokens",
    "token_graduations": "moves are of tokens",
    "role_limits": "limits belong to roles",
    "inbox": "updates are known by Telegram's id before anybody is identified",
    "outbox": "notices go to chats, which may be groups",
    "leases": "processes hold them, not people",
    "typed_secrets": "they go by their update, for as long as that is open",
    "audit_seals": "a seal covers many people's chains",
    "closed_chats": "so are the chats that take none",
    "bots": "a bot is nobody's",
    "chat_bots": "a chat may be a group",
    "groups": "a group is nobody's",
    "group_moves": "and neither is its new id",
    "changes": "what processes tell each other is of any kind",
    "group_calls": "a call is the group's, whoever was first",
    "health_proofs": "proofs are of everything there is",
    "health_alarms": "a check is the whole bot's",
    "day_counts": "and so are the sums of a day",
    "admin_reports": "a day is told to all admins",
}


def test_the_tables_of_the_core_keep_their_names() -> None:
    assert set(metadata.tables) >= CORE


def test_a_table_of_a_user_leads_with_the_user() -> None:
    leads = {name: next(iter(table.primary_key)).name for name, table in metadata.tables.items()
             if table.primary_key.columns}  # fmt: skip
    other = {name for name, column in leads.items() if column != "user_id"}
    assert other | {"token_prices"} == set(OF_NOBODY)
