"""Second factors in PostgreSQL: tries are claimed by one statement before anything is compared."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.telling import audit, tell
from bot.domain.factors import LOCK_SECONDS, MOST_TRIES, Factor, FactorState
from bot.domain.notices import Notice
from bot.ports.factors import StoredFactor, Try

_STATE = """
    SELECT max(f.confirmed_at) FILTER (WHERE f.kind = 'pin') AS pin_set_at,
           max(f.confirmed_at) FILTER (WHERE f.kind = 'totp') AS totp_set_at,
           (SELECT count(*) FROM recovery_codes c
            WHERE c.user_id = $1 AND c.used_at IS NULL) AS codes_left,
           (SELECT t.locked_until FROM factor_tries t WHERE t.user_id = $1) AS locked_until
    FROM user_factors f WHERE f.user_id = $1
"""
_READ = """
    SELECT version, key_id, sealed, last_step, confirmed_at FROM user_factors
    WHERE user_id = $1 AND kind = $2
"""
# A lock that is over gives as many tries again; the last of them locks before it is looked at.
_CLAIM = """
    INSERT INTO factor_tries AS t (user_id, tries) VALUES ($1, 1)
    ON CONFLICT (user_id) DO UPDATE
      SET tries = CASE WHEN t.locked_until IS NULL THEN t.tries + 1 ELSE 1 END,
          locked_until = CASE WHEN t.locked_until IS NULL AND t.tries + 1 = $4
            THEN $2::timestamptz + ($3::integer[])[least(t.locks + 1, cardinality($3))]
                                   * interval '1 second' END,
          locks = t.locks + CASE WHEN t.locked_until IS NULL AND t.tries + 1 = $4
            THEN 1 ELSE 0 END
      WHERE t.locked_until IS NULL OR t.locked_until <= $2
    RETURNING locked_until
"""
_LOCKED_UNTIL = "SELECT locked_until FROM factor_tries WHERE user_id = $1"
_PASSED = "DELETE FROM factor_tries WHERE user_id = $1"
_TAKE_STEP = """
    UPDATE user_factors SET last_step = $3, last_purpose = $4
    WHERE user_id = $1 AND kind = 'totp' AND version = $2 AND last_step < $3
"""
_TAKE_CODE = """
    UPDATE recovery_codes SET used_at = $3
    WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL
"""
_PUT = """
    INSERT INTO user_factors (user_id, kind, version, key_id, sealed, last_step, confirmed_at)
    VALUES ($1, $2, $3, $4, $5, 0, $6)
    ON CONFLICT (user_id, kind) DO UPDATE
      SET version = excluded.version, key_id = excluded.key_id, sealed = excluded.sealed,
          last_step = 0, confirmed_at = excluded.confirmed_at
"""
_IS_WAITING = """
    SELECT EXISTS (SELECT FROM user_factors WHERE user_id = $1 AND kind = 'waiting'
                   AND version = $2 FOR UPDATE)
"""
_CONFIRM = """
    UPDATE user_factors SET kind = 'totp', confirmed_at = $4, last_step = $3
    WHERE user_id = $1 AND kind = 'waiting' AND version = $2
"""
_REMOVE = "DELETE FROM user_factors WHERE user_id = $1 AND kind = $2"
_DROP_CODES = "DELETE FROM recovery_codes WHERE user_id = $1"
_HAS_ANY = "SELECT EXISTS (SELECT FROM user_factors WHERE user_id = $1 AND kind <> 'waiting')"
_PUT_CODES = """
    INSERT INTO recovery_codes (user_id, number, code_hash)
    SELECT $1, number, code_hash
    FROM unnest($2::bytea[]) WITH ORDINALITY AS c(code_hash, number)
