"""A seeded price: a random walk of its logarithm, drawn back to where it began, with jumps."""

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

PULL = Decimal("0.003")
"""Share of the distance from home that one step takes back."""
JUMP_CHANCE = 0.004
JUMP_SWINGS = (8, 20)
"""A jump is this many ordinary steps long."""
DIGITS = Decimal("1e-12")


@dataclass(slots=True, kw_only=True)
class PriceWalk:
    """The fair price of one token, the same for a seed and a number of steps.

    `opening` is quote per base; `swing` the standard deviation of one step of its logarithm.
    """

    opening: Decimal
    swing: Decimal
    random: Random
    _home: Decimal = Decimal(0)
    _logarithm: Decimal = field(default=Decimal(0))

    @property
    def price(self) -> Decimal:
        """The fair price now."""
        return self.opening * self._logarithm.exp()

    def step(self) -> None:
        """Let one step pass."""
        self._logarithm -= (self._logarithm - self._home) * PULL
        self._logarithm += self._draw() * self.swing
        if self.random.random() < JUMP_CHANCE:
            length = self.random.uniform(*JUMP_SWINGS) * self.random.choice((-1, 1))
            self._logarithm += _exact(length) * self.swing

    def shock(self, percent: Decimal) -> None:
        """Move the price by a percentage at once, and its home with it."""
        change = (1 + percent / 100).ln()
        self._logarithm += change
        self._home += change

    def noise(self, width: Decimal) -> Decimal:
        """Draw a factor around one, at most `width` away."""
        return 1 + _exact(self.random.uniform(-1, 1)) * width

    def _draw(self) -> Decimal:
        return _exact(self.random.gauss(0, 1))


def _exact(number: float) -> Decimal:
    """Fix a drawn number to twelve digits, so that it is the same on every machine."""
    return Decimal(str(number)).quantize(DIGITS)
