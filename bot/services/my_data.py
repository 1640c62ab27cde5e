"""What is kept about a person: shown to them, taken along by them, deleted where they wish it."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.my_data import DataCategory, DeletionRequest
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.ports.alerts import AlertBook
from bot.ports.clock import Clock
from bot.ports.my_data import Deletions, PersonalData
from bot.services.access import Access
from bot.services.alert_levels import disarm
from bot.services.audit import Audit, AuditPage
from bot.services.factors import Factors
from bot.services.modes import Modes
from bot.services.triggers import Triggers

DELETION_DAYS = 7
EXPORT = "my_data"
"""What names the recipe of an export among the recipes of documents."""
FILE_NAME = "kitrader_my_data.zip"
_MOST_OPEN = 50
_log = structlog.get_logger(__name__)

DeletionNotices = Callable[[int], Sequence[Notice]]
"""Renders the word to a person whose data were deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MyDataView:
    """Rows by category, who looked, and the wish that stands."""

    counts: Mapping[DataCategory, int]
    looks: AuditPage
    deletion: DeletionRequest | None


class MyData:
    """The use cases of a person's own data."""

    def __init__(
        self,
        *,
        data: PersonalData,
        deletions: Deletions,
        audit: Audit,
        alerts: AlertBook,
        triggers: Triggers,
        access: Access,
        modes: Modes,
        factors: Factors,
        clock: Clock,
        deleted: DeletionNotices,
    ) -> None:
        self._data = data
        self._deletions = deletions
        self._audit = audit
        self._alerts = alerts
        self._triggers = triggers
        self._access = access
        self._modes = modes
        self._factors = factors
        self._clock = clock
        self._deleted = deleted

    async def show(self, user: User) -> MyDataView:
        """Give what is kept about a person, and who looked at it."""
        user.require(Permission.VIEW_OWN)
        return MyDataView(
            counts=await self._data.counts(user.user_id),
            looks=await self._audit.looks(user),
            deletion=await self._deletions.standing(user.user_id),
        )

    async def export(self, user: User) -> Mapping[str, object]:
        """Give the recipe of a file with all of it."""
        user.require(Permission.VIEW_OWN)
        return {"what": EXPORT, "user_id": user.user_id}

    async def write(self, recipe: Mapping[str, object]) -> bytes:
        """Write the file of a recipe: a zip of one JSON array for each table.

        Needs no permission: only `export`, which requires one, makes recipes.
        """
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            await self._fill(archive, int(str(recipe["user_id"])))
        return written.getvalue()

    async def ask_deletion(
        self, request: Request, answer: Callable[[DeletionRequest], Sequence[Notice]]
    ) -> None:
        """Write down that a person wants to be forgotten in a week; raises `Refusal`.

        Refused with `deletion_standing` where that was asked before. Second factors go too, so
        whoever has one gives it first (`proof_on_page_needed`): a stolen chat is no way around it.
        """
        request.user.require(Permission.VIEW_OWN)
        await self._factors.require_proof_anywhere(request.user)
        now = self._clock.now()
        wish = DeletionRequest(
            user_id=request.user.user_id, asked_at=now, due_at=now + timedelta(days=DELETION_DAYS)
        )
        await self._deletions.ask(request, at=now, due_at=wish.due_at, notices=answer(wish))

    async def cancel_deletion(self, request: Request, notices: Sequence[Notice]) -> None:
        """Take that back; raises `Refusal("no_deletion")`."""
        request.user.require(Permission.VIEW_OWN)
        await self._deletions.cancel(request, at=self._clock.now(), notices=notices)

    async def open_requests(self, user: User) -> list[DeletionRequest]:
        """Give the wishes that stand, the next due first."""
        user.require(Permission.READ_AUDIT)
        return await self._deletions.open_requests(_MOST_OPEN)

    async def carry_out_due(self) -> None:
        """Delete for those whose week is over; asked by the clock."""
        now = self._clock.now()
        for wish in await self._deletions.open_requests(_MOST_OPEN):
            if wish.due_at > now:
                return
            await self._carry_out(wish.user_id)

    async def _carry_out(self, user_id: int) -> None:
        alerts = await self._alerts.of(user_id)
        notices = self._deleted(user_id)
        if not await self._deletions.carry_out(user_id, at=self._clock.now(), notices=notices):
            return
        for alert in alerts:
            disarm(self._triggers, alert.alert_id)
        self._access.forget(user_id)
        self._modes.forget(user_id)
        _log.info("data_deleted", user_id=user_id)

    async def _fill(self, archive: zipfile.ZipFile, user_id: int) -> None:
        entry, open_table = None, ""
        async for _, table, rows in self._data.rows(user_id):
            if table != open_table:
                if entry is not None:
                    entry.write(b"\n]\n")
                    entry.close()
                entry, open_table = archive.open(f"{table}.json", "w"), table
                entry.write(b"[\n")
            else:
                assert entry is not None, "a table's first rows opened its file"  # noqa: S101
                entry.write(b",\n")
            entry.write(",\n".join(rows).encode())
        if entry is not None:
            entry.write(b"\n]\n")
            entry.close()
