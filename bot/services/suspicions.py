"""Tokens whose price is not believed: when that begins and ends, and who is told."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import is_
from typing import Protocol

from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.pools.reading import Curve
from bot.domain.price_trust import (
    Dispute,
    Opinion,
    Streak,
    Suspicion,
    SuspicionCause,
    TrustRules,
    contradicts,
    find_dispute,
)
from bot.ports.clock import Clock
from bot.ports.suspicions import SuspicionBook
from bot.services.fresh_prices import FreshPrices
from bot.services.price_board import PriceBoard, Priced

_SAME_PASS_SLOTS = 25
_TOKENS_AT_ONCE = 200
OUR_POOLS = "the pools"


class SuspicionNotices(Protocol):
    """What holders are told, in the words of their door."""

    def began(self, user_id: int, token: Token, suspicion: Suspicion) -> Sequence[Notice]:
        """Say that a token's price is not believed now, and what that means."""

    def ended(self, user_id: int, token: Token) -> Sequence[Notice]:
        """Say that it is believed again."""


@dataclass(slots=True)
class _Doubt:
    """What is held against one token's price at present."""

    disputes: dict[SuspicionCause, Dispute] = field(default_factory=dict)
    streaks: dict[SuspicionCause, Streak] = field(default_factory=dict)
    calm_since: datetime | None = None
    standing: Suspicion | None = None


