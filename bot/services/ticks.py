"""What happens at a tick, in order: read the pools, remember prices, liquidate what must go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from bot.domain.errors import Refusal, Unavailable
from bot.domain.identifiers import USDC_MINT
from bot.ports.books import Books, PriceRow, TokenShelf
from bot.ports.chain import Chain, PoolPlace
from bot.ports.clock import Clock
from bot.ports.retention import Retention
from bot.services.liquidations import Liquidations
from bot.services.price_board import PriceBoard
from bot.services.prices import Prices

_KEEP_MAIL, _KEEP_PRICES = timedelta(days=7), timedelta(days=14)
_SEEK_AGAIN_SECONDS = 600.0
_MOST_SOUGHT = 5


@dataclass(slots=True)
class RefreshState:
    """How the refresh is doing, for the status page."""

    last_at: datetime | None = None
    tokens: int = 0
    refreshed: int = 0
    behind_seconds: float = 0.0
    failure: str = ""


class Ticks:
    """The clock's use cases: refresh all prices, or the hot ones, and act on what they show."""

    def __init__(
        self,
        *,
        board: PriceBoard,
        prices: Prices,
        liquidations: Liquidations,
        books: Books,
        shelf: TokenShelf,
        chain: Chain,
        retention: Retention,
        clock: Clock,
    ) -> None:
        self._board = board
        self._prices = prices
        self._liquidations = liquidations
        self._books = books
        self._shelf = shelf
        self._chain = chain
        self._retention = retention
        self._clock = clock
        self._sought_until: dict[int, float] = {}
        self.state = RefreshState()

    async def refresh_all(self) -> None:
        """Read every tracked token's pools; asked by the clock, not by a person."""
        await self._refresh(self._board.tokens)
        await self._follow_migrations()

    async def refresh_hot(self) -> None:
        """Read the tokens that are held or looked at, and SOL's own price."""
        hot = self._prices.hot_tokens() | await self._books.held_tokens()
        dollar = self._board.by_mint(USDC_MINT)
        if dollar is not None:
            hot.add(dollar.token_id)
        await self._refresh(hot)

    async def track(self, mints: Sequence[str]) -> None:
        """Begin to track tokens that the settings name; those not found are left out."""
        for mint in mints:
            if self._board.by_mint(mint) is None:
                try:
                    await self._prices.track(mint)
                except (Refusal, Unavailable):
                    continue

    async def forget_old(self) -> None:
        """Drop answered mail after a week and prices after two; asked by the clock.

        Telegram repeats an update for a day at most, and an update's number may come again
        after a quiet week, so answered updates are neither dropped sooner nor kept for ever.
        """
        now = self._clock.now()
        await self._retention.forget(
            mail_before=now - _KEEP_MAIL, prices_before=now - _KEEP_PRICES, now=now
        )

    async def _follow_migrations(self) -> None:
        # A curve that completed takes no more swaps: its token trades elsewhere now. Dead tokens
        # are looked for seldom and a few at a time, or they would hold up the living.
        now = self._clock.monotonic()
        halted = (token_id for token_id in list(self._board.tokens) if self._is_halted(token_id))
        due = (token_id for token_id in halted if self._sought_until.get(token_id, now) <= now)
        for token_id in list(islice(due, _MOST_SOUGHT)):
            self._sought_until[token_id] = now + _SEEK_AGAIN_SECONDS
            try:
                await self._prices.track(self._board.tokens[token_id].mint)
            except (Refusal, Unavailable):
                continue

    def _is_halted(self, token_id: int) -> bool:
        priced = self._board.priced(token_id)
        return priced is not None and priced.best.halt is not None

    async def _refresh(self, token_ids: Iterable[int]) -> None:
        known = [token_id for token_id in token_ids if token_id in self._board.tokens]
        # What others are priced through is read with them, and set before them.
        wanted = list(dict.fromkeys((*self._board.middles(known), *known)))
        places: list[PoolPlace] = [
            place for token_id in wanted for place in self._board.places[token_id]
        ]
        self.state.tokens = len(self._board.tokens)
        if not places:
            return
        began = self._clock.monotonic()
        try:
            readings = await self._chain.read_pools(places)
        except Unavailable as error:
            self.state.failure = str(error)
            raise
        now = self._clock.now()
        fresh = [
            token_id
            for token_id in wanted
            if self._board.set_price(
                token_id,
                [
                    readings[p.address]
                    for p in self._board.places[token_id]
                    if p.address in readings
                ],
                now,
            )
        ]
        self.state.failure = ""
        self.state.last_at = now
        self.state.refreshed = len(fresh)
        await self._shelf.record([self._row(token_id, now) for token_id in fresh])
        await self._liquidations.check(set(fresh))
        self.state.behind_seconds = self._clock.monotonic() - began

    def _row(self, token_id: int, now: datetime) -> PriceRow:
        priced = self._board.priced(token_id)
        assert priced is not None, "a row is made of a token just priced"  # noqa: S101
        return PriceRow(
            token_id=token_id,
            price=priced.best.price,
            usd=self._board.usd(token_id),
            liquidity_lamports=sum(r.curve.depth_quote_units() for r in priced.readings),
            slot=priced.best.slot,
            source=priced.best.kind.value,
            received_at=now,
        )
