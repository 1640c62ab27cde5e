"""When the price of one token falls so far that entries into it wait, and when it stands again."""

from collections import deque
from collections.abc import Mapping
from decimal import Decimal

from bot.engine.market_rules import BreakerRules

_SAMPLE_SECONDS = 30.0


class TokenFalls:
    """Remembers the prices of the tokens that are followed, some twenty for each window."""

    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self._of: dict[int, deque[tuple[float, float]]] = {}

    def fallen(
        self, now_seconds: float, prices: Mapping[int, float], met: frozenset[int] = frozenset()
    ) -> dict[int, str]:
        """Give the tokens that have fallen too far within the window, with the figure in words.

        `prices` are SOL per token of those that are believed now. Those in `met` are held back
        already, and go on until they lie higher by a margin. What is followed no more is forgotten.
        """
        if not self._rules.token_fall:
            return {}
        self._of = {token_id: self._of.get(token_id, deque()) for token_id in prices}
        found = {}
        for token_id, price in prices.items():
            fall = self._fall(self._of[token_id], now_seconds, price)
            margin = self._rules.release if token_id in met else Decimal(1)
            if fall > float(margin * self._rules.token_fall):
                minutes = self._rules.sol_window_seconds / 60
                found[token_id] = f"its price fell {fall:.0%} within {minutes:.0f} minutes"
        return found

    def _fall(self, known: deque[tuple[float, float]], now: float, price: float) -> float:
        if not known or now - known[-1][0] >= _SAMPLE_SECONDS:
            known.append((now, price))
        while known[0][0] < now - self._rules.sol_window_seconds:
            known.popleft()
            if not known:
                known.append((now, price))
        return 1 - price / max(price, *(before for _, before in known))
