"""A book of suspicions in memory, and notices of plain words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.price_trust import Suspicion
from bot.ports.suspicions import Tell


@dataclass(slots=True)
class SuspicionsInMemory:
    """Implements `SuspicionBook` for tokens that everybody in `holders` holds."""

    holders: tuple[int, ...] = ()
    open: dict[int, Suspicion] = field(default_factory=dict)
    ended: list[tuple[int, datetime]] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)

    async def standing(self) -> list[Suspicion]:
        return list(self.open.values())

    async def begin(self, suspicion: Suspicion, tell: Tell) -> bool:
        if suspicion.token_id in self.open:
            return False
        self.open[suspicion.token_id] = suspicion
        self._tell(tell)
        return True

    async def end(self, token_id: int, at: datetime, tell: Tell) -> bool:
        if self.open.pop(token_id, None) is None:
            return False
        self.ended.append((token_id, at))
        self._tell(tell)
        return True

    def _tell(self, tell: Tell) -> None:
        self.told += [notice for user_id in self.holders for notice in tell(user_id)]


class PlainWarnings:
    """Implements `SuspicionNotices` with a word each."""

    def began(self, user_id: int, token: Token, suspicion: Suspicion) -> Sequence[Notice]:
        return (_notice(user_id, f"{token.symbol} began: {suspicion.one}, {suspicion.other}"),)

    def ended(self, user_id: int, token: Token) -> Sequence[Notice]:
        return (_notice(user_id, f"{token.symbol} ended"),)


def _notice(user_id: int, text: str) -> Notice:
    return Notice(chat_id=user_id, method="sendMessage", payload={"text": text})
