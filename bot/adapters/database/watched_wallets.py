"""Wallets that are only looked at, and the links that are asked for, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.telling import audit
from bot.domain.wallet_links import WalletLink, WatchedWallet

_PUT = """
    INSERT INTO wallet_links (user_id, address, nonce, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (user_id) DO UPDATE
    SET address = excluded.address, nonce = excluded.nonce, expires_at = excluded.expires_at
"""
_LINK = """
    SELECT user_id, address, nonce, expires_at FROM wallet_links
    WHERE user_id = $1 AND expires_at > $2
"""
_USE = "DELETE FROM wallet_links WHERE user_id = $1 AND nonce = $2 AND expires_at > $3"
# The row of the link that was used up is the person's lock.
_KEEP = """
    INSERT INTO watched_wallets (user_id, number, address, linked_at)
    SELECT $1, coalesce(max(number), 0) + 1, $2, $3 FROM watched_wallets WHERE user_id = $1
    ON CONFLICT (user_id, address) DO NOTHING
"""
_OWN = "SELECT user_id, number, address, linked_at FROM watched_wallets WHERE user_id = $1"
_UNLINK = "DELETE FROM watched_wallets WHERE user_id = $1 AND number = $2 RETURNING address"


class PostgresWatchedWallets:
    """Implements `bot.ports.watched_wallets.WatchedWalletBook`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def put_link(self, link: WalletLink) -> None:
        """Keep a link that is asked for."""
        async with connected(self._pool) as connection:
            await connection.execute(_PUT, link.user_id, link.address, link.nonce, link.expires_at)

    async def link_of(self, user_id: int, at: datetime) -> WalletLink | None:
        """Give the link that holds."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_LINK, user_id, at)
        return None if row is None else WalletLink(**row)

    async def link(self, link: WalletLink, at: datetime) -> WatchedWallet | None:
        """Use a link up and keep its wallet, in one transaction."""
        async with connected(self._pool) as connection, connection.transaction():
            if await connection.execute(_USE, link.user_id, link.nonce, at) != "DELETE 1":
                return None
            is_new = await connection.execute(_KEEP, link.user_id, link.address, at)
            kept = f"{_OWN} AND address = $2"
            row = await connection.fetchrow(kept, link.user_id, link.address)
            if is_new == "INSERT 0 1":
                details = {"address": link.address}
                await audit(connection, link.user_id, "watched_wallet.linked", details)
        return None if row is None else WatchedWallet(**row)

    async def watched(self, user_id: int) -> Sequence[WatchedWallet]:
        """Give a person's."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(f"{_OWN} ORDER BY number", user_id)
        return [WatchedWallet(**row) for row in rows]

    async def unlink(self, user_id: int, number: int) -> bool:
        """Forget one."""
        async with connected(self._pool) as connection, connection.transaction():
            address = await connection.fetchval(_UNLINK, user_id, number)
            if address is not None:
                await audit(connection, user_id, "watched_wallet.unlinked", {"address": address})
        return address is not None
