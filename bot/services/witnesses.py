"""What HTTP sources say of tokens: shown as hearsay, and held against the chain's own prices."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from bot.domain.errors import Unavailable
from bot.domain.identifiers import SOL_MINT
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.price_trust import Opinion
from bot.ports.clock import Clock
from bot.ports.token_sources import SourceFigure, TokenSource
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions

_PATIENCE_SECONDS = 3.0  # somebody may wait in a chat
_REMEMBERED_SECONDS = 10.0
_OLDEST_SECONDS = 120.0
_MOST_AT_ONCE = 60
_SIDES = 2

Figures = Mapping[str, tuple[SourceFigure, ...]]
"""What the sources say, by mint; those that nobody knows are left out."""


class Witnesses:
    """Asks every source at once; one that fails or lags is left out, and none is believed alone.

    No trade is ever made at a source's price: it can only raise a doubt about the chain's.
    """

    def __init__(
        self,
        *,
        sources: Sequence[TokenSource],
        board: PriceBoard,
        suspicions: Suspicions,
        clock: Clock,
    ) -> None:
        self._sources = sources
        self._board = board
        self._suspicions = suspicions
        self._clock = clock
        self._heard: dict[str, tuple[float, tuple[SourceFigure, ...]]] = {}
        self._next = 0

    async def of(self, mint: str) -> tuple[SourceFigure, ...]:
        """Give what the sources say of a token, at most some seconds ago.

        Needs no permission: other use cases ask, each behind its own.
        """
        known = self._heard.get(mint)
        now = self._clock.monotonic()
        if known is not None and now - known[0] < _REMEMBERED_SECONDS:
            return known[1]
        figures = (await self._ask_all([mint])).get(mint, ())
        self._heard = {
            other: heard
            for other, heard in self._heard.items()
            if now - heard[0] < _REMEMBERED_SECONDS
        }
        self._heard[mint] = (now, figures)
        return figures

    async def check(self, token_ids: Iterable[int]) -> None:
        """Hold the chain's prices against the sources', some tokens a time; asked by the clock."""
        tokens = [self._board.tokens[token_id] for token_id in self._turn(token_ids)]
        if not tokens or not self._sources:
            return
        said = await self._ask_all([SOL_MINT, *(token.mint for token in tokens)])
        sol_usd = {figure.source: figure.usd for figure in said.get(SOL_MINT, ())}
        for token in tokens:
            counted = [f.holders for f in said.get(token.mint, ()) if f.holders is not None]
            if counted:
                self._board.holders[token.token_id] = max(counted)
            traded = [f.volume_24h_usd for f in said.get(token.mint, ()) if f.volume_24h_usd]
            if traded:
                self._board.volumes[token.token_id] = max(traded)
            figures = [figure for figure in said.get(token.mint, ()) if self._is_recent(figure)]
            # A source's own price of SOL turns its dollars into SOL: one error less to share.
            opinions = [
                _opinion(figure, usd)
                for figure in figures
                if (usd := sol_usd.get(figure.source, self._board.sol_usd()))
            ]
            await self._suspicions.weigh(token.token_id, opinions)

    def _turn(self, token_ids: Iterable[int]) -> list[int]:
        """Give the next tokens to ask about, all of them in turn where they are many."""
        known = sorted(token_id for token_id in token_ids if self._board.priced(token_id))
        if len(known) <= _MOST_AT_ONCE:
            return known
        start = self._next % len(known)
        self._next = start + _MOST_AT_ONCE
        return (known + known)[start : start + _MOST_AT_ONCE]

    def _is_recent(self, figure: SourceFigure) -> bool:
        at = figure.source_at or figure.received_at
        return (self._clock.now() - at).total_seconds() <= _OLDEST_SECONDS

    async def _ask_all(self, mints: Sequence[str]) -> Figures:
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(_ask(source, mints)) for source in self._sources]
        said: dict[str, tuple[SourceFigure, ...]] = {}
        for answer in asked:
            for figure in answer.result():
                said[figure.mint] = (*said.get(figure.mint, ()), figure)
        return said


async def _ask(source: TokenSource, mints: Sequence[str]) -> list[SourceFigure]:
    said: list[SourceFigure] = []
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            for start in range(0, len(mints), source.most_mints):
                said += await source.figures(mints[start : start + source.most_mints])
    except (Unavailable, TimeoutError):
        # Its own state tells the operator; what it said before that still counts.
        return said
    return said


def _opinion(figure: SourceFigure, sol_usd: Decimal) -> Opinion:
    # Of what lies in a pool only the side that pays counts, as for our own readings.
    depth_sol = (figure.liquidity_usd or Decimal(0)) / _SIDES / sol_usd
    return Opinion(
        name=figure.source,
        price=figure.usd / sol_usd,
        depth_lamports=int(depth_sol * LAMPORTS_PER_SOL),
    )
