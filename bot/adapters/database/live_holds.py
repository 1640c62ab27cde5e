"""What of a live wallet is set aside for orders under way: worth something, but not free."""

from dataclasses import replace

from bot.adapters.database.connection import Connection
from bot.ports.books import Desk

_HELD = """
    SELECT coalesce(sum(held), 0) FROM accounts
    WHERE user_id = $1 AND mode = 'live' AND season = $2 AND kind = 'cash'
"""


async def with_held(connection: Connection, desk: Desk) -> Desk:
    """Give a live desk with what its wallet holds; the desk itself tells only what is free."""
    season = desk.wallet.season
    held = int(await connection.fetchval(_HELD, desk.user.user_id, season))
    return replace(desk, wallet=replace(desk.wallet, held_lamports=held))
