"""The circuit breaker: stops entries when the market's rules say so, and lets them go again."""

from collections.abc import Callable, Collection

from bot.domain.risk import StopRule
from bot.engine.market_rules import BreakerRules, MarketSeen, MarketWatch
from bot.engine.token_falls import TokenFalls
from bot.ports.chain import EndpointState
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.stops import Stops
from bot.services.suspicions import Suspicions

_OF_THE_MARKET = (StopRule.CHAIN_SILENT, StopRule.SOL_MOVED, StopRule.TOKENS_DISPUTED)
_OF_A_TOKEN = StopRule.SOL_MOVED
_CALM = "the cause has passed"


def _no_endpoints() -> Collection[EndpointState]:
    return ()


def _no_tokens() -> Collection[int]:
    return ()


class Breaker:
    """Trips when a rule begins to be met, and lifts it once it was not met for a while.

    An admin may lift it sooner; then it trips again only for a new cause. A token that falls is
    held back alone. `followed` gives the tokens that are held, looked at or waited for.
    """

    def __init__(
        self,
        *,
        board: PriceBoard,
        suspicions: Suspicions,
        stops: Stops,
        clock: Clock,
        rules: BreakerRules,
        endpoints: Callable[[], Collection[EndpointState]] = _no_endpoints,
    ) -> None:
        self._board = board
        self._suspicions = suspicions
        self._stops = stops
        self._clock = clock
        self._rules = rules
        self._endpoints = endpoints
        self._watch = MarketWatch(rules)
        self._falls = TokenFalls(rules)
        self._met: set[StopRule] = set()
        self._met_tokens: set[int] = set()
        self._calm_since: dict[StopRule | int, float] = {}
        self._lost_since: float | None = None
        self.followed: Callable[[], Collection[int]] = _no_tokens

    async def check(self) -> None:
        """Look at the market once; asked by the clock."""
        now = self._clock.monotonic()
        causes = self._watch.causes(self._seen(now), frozenset(self._met))
        for rule in _OF_THE_MARKET:
            if rule in causes:
                self._calm_since.pop(rule, None)
                if rule not in self._met:
                    await self._stops.trip(rule, causes[rule])
                self._met.add(rule)
            elif self._is_calm(rule, now):
                # At the start too: what stood when the bot stopped is lifted once all is calm.
                self._met.discard(rule)
                await self._stops.settle(rule, _CALM)
        await self._check_tokens(now)

    async def _check_tokens(self, now: float) -> None:
        fallen = self._falls.fallen(now, self._believed(), frozenset(self._met_tokens))
        for token_id, words in fallen.items():
            self._calm_since.pop(token_id, None)
            if token_id not in self._met_tokens:
                await self._stops.trip(_OF_A_TOKEN, words, token_id)
            self._met_tokens.add(token_id)
        stopped = self._stops.tokens_of(_OF_A_TOKEN)
        for token_id in (self._met_tokens | stopped) - fallen.keys():
            if self._is_calm(token_id, now):
                self._met_tokens.discard(token_id)
                self._calm_since.pop(token_id, None)
                await self._stops.settle(_OF_A_TOKEN, _CALM, token_id)

    def _believed(self) -> dict[int, float]:
        """Give the prices of the followed tokens whose price nobody disputes."""
        columns = self._board.columns
        rows = ((token_id, columns.row_of.get(token_id)) for token_id in self.followed())
        return {
            token_id: float(columns.prices[row])
            for token_id, row in rows
            if row is not None
            and columns.prices[row] > 0
            and not columns.is_halted[row]
            and self._suspicions.of(token_id) is None
        }

    def _is_calm(self, what: StopRule | int, now: float) -> bool:
        return now - self._calm_since.setdefault(what, now) >= self._rules.calm_seconds

    def _seen(self, now: float) -> MarketSeen:
        tokens = self._board.tokens
        return MarketSeen(
            now_seconds=now,
            silent_seconds=self._board.standstill_seconds(self._clock.now()),
            sol_usd=self._board.sol_usd(),
            tokens=len(tokens),
            disputed=sum(self._suspicions.of(token_id) is not None for token_id in tokens),
            rpc_lost_seconds=self._lost_seconds(now),
        )

    def _lost_seconds(self, now: float) -> float:
        states = self._endpoints()
        if not states or not all(each.is_open for each in states):
            self._lost_since = None
            return 0.0
        self._lost_since = now if self._lost_since is None else self._lost_since
        return now - self._lost_since
