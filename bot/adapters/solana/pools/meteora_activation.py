"""When a Meteora pool opened, and how far its fee has come since: by slot or by time."""

from dataclasses import dataclass

from bot.adapters.solana.pools.surroundings import Surroundings
from bot.domain.errors import UnreadableAccount

_BY_SLOT, _BY_TIME = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """The point from which swaps are taken, and the point now where it is known.

    Both are slots or both Unix seconds. Source: cp-amm `utils/activation_handler.rs`.
    """

    opens_at: int
    now: int | None

    @property
    def is_ahead(self) -> bool:
        """Tell whether the pool opens later; an unknown point counts as after it."""
        return self.now is not None and self.now < self.opens_at

    def is_over(self, duration: int) -> bool:
        """Tell whether more than a duration has passed; an unknown point counts as within."""
        return self.now is not None and self.now > self.opens_at + duration

    @property
    def passed(self) -> int:
        """Give how much has passed: nothing, if it is unknown (fees fall, they never rise)."""
        return 0 if self.now is None else max(self.now - self.opens_at, 0)


def read_activation(around: Surroundings, *, kind: int, opens_at: int) -> Activation:
    """Give an activation by its kind; raises `UnreadableAccount` for a kind that is none."""
    if kind not in (_BY_SLOT, _BY_TIME):
        raise UnreadableAccount(f"an activation of kind {kind}")
    now = around.slot if kind == _BY_SLOT else around.now_seconds
    return Activation(opens_at=opens_at, now=now)
