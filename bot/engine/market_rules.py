"""When the market itself says stop: the chain falls silent, SOL leaps, many prices are disputed."""

from collections import deque
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.risk import StopRule


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """When entries are paused for everybody, and for how long it has to be calm again.

    `sol_move` is a fraction between the lowest and highest price of SOL within the window;
    `disputed_share` of the tracked tokens, but `disputed_least` of them in any case.
    """

    silent_seconds: float = 180.0
    sol_move: Decimal = Decimal("0.15")
    sol_window_seconds: float = 600.0
    disputed_share: Decimal = Decimal("0.25")
    disputed_least: int = 5
    calm_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSeen:
    """What the market looks like at a moment, `now_seconds` on a clock that never goes back."""

    now_seconds: float
    silent_seconds: float
    sol_usd: Decimal | None
    tokens: int
    disputed: int


class MarketWatch:
    """Judges what is seen, time after time; remembers SOL's price for the length of its window."""

    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self._sol: deque[tuple[float, Decimal]] = deque()

    def causes(self, seen: MarketSeen) -> dict[StopRule, str]:
        """Give the rules that are met now, each with its figures in words."""
        met = {}
        if seen.silent_seconds > self._rules.silent_seconds:
            met[StopRule.CHAIN_SILENT] = f"no new slot for {seen.silent_seconds:.0f} s"
        moved = self._sol_moved(seen)
        if moved > self._rules.sol_move:
            minutes = self._rules.sol_window_seconds / 60
            met[StopRule.SOL_MOVED] = f"SOL moved {moved:.0%} within {minutes:.0f} minutes"
        most = max(self._rules.disputed_share * seen.tokens, Decimal(self._rules.disputed_least))
        if seen.disputed >= most:
            met[StopRule.TOKENS_DISPUTED] = f"{seen.disputed} of {seen.tokens} prices are disputed"
        return met

    def _sol_moved(self, seen: MarketSeen) -> Decimal:
        if seen.sol_usd is not None and seen.sol_usd > 0:
            self._sol.append((seen.now_seconds, seen.sol_usd))
        while self._sol and seen.now_seconds - self._sol[0][0] > self._rules.sol_window_seconds:
            self._sol.popleft()
        prices = [price for _, price in self._sol]
        return max(prices) / min(prices) - 1 if prices else Decimal(0)
