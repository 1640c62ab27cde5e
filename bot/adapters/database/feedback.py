"""What people write to the admins, and the answers, in PostgreSQL."""

from collections.abc import Sequence

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.people_outcomes import judge
from bot.adapters.database.rows import notices_to_json
from bot.domain.notices import Notice
from bot.domain.requests import Request

_NUMBER = "SELECT nextval(pg_get_serial_sequence('feedback', 'feedback_id'))"
_AUTHOR = "SELECT user_id, words FROM feedback WHERE feedback_id = $1 AND answer IS NULL"


class PostgresFeedback:
    """Implements `bot.ports.approvals.FeedbackBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def new_number(self) -> int:
        """Give a number for the next one."""
        async with connected(self._pool) as connection:
            return int(await connection.fetchval(_NUMBER))

    async def send(
        self,
        request: Request,
        number: int,
        words: str,
        *,
        an_hour: int,
        notices: Sequence[Notice],
    ) -> None:
        """Keep a person's words."""
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(
                "SELECT send_feedback($1, $2, $3, $4, $5, $6, $7)",
                request.user.user_id,
                number,
                words,
                request.received_at,
                an_hour,
                request.update_id,
                notices_to_json(notices),
            )
        judge(outcome)
        self._on_outbox(())

    async def author(self, number: int) -> tuple[int, str] | None:
        """Give who wrote it, and what, while nobody has answered."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_AUTHOR, number)
        return None if row is None else (row["user_id"], row["words"])

    async def answer(
        self, request: Request, number: int, words: str, notices: Sequence[Notice]
    ) -> None:
        """Answer it, once."""
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(
                "SELECT answer_feedback($1, $2, $3, $4, $5, $6)",
                number,
                request.user.user_id,
                words,
                request.received_at,
                request.update_id,
                notices_to_json(notices),
            )
        judge(outcome)
        self._on_outbox(())
