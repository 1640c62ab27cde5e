"""What a change of an account leaves beside it in the same transaction: audit, notices, an end."""

from collections.abc import Mapping, Sequence

from bot.adapters.database.connection import Connection
from bot.adapters.database.rows import notices_to_json
from bot.domain.notices import Notice
from bot.domain.requests import Request

_CLOSE = "SELECT is_closed FROM close_updates($1::jsonb)"
_AUDIT = "INSERT INTO audit_log (user_id, actor_id, action, details) VALUES ($1, $2, $3, $4)"


async def tell(
    connection: Connection, notices: Sequence[Notice], request: Request | None = None
) -> bool:
    """Queue notices, and end the request's update; false where that had ended before."""
    if not notices and request is None:
        return True
    update_id = request.update_id if request else None
    ending = {"update_id": update_id, "failure": "", "notices": notices_to_json(notices)}
    return bool((await connection.fetchval(_CLOSE, [ending]))[0])


async def audit(
    connection: Connection,
    user_id: int,
    action: str,
    details: Mapping[str, object] | None = None,
    *,
    actor_id: int | None = None,
) -> None:
    """Write down what was done to an account; by its owner unless somebody else is named.

    It comes last in a transaction: the head of the person's chain is locked after all else.
    """
    actor = user_id if actor_id is None else actor_id
    await connection.execute(_AUDIT, user_id, actor, action, dict(details or {}))
