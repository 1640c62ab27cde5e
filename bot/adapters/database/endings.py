"""Ends updates with their answers, many together, and tells which notices were queued."""

from collections.abc import Hashable, Iterator, Sequence
from itertools import islice

from bot.adapters.database.batches import Batches
from bot.adapters.database.connection import Pool, json_array, pinned, to_json
from bot.adapters.database.rows import notices_to_json
from bot.domain.notices import Notice, QueuedNotice

_CLOSE = "SELECT is_closed, notice_ids FROM close_updates($1::text::jsonb)"
_Ending = tuple[int | None, str, int]  # the update, the ending as JSON, how many notices


class Endings:
    """Closes updates and queues their notices in one transaction, each update once."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._batches = Batches(self._close, key=_update_of)

    async def end(
        self, update_id: int | None, failure: str, notices: Sequence[Notice]
    ) -> list[QueuedNotice]:
        """End an update, or only queue notices; gives those queued: none if it had ended."""
        ending = {"update_id": update_id, "failure": failure, "notices": notices_to_json(notices)}
        ids = await self._batches.ask((update_id, to_json(ending), len(notices)))
        return queued(ids, notices)

    async def _close(self, endings: Sequence[_Ending]) -> list[list[int]]:
        async with pinned(self._pool) as connection:
            row = await connection.fetchrow(_CLOSE, json_array([text for _, text, _ in endings]))
        assert row is not None, "a function always answers"  # noqa: S101
        counts = [
            count if is_closed else 0
            for (_, _, count), is_closed in zip(endings, row["is_closed"], strict=True)
        ]
        return list(shared_out(row["notice_ids"], counts))


def queued(notice_ids: Sequence[int], notices: Sequence[Notice]) -> list[QueuedNotice]:
    """Give notices with their ids; none where none were queued."""
    return [
        QueuedNotice(notice_id=notice_id, notice=notice)
        for notice_id, notice in zip(notice_ids, notices, strict=False)
    ]


def shared_out(ids: Sequence[int], counts: Sequence[int]) -> Iterator[list[int]]:
    """Give each its part of ids that came in order."""
    left = iter(ids)
    for count in counts:
        yield list(islice(left, count))


def _update_of(ending: _Ending) -> Hashable:
    return ending[0] if ending[0] is not None else id(ending)