class Suspicions:
    """Holds each token's pools against each other, and against what sources say.

    A dispute pauses entries from its first reading. It is written down, and told to holders,
    once it stood in a second one; and it ends when all has agreed for a while.
    """

    def __init__(
        self,
        *,
        board: PriceBoard,
        book: SuspicionBook,
        clock: Clock,
        rules: TrustRules,
        notices: SuspicionNotices,
    ) -> None:
        self._board = board
        self._book = book
        self._clock = clock
        self._rules = rules
        self._notices = notices
        self._doubts: dict[int, _Doubt] = {}
        self._judged: dict[int, tuple[Curve, ...]] = {}

    async def load(self) -> None:
        """Take up the suspicions that stood when the bot stopped.

        Needs no permission: it runs once, before anybody is heard.
        """
        for suspicion in await self._book.standing():
            self._doubts[suspicion.token_id] = _Doubt(standing=suspicion)

    async def hear(self, token_ids: Collection[int]) -> None:
        """Learn what stands against some tokens, for a process that judges none itself.

        Needs no permission: another process wrote it down.
        """
        standing = {each.token_id: each for each in await self._book.standing()}
        for token_id in token_ids:
            if token_id in standing:
                self._doubts[token_id] = _Doubt(standing=standing[token_id])
            else:
                self._doubts.pop(token_id, None)

    def standing(self) -> list[Suspicion]:
        """Give all disputes that are written down and have not ended, the oldest first."""
        standing = [doubt.standing for doubt in self._doubts.values() if doubt.standing]
        return sorted(standing, key=lambda each: each.began_at)

    def of(self, token_id: int) -> Suspicion | None:
        """Give what is held against a token's price now, None where it is believed."""
        doubt = self._doubts.get(token_id)
        if doubt is None:
            return None
        if doubt.standing is not None:
            return doubt.standing
        cause, dispute = next(iter(doubt.disputes.items()))
        return _suspicion(token_id, cause, dispute, self._clock.now())

    def disputed(self) -> set[int]:
        """Give the tokens whose price is not believed now. Needs no permission, as `load`."""
        return set(self._doubts)

    def questionable(self, fresh: FreshPrices) -> set[int]:
        """Give the tokens of a round that `check` must look at; the others' pools agree.

        Needs no permission, as `load`.
        """
        odd = fresh.spans.may_be_disputed(self._rules)
        return {*odd, *fresh.whole, *(known for known in self._doubts if known in fresh)}

    async def check(self, fresh: Iterable[int]) -> None:
        """Hold the pools of the tokens just priced against each other; asked by the clock."""
        for place, token_id in enumerate(fresh):
            if place % _TOKENS_AT_ONCE == _TOKENS_AT_ONCE - 1:
                await asyncio.sleep(0)
            priced = self._board.priced(token_id)
            if priced is not None and self._is_news(token_id, priced):
                dispute = find_dispute(_opinions(priced), self._rules)
                await self._note(token_id, SuspicionCause.POOLS, dispute, priced.best.slot)

    def _is_news(self, token_id: int, priced: Priced) -> bool:
        """Tell whether there is anything to judge: most pools stand as they stood before."""
        if token_id in self._doubts:
            return True
        if len(priced.readings) == 1:
            return False
        # What did not change is the same object: see `bot.adapters.solana.reading_memory`.
        curves = tuple(pool.curve for pool in priced.readings)
        known = self._judged.get(token_id, ())
        self._judged[token_id] = curves
        is_same = len(curves) == len(known) and all(map(is_, curves, known))
        return not is_same

    async def weigh(self, token_id: int, sources: Sequence[Opinion]) -> None:
        """Hold a token's price against what sources say it is; asked by the clock."""
        priced = self._board.priced(token_id)
        if priced is None or priced.best.halt is not None:
            return
        dispute = contradicts(_whole(priced), sources, self._rules)
        await self._note(token_id, SuspicionCause.SOURCES, dispute, priced.best.slot)

    async def _note(
        self, token_id: int, cause: SuspicionCause, dispute: Dispute | None, slot: int
    ) -> None:
        doubt = self._doubts.get(token_id)
        if dispute is None:
            if doubt is not None:
                doubt.disputes.pop(cause, None)
                doubt.streaks.pop(cause, None)
                await self._calm(token_id, doubt)
            return
        doubt = self._doubts.setdefault(token_id, _Doubt())
        doubt.disputes[cause] = dispute
        doubt.calm_since = None
        streak = doubt.streaks[cause] = Streak.of(doubt.streaks.get(cause), slot)
        if doubt.standing is None and streak.readings >= self._rules.readings_to_suspect:
            await self._begin(doubt, _suspicion(token_id, cause, dispute, self._clock.now()))

    async def _begin(self, doubt: _Doubt, suspicion: Suspicion) -> None:
        token = self._board.tokens[suspicion.token_id]
        await self._book.begin(
            suspicion, lambda user_id: self._notices.began(user_id, token, suspicion)
        )
        doubt.standing = suspicion

    async def _calm(self, token_id: int, doubt: _Doubt) -> None:
        if doubt.disputes:
            return
        if doubt.standing is None:
            del self._doubts[token_id]
            return
        now = self._clock.now()
        if doubt.calm_since is None or now < doubt.calm_since:
            doubt.calm_since = now
        if (now - doubt.calm_since).total_seconds() >= self._rules.calm_seconds:
            token = self._board.tokens[token_id]
            await self._book.end(token_id, now, lambda user_id: self._notices.ended(user_id, token))
            del self._doubts[token_id]


def _opinions(priced: Priced) -> list[Opinion]:
    """Give what the pools say that were read together; a pool that is halted says nothing."""
    trading = [pool for pool in priced.readings if pool.halt is None]
    newest = max((pool.slot for pool in trading), default=0)
    return [
        Opinion(
            name=pool.kind.value,
            price=pool.price,
            depth_lamports=pool.curve.depth_quote_units(),
        )
        for pool in trading
        if newest - pool.slot <= _SAME_PASS_SLOTS
    ]


def _whole(priced: Priced) -> Opinion:
    depth = sum(pool.curve.depth_quote_units() for pool in priced.readings if pool.halt is None)
    return Opinion(name=OUR_POOLS, price=priced.best.price, depth_lamports=depth)


def _suspicion(token_id: int, cause: SuspicionCause, dispute: Dispute, now: datetime) -> Suspicion:
    return Suspicion(
        token_id=token_id,
        cause=cause,
        one=dispute.one.name,
        other=dispute.other.name,
        gap=round(dispute.gap, 6),
        began_at=now,
    )
