"""Typed secrets in PostgreSQL: sealed, in a table that no log of the database holds."""

import os
from collections.abc import Collection, Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.adapters.database.connection import Pool, connected

_NONCE_BYTES = 12
_CONTEXT = b"kitrader typed secrets 1:"
_FORGET_OLD = """
    DELETE FROM typed_secrets t WHERE kept_at < now() - interval '1 hour'
      OR EXISTS (SELECT FROM inbox i WHERE i.update_id = t.update_id AND closed_at IS NOT NULL)
"""
_PUT = """
    INSERT INTO typed_secrets (update_id, sealed) SELECT * FROM unnest($1::bigint[], $2::bytea[])
    ON CONFLICT (update_id) DO NOTHING
"""
_OF = "SELECT update_id, sealed FROM typed_secrets WHERE update_id = ANY ($1::bigint[])"
_FORGET = "DELETE FROM typed_secrets WHERE update_id = ANY ($1::bigint[])"


class SealedSecrets:
    """Seals with a key made of the bot's token, which no database holds.

    The number of the update is sealed along: what lies under another number does not open. What
    does not open is as if it were not there, and is asked for again.
    """

    def __init__(self, pool: Pool, token: str) -> None:
        self._pool = pool
        self._cipher = AESGCM(sha256(_CONTEXT + token.encode()).digest())

    async def put(self, secrets: Mapping[int, str]) -> None:
        """Keep them, and delete what a lost process left; raises `Unavailable`."""
        sealed = [self._sealed(update_id, secret) for update_id, secret in secrets.items()]
        async with connected(self._pool) as connection:
            await connection.execute(_FORGET_OLD)
            await connection.execute(_PUT, list(secrets), sealed)

    async def of(self, update_ids: Collection[int]) -> Mapping[int, str]:
        """Give those of some updates that are still kept; raises `Unavailable`."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_OF, list(update_ids))
        opened = {row["update_id"]: self._opened(row["update_id"], row["sealed"]) for row in rows}
        return {update_id: secret for update_id, secret in opened.items() if secret}

    async def forget(self, update_ids: Collection[int]) -> None:
        """Delete those of some updates, which were answered; raises `Unavailable`."""
        async with connected(self._pool) as connection:
            await connection.execute(_FORGET, list(update_ids))

    def _sealed(self, update_id: int, secret: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), str(update_id).encode())

    def _opened(self, update_id: int, sealed: bytes) -> str:
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, rest, str(update_id).encode()).decode()
        except (InvalidTag, ValueError):
            return ""
