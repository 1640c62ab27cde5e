"""When the market itself says stop: the chain is away, SOL leaps or falls, prices are disputed."""

from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bot.domain.risk import StopRule

_MINUTE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """When entries are paused for everybody, and for how long it has to be calm again.

    Moves are fractions: `sol_move` between the lowest and highest price of SOL within the window,
    `sol_swing` the sum of its moves from minute to minute within it, `sol_fall` from the highest
    price of the longer window. `token_fall` pauses entries into one token; 0 turns it off.
    `disputed_share` is of the tracked tokens, but `disputed_least` of them in any case. What
    stopped entries lets them go below `release` times the figure that stopped them.
    """

    silent_seconds: float = 180.0
    rpc_lost_seconds: float = 60.0
    sol_move: Decimal = Decimal("0.15")
    sol_swing: Decimal = Decimal("0.40")
    sol_window_seconds: float = 600.0
    sol_fall: Decimal = Decimal("0.20")
    fall_window_seconds: float = 3600.0
    token_fall: Decimal = Decimal("0.60")
    disputed_share: Decimal = Decimal("0.25")
    disputed_least: int = 5
    release: Decimal = Decimal("0.8")
    calm_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSeen:
    """What the market looks like at a moment, `now_seconds` on a clock that never goes back.

    `rpc_lost_seconds` is since when every endpoint rests, 0 while one answers.
    """

    now_seconds: float
    silent_seconds: float
    sol_usd: Decimal | None
    tokens: int
    disputed: int
    rpc_lost_seconds: float = 0.0


class MarketWatch:
    """Judges what is seen, time after time; remembers SOL's price for the length of its windows."""

    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self._sol: deque[tuple[float, Decimal]] = deque()
        self._minutes: deque[tuple[float, Decimal]] = deque()

    def causes(
        self, seen: MarketSeen, met: frozenset[StopRule] = frozenset()
    ) -> dict[StopRule, str]:
        """Give the rules that are met now, each with its figures in words.

        Those in `met` have stopped entries already, and go on until things are better by a margin.
        """
        self._remember(seen)
        margins = {rule: self._rules.release if rule in met else Decimal(1) for rule in StopRule}
        found = {
            StopRule.CHAIN_SILENT: self._of_chain(seen),
            StopRule.SOL_MOVED: self._of_sol(margins[StopRule.SOL_MOVED]),
            StopRule.TOKENS_DISPUTED: self._of_disputes(seen, margins[StopRule.TOKENS_DISPUTED]),
        }
        return {rule: words for rule, words in found.items() if words}

    def _of_chain(self, seen: MarketSeen) -> str:
        if seen.rpc_lost_seconds > self._rules.rpc_lost_seconds:
            return f"no RPC endpoint answers for {seen.rpc_lost_seconds:.0f} s"
        if seen.silent_seconds > self._rules.silent_seconds:
            return f"no new slot for {seen.silent_seconds:.0f} s"
        return ""

    def _of_sol(self, margin: Decimal) -> str:
        rules, moved, swung, fell = self._rules, self._moved(), self._swung(), self._fell()
        minutes, more = rules.sol_window_seconds / 60, rules.fall_window_seconds / 60
        if moved > margin * rules.sol_move:
            return f"SOL moved {moved:.0%} within {minutes:.0f} minutes"
        if fell > margin * rules.sol_fall:
            return f"SOL fell {fell:.0%} within {more:.0f} minutes"
        if swung > margin * rules.sol_swing:
            return f"SOL swung {swung:.0%} within {minutes:.0f} minutes"
        return ""

    def _of_disputes(self, seen: MarketSeen, margin: Decimal) -> str:
        share = margin * self._rules.disputed_share * seen.tokens
        if seen.disputed >= max(share, Decimal(self._rules.disputed_least)):
            return f"{seen.disputed} of {seen.tokens} prices are disputed"
        return ""

    def _remember(self, seen: MarketSeen) -> None:
        now = seen.now_seconds
        if seen.sol_usd is not None and seen.sol_usd > 0:
            self._sol.append((now, seen.sol_usd))
            if not self._minutes or now - self._minutes[-1][0] >= _MINUTE_SECONDS:
                self._minutes.append((now, seen.sol_usd))
        _forget(self._sol, now - self._rules.sol_window_seconds)
        _forget(self._minutes, now - self._rules.fall_window_seconds)

    def _moved(self) -> Decimal:
        prices = [price for _, price in self._sol]
        return max(prices) / min(prices) - 1 if prices else Decimal(0)

    def _fell(self) -> Decimal:
        if not self._sol:
            return Decimal(0)
        highest = max(price for _, price in (*self._minutes, *self._sol))
        return 1 - self._sol[-1][1] / highest

    def _swung(self) -> Decimal:
        since = self._sol[-1][0] - self._rules.sol_window_seconds if self._sol else 0.0
        prices = [price for at, price in self._minutes if at >= since]
        moves = (abs(after / before - 1) for before, after in pairwise(prices))
        return sum(moves, start=Decimal(0))


def _forget(readings: deque[tuple[float, Decimal]], before: float) -> None:
    while readings and readings[0][0] < before:
        readings.popleft()
