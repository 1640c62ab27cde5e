"""What the inside asks about groups: of the database, and of Telegram itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bot.domain.groups import Call, GroupSettings, Standing
from bot.domain.notices import Notice
from bot.domain.requests import Request

BroadcastAnswer = Callable[[int], Sequence[Notice]]
"""What the asking admin is told, from how many people get a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over everybody's present paper seasons, amounts in lamports; nobody is named."""

    people: int
    active_today: int
    open_positions: int
    long_lamports: int
    margin_lamports: int
    waiting_orders: int
    by_token: tuple[tuple[int, int, int], ...]  # token, positions, lamports


class GroupBook(Protocol):
    """Groups as they are set up, and what happens in them. All methods raise `Unavailable`."""

    async def load(self) -> tuple[list[GroupSettings], Mapping[int, int]]:
        """Give every group that was set up, and the new ids of those that moved."""

    async def keep(
        self, request: Request, settings: GroupSettings, notices: Sequence[Notice]
    ) -> None:
        """Keep a group's settings, write down who changed them, and end the update, together."""

    async def mark_gone(self, chat_id: int, *, is_gone: bool) -> None:
        """Keep whether the bot is gone from a group that was set up."""

    async def move(self, old_chat_id: int, new_chat_id: int) -> bool:
        """Let all of a group follow it to its new id; false where it has done so before."""

    async def met(self, user_id: int, chat_id: int) -> None:
        """Remember that somebody used the bot in a group."""

    async def people(self, chat_id: int, limit: int) -> list[int]:
        """Give who used the bot in a group, the last to come first."""

    async def call(
        self, chat_id: int, token_id: int, user_id: int, price: Decimal, at: datetime
    ) -> Call:
        """Give who called a token first; that is this person where nobody did before."""

    async def calls(self, chat_id: int, limit: int) -> list[Call]:
        """Give the calls of a group, newest first."""

    async def followed_calls(self, chat_ids: Sequence[int]) -> list[Call]:
        """Give the calls of these groups, which want news of them."""

    async def told(self, call: Call, times: int, notices: Sequence[Notice]) -> None:
        """Queue news of a call once: not where another telling was quicker."""

    async def totals(self) -> Totals:
        """Give the sums over everybody."""

    async def note(self, request: Request, action: str, details: Mapping[str, object]) -> None:
        """Write into the audit log what an admin does."""


class BroadcastBook(Protocol):
    """Texts to everybody. All methods raise `Unavailable`."""

    async def receivers(self) -> int:
        """Count who would get one: neither the banned nor those who blocked the bot."""

    async def send(
        self, request: Request, payload: Mapping[str, object], answer: BroadcastAnswer
    ) -> None:
        """Queue one for each of them and end the update, once; `Refusal` (`already_done`)."""


class ChatMembers(Protocol):
    """What Telegram says of people in chats, kept for seconds only."""

    async def standing(self, chat_id: int, user_id: int) -> Standing:
        """Give what somebody is in a chat; `UNKNOWN` where Telegram does not tell."""

    def forget(self, chat_id: int) -> None:
        """Ask anew of everybody in a chat: the bot's own place in it has changed."""

    async def can_see(self, chat_id: int) -> bool:
        """Tell whether the bot manages a chat: only then is what it is told of others sure."""
