"""Whose money a person trades with, paper or real: what they chose, and paper before any choice."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Mode, Permission, User
from bot.ports.modes import ModeBook


class Modes:
    """Knows everybody who trades live, so that no message asks the database.

    `is_live_on` is the operator's word: without it everybody is on paper, whatever they chose.
    """

    def __init__(self, *, book: ModeBook, is_live_on: bool) -> None:
        self._book = book
        self._is_live_on = is_live_on
        self._live: set[int] = set()

    @property
    def is_live_on(self) -> bool:
        """Tell whether the operator has turned live trading on."""
        return self._is_live_on

    async def load(self) -> None:
        """Learn who trades live. Needs no permission: it runs once, before anybody is heard."""
        self._live = set(await self._book.live())

    async def hear(self, user_ids: Collection[int]) -> None:
        """Learn what some people trade in now. Needs no permission: another process changed it."""
        live = await self._book.live(user_ids)
        self._live = self._live.difference(user_ids).union(live)

    def of(self, user_id: int) -> Mode:
        """Give the mode that a person is in."""
        is_live = self._is_live_on and user_id in self._live
        return Mode.LIVE if is_live else Mode.PAPER

    def heard(self, user: User) -> User:
        """Give somebody who was just identified, in the mode that they are in."""
        mode = self.of(user.user_id)
        return user if mode is user.mode else replace(user, mode=mode)

    def forget(self, user_id: int) -> None:
        """Have somebody on paper again, whose data are deleted. Needs no permission."""
        self._live.discard(user_id)

    async def require_live(self, user: User) -> None:
        """Pass in silence where a person may go live.

        Raises `Refusal` (`live_off`, `live_wallet_missing`).
        """
        user.require(Permission.VIEW_OWN)
        if not self._is_live_on:
            raise Refusal("live_off")
        if not await self._book.has_live_books(user.user_id):
            raise Refusal("live_wallet_missing")

    async def choose(self, request: Request, mode: Mode, notices: Sequence[Notice]) -> None:
        """Trade in this mode from now on; the choice is audited and answered in one transaction.

        Who would go live needs a live wallet. Raises `Refusal` as `require_live` does, and
        `already_done` where this update was answered before.
        """
        request.user.require(Permission.VIEW_OWN)
        if mode is Mode.LIVE:
            await self.require_live(request.user)
        user_id = request.user.user_id
        if not await self._book.keep(request, mode, notices):
            # It may have been this very choice, whose answer was lost on the way.
            self._note(user_id, await self._book.chosen(user_id))
            raise Refusal("already_done")
        self._note(user_id, mode)

    def _note(self, user_id: int, mode: Mode) -> None:
        if mode is Mode.LIVE:
            self._live.add(user_id)
        else:
            self._live.discard(user_id)
