"""The circuit breaker: stops everybody's entries when the market's rules say so."""

from bot.domain.risk import StopRule
from bot.engine.market_rules import BreakerRules, MarketSeen, MarketWatch
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.stops import Stops
from bot.services.suspicions import Suspicions

_OF_THE_MARKET = (StopRule.CHAIN_SILENT, StopRule.SOL_MOVED, StopRule.TOKENS_DISPUTED)
_CALM = "the cause has passed"


class Breaker:
    """Trips when a rule begins to be met, and lifts it once it was not met for a while.

    An admin may lift it sooner; then it trips again only for a new cause.
    """

    def __init__(
        self,
        *,
        board: PriceBoard,
        suspicions: Suspicions,
        stops: Stops,
        clock: Clock,
        rules: BreakerRules,
    ) -> None:
        self._board = board
        self._suspicions = suspicions
        self._stops = stops
        self._clock = clock
        self._rules = rules
        self._watch = MarketWatch(rules)
        self._met: set[StopRule] = set()
        self._calm_since: dict[StopRule, float] = {}

    async def check(self) -> None:
        """Look at the market once; asked by the clock."""
        now = self._clock.monotonic()
        causes = self._watch.causes(self._seen(now))
        for rule in _OF_THE_MARKET:
            if rule in causes:
                self._calm_since.pop(rule, None)
                if rule not in self._met:
                    await self._stops.trip(rule, causes[rule])
                self._met.add(rule)
            elif now - self._calm_since.setdefault(rule, now) >= self._rules.calm_seconds:
                # At the start too: what stood when the bot stopped is lifted once all is calm.
                self._met.discard(rule)
                await self._stops.settle(rule, _CALM)

    def _seen(self, now: float) -> MarketSeen:
        tokens = self._board.tokens
        return MarketSeen(
            now_seconds=now,
            silent_seconds=self._board.standstill_seconds(self._clock.now()),
            sol_usd=self._board.sol_usd(),
            tokens=len(tokens),
            disputed=sum(self._suspicions.of(token_id) is not None for token_id in tokens),
        )
