"""Answers that change nothing in the books, and the questions that wait for a reply."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.ports.books import Books, Dialog, Dialogs
from bot.ports.clock import Clock


class Talk:
    """Replies and open questions; each is one small transaction."""

    def __init__(self, *, books: Books, dialogs: Dialogs, clock: Clock) -> None:
        self._books = books
        self._dialogs = dialogs
        self._clock = clock

    async def answer(self, request: Request, notices: Sequence[Notice]) -> None:
        """Queue an answer and close its update together.

        Needs no permission: a refusal must reach those who have none.
        """
        await self._books.answer(request, notices)

    async def ask(
        self, user: User, chat_id: int, kind: str, data: Mapping[str, str], seconds: int = 600
    ) -> None:
        """Remember a question asked in a chat, and in which mode, in place of an older one."""
        user.require(Permission.READ_HELP)
        told = {**data, "mode": user.mode.value}
        dialog = Dialog(user_id=user.user_id, chat_id=chat_id, kind=kind, data=told)
        await self._dialogs.ask(dialog, expires_at=self._clock.now() + timedelta(seconds=seconds))

    async def awaiting(self, user: User, chat_id: int) -> Dialog | None:
        """Give the question that this person has still to answer in this chat."""
        user.require(Permission.READ_HELP)
        return await self._dialogs.awaiting(user.user_id, chat_id, self._clock.now())

    async def hide(self, request: Request) -> None:
        """Take the words out of the stored update behind a request: they were a secret.

        Needs no permission: nobody learns anything by it.
        """
        if request.update_id is not None:
            await self._dialogs.hide(request.update_id)

    async def drop(self, user: User, chat_id: int) -> bool:
        """Forget the open question; tells whether there was one."""
        user.require(Permission.READ_HELP)
        return await self._dialogs.drop(user.user_id, chat_id)
