"""Who asks, under which key, and when: what makes a request answerable once."""

import hashlib
from datetime import datetime
from functools import lru_cache

from bot.domain.users import User
from bot.domain.values import value


@value
class Request:
    """One request of one user.

    `request_id` is the idempotency key, unique per user: `tg:<update_id>` for a message,
    `cb:<nonce>` for a button, `job:<name>:<due>` for the clock. `update_id` is the inbox row
    to be closed with the effect, None when no update stands behind the request.
    """

    user: User
    request_id: str
    received_at: datetime
    update_id: int | None = None
    source_at: datetime | None = None


@lru_cache(maxsize=1024)  # asked for the desk, and again for the booking
def hash_of(wish: str) -> str:
    """Give what is kept beside a request's key: a hash of what it asked for, said in one line."""
    return hashlib.sha256(wish.encode()).hexdigest()[:32]
