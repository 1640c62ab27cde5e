"""What happens at a tick, in order: read, remember, liquidate what must go, fire what waited."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.identifiers import USDC_MINT
from bot.ports.books import Books
from bot.ports.chain import Chain
from bot.ports.clock import Clock
from bot.ports.pool_feed import PoolFeed
from bot.ports.retention import Retention
from bot.services.graduations import Graduations
from bot.services.liquidations import Liquidations
from bot.services.price_board import PriceBoard
from bot.services.prices import Prices
from bot.services.refresh import Refresh
from bot.services.resting_clock import RestingClock
from bot.services.round_telling import RoundHearing, RoundTelling
from bot.services.safety import Safety
from bot.services.suspicions import Suspicions
from bot.services.triggers import Triggers
from bot.services.witnesses import Witnesses

_KEEP_MAIL = timedelta(days=7)
_SHARE_OF_INTERVAL = 0.8  # a round gives up before the next is due
_SHORTEST_DEADLINE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """How often all tokens are read, and the hot ones."""

    all_seconds: float = 60.0
    hot_seconds: float = 5.0


class Ticks:
    """The clock's use cases: refresh all prices, or the hot ones, and act on what they show."""

    def __init__(
        self,
        *,
        board: PriceBoard,
        prices: Prices,
        suspicions: Suspicions,
        witnesses: Witnesses,
        safety: Safety,
        graduations: Graduations,
        liquidations: Liquidations,
        triggers: Triggers,
        resting: RestingClock,
        books: Books,
        chain: Chain,
        refresh: Refresh,
        feed: PoolFeed,
        retention: Retention,
        clock: Clock,
        every: Intervals,
        price_days: int = 14,
        telling: RoundTelling | None = None,
        hearing: RoundHearing | None = None,
    ) -> None:
        self._board = board
        self._prices = prices
        self._suspicions = suspicions
        self._witnesses = witnesses
        self._safety = safety
        self._graduations = graduations
        self._liquidations = liquidations
        self._triggers = triggers
        self._resting = resting
        self._books = books
        self._chain = chain
        self._rounds = refresh
        self._feed = feed
        self._retention = retention
        self._clock = clock
        self._keep_prices = timedelta(days=price_days)
        self._every = every
        self._telling = telling
        self._hearing = hearing
        self._followed: list[int] = []
        self.state = refresh.state

    @property
    def followed(self) -> Sequence[int]:
        """Give the tokens that were held, looked at or waited for at the last hot refresh."""
        return self._followed

    async def refresh_all(self) -> None:
        """Read every tracked token's pools and changing rules; asked by the clock."""
        await self._safety.renew()
        await self._refresh(list(self._board.tokens), self._every.all_seconds)

    async def see_all(self) -> None:
        """Read every tracked token for the board alone: another process acts and records.

        Nothing is read while that process tells what it reads.
        """
        if self._hearing is not None and self._hearing.is_heard_within(self._every.all_seconds):
            return
        began = self._clock.monotonic()
        deadline = max(_SHARE_OF_INTERVAL * self._every.all_seconds, _SHORTEST_DEADLINE_SECONDS)
        await self._rounds.round(list(self._board.tokens), deadline, is_recorded=False)
        self.state.behind_seconds = self._clock.monotonic() - began

    async def hear_rounds(self) -> None:
        """Put on the board what another process reads; asked by the clock. Raises `Unavailable`.

        Needs no permission: it is what `see_all` would read.
        """
        read_at = None if self._hearing is None else await self._hearing.hear()
        if read_at is not None:
            self.state.last_at, self.state.tokens = read_at, len(self._board.tokens)

    async def refresh_hot(self) -> None:
        """Read what is held, looked at or waited for, and SOL's own price; follow it closely."""
        held = await self._books.held_tokens()
        dollar = self._board.by_mint(USDC_MINT)
        waited = self._triggers.tokens() | self._resting.tokens()
        hot = list(dict.fromkeys((*held, *self._prices.hot_tokens(), *waited)))
        self._followed = [token_id for token_id in hot if token_id in self._board.tokens]
        self._feed.follow(
            [place for token_id in self._followed for place in self._board.places[token_id]]
        )
        of_dollar = [] if dollar is None else [dollar.token_id]
        await self._refresh({*hot, *of_dollar}, self._every.hot_seconds)

    def oldest_hot_price(self) -> datetime | None:
        """Give when the price was read that is the oldest of the hot ones; None without any.

        Those are what is held, looked at or waited for: what somebody would miss.
        """
        columns = self._board.columns
        seen = [columns.glimpse(token_id) for token_id in self._followed]
        return min((one.received_at for one in seen if one is not None), default=None)

    async def tell_time(self) -> None:
        """Read the chain's own time, from which the age of prices is told."""
        await self._chain.read_time()

    async def follow_graduates(self) -> None:
        """Look for the new pools of tokens whose old one is over, the held ones first."""
        held = await self._books.held_tokens()
        await self._graduations.follow(list(dict.fromkeys((*held, *self._board.tokens))))

    async def weigh_sources(self) -> None:
        """Hold the prices of the held and the looked-at tokens against what sources say."""
        held = await self._books.held_tokens()
        waited = self._triggers.tokens()
        await self._witnesses.check({*held, *self._prices.hot_tokens(), *waited})

    async def refresh_changed(self) -> None:
        """Wait until hot tokens' pools change, and read those tokens; asked by the clock."""
        pools = await self._feed.changed()
        await self._refresh(
            [token_id for token_id in self._followed if self._trades_in(token_id, pools)],
            self._every.hot_seconds,
        )

    async def forget_old(self) -> None:
        """Drop answered mail after a week and prices as the settings say; asked by the clock.

        Telegram repeats an update for a day at most, and an update's number may come again
        after a quiet week, so answered updates are neither dropped sooner nor kept for ever.
        """
        now = self._clock.now()
        await self._retention.forget(
            mail_before=now - _KEEP_MAIL, prices_before=now - self._keep_prices, now=now
        )

    def _trades_in(self, token_id: int, pools: frozenset[str]) -> bool:
        places = self._board.places.get(token_id, ())
        return any(place.address in pools for place in places)

    async def _refresh(self, token_ids: Collection[int], interval_seconds: float) -> None:
        began = self._clock.monotonic()
        deadline = max(_SHARE_OF_INTERVAL * interval_seconds, _SHORTEST_DEADLINE_SECONDS)
        fresh = await self._rounds.round(token_ids, deadline)
        if fresh:
            await self._suspicions.check(self._suspicions.questionable(fresh))
            await self._liquidations.check(fresh)
            await self._resting.follow(fresh)
            await self._triggers.check(fresh)
            self.state.behind_seconds = self._clock.monotonic() - began
            if self._telling is not None:
                await self._telling.tell(fresh)