"""


class PostgresFactors:
    """Implements `bot.ports.factors.FactorBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def state(self, user_id: int) -> FactorState:
        """Give which factors there are."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_STATE, user_id)
        assert row is not None, "an aggregate has a row"  # noqa: S101
        return FactorState(**row)

    async def read(self, user_id: int, factor: Factor) -> StoredFactor | None:
        """Give a PIN or an authenticator as it is kept."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_READ, user_id, factor.value)
        return None if row is None else StoredFactor(**row)

    async def claim(self, user_id: int, at: datetime) -> Try:
        """Count a try, unless too many were wrong already."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_CLAIM, user_id, at, LOCK_SECONDS, MOST_TRIES)
            if row is None:
                until = await connection.fetchval(_LOCKED_UNTIL, user_id)
                # A right try in between has undone the lock: the next may be looked at.
                return Try(is_allowed=False, locked_until=until or at + timedelta(seconds=1))
        is_last = row["locked_until"] is not None
        return Try(is_allowed=True, is_last=is_last, locked_until=row["locked_until"])

    async def passed(self, user_id: int) -> None:
        """Note that the last try was right: the counting begins anew."""
        async with connected(self._pool) as connection:
            await connection.execute(_PASSED, user_id)

    async def failed(self, user_id: int, factor: Factor, notices: Sequence[Notice]) -> None:
        """Note that it was wrong, and tell of the lock where it brought one."""
        async with connected(self._pool) as connection, connection.transaction():
            details = {"factor": factor.value, "locked": bool(notices)}
            await tell(connection, notices)
            await audit(connection, user_id, "factor.refused", details)
        self._on_outbox(())

    async def take_step(self, user_id: int, version: int, step: int, purpose: str = "") -> bool:
        """Use a time step up; tells whether neither it nor a later one was used before."""
        async with connected(self._pool) as connection:
            done = await connection.execute(_TAKE_STEP, user_id, version, step, purpose)
        return done == "UPDATE 1"

    async def take_code(self, user_id: int, code_hash: bytes, at: datetime) -> bool:
        """Use a recovery code up; tells whether there was one."""
        async with connected(self._pool) as connection, connection.transaction():
            if await connection.execute(_TAKE_CODE, user_id, code_hash, at) != "UPDATE 1":
                return False
            await audit(connection, user_id, "recovery_code.used")
        return True

    async def put(
        self, user_id: int, factor: Factor, stored: StoredFactor, notices: Sequence[Notice]
    ) -> None:
        """Keep a PIN or an authenticator in place of an older one."""
        async with connected(self._pool) as connection, connection.transaction():
            await connection.execute(
                _PUT,
                user_id,
                factor.value,
                stored.version,
                stored.key_id,
                stored.sealed,
                stored.confirmed_at,
            )
            await tell(connection, notices)
            if stored.confirmed_at is not None:
                await audit(connection, user_id, "factor.set", {"factor": factor.value})
        self._on_outbox(())

    async def confirm(
        self, user_id: int, version: int, step: int, at: datetime, notices: Sequence[Notice]
    ) -> bool:
        """Let the authenticator that waits count from now on, in place of an older one."""
        async with connected(self._pool) as connection, connection.transaction():
            if not await connection.fetchval(_IS_WAITING, user_id, version):
                return False
            await connection.execute(_REMOVE, user_id, Factor.TOTP.value)
            await connection.execute(_CONFIRM, user_id, version, step, at)
            await tell(connection, notices)
            await audit(connection, user_id, "factor.set", {"factor": Factor.TOTP.value})
        self._on_outbox(())
        return True

    async def remove(self, user_id: int, factor: Factor, notices: Sequence[Notice]) -> bool:
        """Drop a PIN or an authenticator, with the last of them the recovery codes too."""
        async with connected(self._pool) as connection, connection.transaction():
            if await connection.execute(_REMOVE, user_id, factor.value) != "DELETE 1":
                return False
            if not await connection.fetchval(_HAS_ANY, user_id):
                await connection.execute(_DROP_CODES, user_id)
            await tell(connection, notices)
            await audit(connection, user_id, "factor.removed", {"factor": factor.value})
        self._on_outbox(())
        return True

    async def put_codes(
        self, user_id: int, hashes: Sequence[bytes], notices: Sequence[Notice]
    ) -> None:
        """Keep new recovery codes in place of all older ones."""
        async with connected(self._pool) as connection, connection.transaction():
            # Two at once would clash over the numbers: the person's row lets one go first.
            await connection.execute("SELECT FROM users WHERE user_id = $1 FOR UPDATE", user_id)
            await connection.execute(_DROP_CODES, user_id)
            await connection.execute(_PUT_CODES, user_id, list(hashes))
            await tell(connection, notices)
            await audit(connection, user_id, "recovery_codes.made", {"count": len(hashes)})
        self._on_outbox(())
