"""Tokens whose pool takes no more swaps: where they trade now, and telling who holds them."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from bot.domain.errors import Refusal, Unavailable
from bot.domain.graduations import SUCCESSORS, Graduation
from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.pools.reading import PoolReading
from bot.ports.chain import TokenFound
from bot.ports.clock import Clock
from bot.ports.graduations import GraduationBook
from bot.services.pools_in_sol import ranked
from bot.services.price_board import PriceBoard

_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 2.0, 600.0
_MOST_SOUGHT = 5


class GraduationNotices(Protocol):
    """What holders are told, in the words of their door."""

    def moved(self, user_id: int, token: Token, graduation: Graduation) -> Sequence[Notice]:
        """Say that a token moved to another pool, and that nothing is left to do."""


@dataclass(slots=True)
class _Search:
    """When a token is looked for again; the wait doubles each time it is not found."""

    due_at: float
    wait_seconds: float = _FIRST_WAIT_SECONDS


class Graduations:
    """Follows tokens from a pool that is over to the one they trade in now.

    A launch's own pool opens seconds or minutes after its curve is complete, so a token is
    looked for at once, and then ever more seldom: a dead one must not hold up the living.
    """

    def __init__(
        self,
        *,
        board: PriceBoard,
        find: Callable[[str], Awaitable[TokenFound | None]],
        take_up: Callable[[TokenFound], Awaitable[Token]],
        book: GraduationBook,
        clock: Clock,
        notices: GraduationNotices,
    ) -> None:
        self._board = board
        self._find = find
        self._take_up = take_up
        self._book = book
        self._clock = clock
        self._notices = notices
        self._searches: dict[int, _Search] = {}

    async def follow(self, token_ids: Collection[int]) -> None:
        """Look for the new pools of tokens whose old one is over, in order; asked by the clock."""
        now = self._clock.monotonic()
        halted = self._board.halted(token_ids)
        in_order = [token_id for token_id in token_ids if token_id in halted] if halted else []
        due = (token_id for token_id in in_order if self._is_due(token_id, now))
        for token_id in list(islice(due, _MOST_SOUGHT)):
            search = self._searches.setdefault(token_id, _Search(due_at=now))
            search.due_at = now + search.wait_seconds
            search.wait_seconds = min(2 * search.wait_seconds, _LONGEST_WAIT_SECONDS)
            try:
                await self._seek(token_id)
            except (Refusal, Unavailable):
                continue

    def _is_due(self, token_id: int, now: float) -> bool:
        if self._ended(token_id) is None:
            self._searches.pop(token_id, None)
            return False
        search = self._searches.get(token_id)
        return search is None or search.due_at <= now

    def _ended(self, token_id: int) -> PoolReading | None:
        """Give the pool of a token that is over: a launch, or any where none takes swaps.

        A curve that was emptied gives no price any more.
        """
        pools = self._board.readings(token_id)
        halted = [pool for pool in pools if pool.halt is not None]
        launches = [pool for pool in halted if pool.kind in SUCCESSORS]
        over = launches or (halted if len(halted) == len(pools) else [])
        return over[0] if over else None

    async def _seek(self, token_id: int) -> None:
        token, ended = self._board.tokens[token_id], self._ended(token_id)
        found = await self._find(token.mint)
        if found is None or ended is None:
            return
        pools = ranked(found.pools, token.mint, self._board.bridge)
        living = [pool for pool in pools if pool.halt is None]
        # What anybody opens meanwhile may price the token, but is not where its launch goes.
        kind = SUCCESSORS.get(ended.kind)
        ways = [pool for pool in living if kind is None or pool.kind is kind]
        if ways and ways[0].address != ended.address:
            # Told first and taken up after: what stops in between is found again, told never.
            graduation = self._graduation(token_id, ended, ways[0])
            await self._book.note(
                graduation, lambda user_id: self._notices.moved(user_id, token, graduation)
            )
        listed = {place.address for place in self._board.places[token_id]}
        if ways or any(pool.address not in listed for pool in living):
            await self._take_up(found)

    def _graduation(self, token_id: int, old: PoolReading, new: PoolReading) -> Graduation:
        return Graduation(
            token_id=token_id,
            from_pool=old.address,
            from_kind=old.kind,
            to_pool=new.address,
            to_kind=new.kind,
            noticed_at=self._clock.now(),
        )
