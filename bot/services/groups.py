"""Groups: how each is set up, who may use the bot there, and who is in it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.groups import TRADES, Audience, GroupSettings
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import PERMISSIONS, Permission, Role, User
from bot.ports.groups import ChatMembers, GroupBook

SettingsAnswer = Callable[[GroupSettings], Sequence[Notice]]
_MOST_PEOPLE = 200
_MOST_MET = 100_000
_MEMBERS = frozenset({Role.PREMIUM, Role.ADMIN})


class Groups:
    """The settings of groups, in memory as the database has them, and what hangs on them.

    A message in a group asks no database for them. An admin of the group, as Telegram tells it at
    that moment, may change what is harmless; money is for those who run the bot.
    """

    def __init__(self, *, book: GroupBook, members: ChatMembers) -> None:
        self._book = book
        self._members = members
        self._known: dict[int, GroupSettings] = {}
        self._moved: dict[int, int] = {}
        self._met: set[tuple[int, int]] = set()

    async def load(self) -> None:
        """Take up what was set up before. Needs no permission: asked at the start."""
        known, moved = await self._book.load()
        self._known = {one.chat_id: one for one in known}
        self._moved = dict(moved)

    def of(self, chat_id: int) -> GroupSettings:
        """Give a group's settings, under its old id as well."""
        here = self._moved.get(chat_id, chat_id)
        return self._known.get(here) or GroupSettings(chat_id=here)

    def with_alerts(self) -> list[int]:
        """Give the groups that want news of what was called there."""
        return [one.chat_id for one in self._known.values() if one.alerts and not one.is_gone]

    async def admit(
        self, user: User, chat_id: int, thread_id: int | None, name: str, *, is_operating: bool
    ) -> None:
        """Pass in silence, or raise `Refusal`: `other_topic`, `closed_here`, `not_for_you_here`.

        Needs no permission: it takes away from what permissions give. `is_operating` is what those
        who run the bot or set up the group do, wherever they are.
        """
        here = self.of(chat_id)
        if not here.is_set_up:
            await self._meet(user, chat_id)
            return
        runs_bot = Permission.OPERATE in PERMISSIONS[user.role]
        if not is_operating:
            if here.thread_id not in (None, thread_id):
                raise Refusal("other_topic")
            if name in here.closed:
                raise Refusal("closed_here")
            if not runs_bot and not await self._is_among(user, here):
                raise Refusal("not_for_you_here")
        await self._meet(user, here.chat_id)

    async def set_up(
        self,
        request: Request,
        chat_id: int,
        change: Callable[[GroupSettings], GroupSettings],
        answer: SettingsAnswer,
    ) -> None:
        """Change a group's settings; raises `Refusal` as `require_manager`, or `money_is_ours`."""
        request.user.require(Permission.SET_UP_GROUP)
        await self.require_manager(request.user, chat_id)
        before = self.of(chat_id)
        after = replace(change(before), is_set_up=True)
        if TRADES in before.closed ^ after.closed:
            self._require_ours(request.user)
        await self._book.keep(request, after, answer(after))
        self._known[after.chat_id] = after

    async def require_manager(self, user: User, chat_id: int) -> None:
        """Pass in silence if somebody may set this group up, or raise `Refusal`.

        `not_group_admin` is for those who do not manage the group now, `no_group_right` for those
        who do by title only, `bot_not_admin` where Telegram tells the bot nothing sure. Needs no
        more permission than to be heard.
        """
        user.require(Permission.SET_UP_GROUP)
        if Permission.OPERATE in PERMISSIONS[user.role]:
            return
        if not await self._members.can_see(chat_id):
            raise Refusal("bot_not_admin")
        standing = await self._members.standing(chat_id, user.user_id)
        if not standing.is_admin:
            raise Refusal("not_group_admin")
        if not standing.may_change:
            raise Refusal("no_group_right")

    async def may_whisper(self, chat_id: int) -> bool:
        """Tell whether the bot may say something there to one person alone, unasked.

        Needs no permission: it tells nobody anything. Who manages a chat may
        (https://core.telegram.org/bots/api#ephemeral-messages-and-commands).
        """
        return await self._members.can_see(chat_id)

    async def members(self, user: User, chat_id: int) -> list[int]:
        """Give who used the bot in a group and is in it now, as Telegram tells.

        Raises `Refusal` (`bot_not_admin`) where Telegram tells nothing sure.
        """
        user.require(Permission.OPERATE)
        if not await self._members.can_see(chat_id):
            raise Refusal("bot_not_admin")
        known = await self._book.people(self.of(chat_id).chat_id, _MOST_PEOPLE)
        return [one for one in known if (await self._members.standing(chat_id, one)).is_in]

    async def moved(self, old_chat_id: int, new_chat_id: int) -> bool:
        """Follow a group to its new id; tells whether this was the first word of it.

        Needs no permission: Telegram tells it, once from each side.
        """
        is_news = await self._book.move(old_chat_id, new_chat_id)
        known, moves = await self._book.load()
        self._known = {one.chat_id: one for one in known}
        self._moved = dict(moves)
        return is_news

    async def seated(self, chat_id: int, *, is_gone: bool) -> None:
        """Note what the bot is in a group now: removed from it, or in it, as an admin or not.

        Needs no permission: Telegram tells it. A group that nobody set up has nothing to keep.
        """
        self._members.forget(chat_id)
        here = self._known.get(self._moved.get(chat_id, chat_id))
        if here is None or here.is_gone is is_gone:
            return
        await self._book.mark_gone(here.chat_id, is_gone=is_gone)
        self._known[here.chat_id] = replace(here, is_gone=is_gone)

    async def _meet(self, user: User, chat_id: int) -> None:
        if (user.user_id, chat_id) in self._met:
            return
        if len(self._met) >= _MOST_MET:
            self._met.clear()
        await self._book.met(user.user_id, chat_id)
        self._met.add((user.user_id, chat_id))

    async def _is_among(self, user: User, here: GroupSettings) -> bool:
        match here.audience:
            case Audience.EVERYBODY:
                return True
            case Audience.MEMBERS:
                return user.role in _MEMBERS
            case Audience.ADMINS:
                return (await self._members.standing(here.chat_id, user.user_id)).is_admin

    @staticmethod
    def _require_ours(user: User) -> None:
        if Permission.OPERATE not in PERMISSIONS[user.role]:
            raise Refusal("money_is_ours")
