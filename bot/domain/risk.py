"""What limits a person's risk: figures that may not be passed, and locks that hold entries back."""

from datetime import datetime
from enum import StrEnum

from bot.domain.values import value


class RiskLimit(StrEnum):
    """The limits that a person may set tighter for themselves; the values are how they are typed.

    All but the last two are shares of equity, kept in basis points under `<value>_bps`.
    """

    CONCENTRATION = "concentration"
    POSITION_HEAT = "position_heat"
    PORTFOLIO_HEAT = "portfolio_heat"
    DAILY_LOSS = "daily_loss"
    DRAWDOWN = "drawdown"
    POSITIONS = "positions"
    COOLDOWN = "cooldown"

    @property
    def key(self) -> str:
        """Give the name under which the limit is kept."""
        return _KEYS.get(self, f"{self.value}_bps")

    @property
    def is_share(self) -> bool:
        """Tell whether it is a share of equity."""
        return self not in _KEYS

    def is_looser(self, value: int, than: int | None) -> bool:
        """Tell whether a value allows more than another; no value at all allows everything."""
        if than is None:
            return False
        # A longer pause is the tighter one; of all else, the smaller figure is.
        return value < than if self is RiskLimit.COOLDOWN else value > than


_KEYS = {RiskLimit.POSITIONS: "open_positions", RiskLimit.COOLDOWN: "close_cooldown_seconds"}


@value
class RiskLimits:
    """Limits in basis points of equity, None where there is none.

    Concentration is the stake in one token, heat what would be lost at the stops, the daily loss
    counts from the day's beginning (UTC), the drawdown from the season's peak. Stakes in one
    token up to `free_lamports` count for neither concentration nor heat.
    """

    concentration_bps: int | None = None
    position_heat_bps: int | None = None
    portfolio_heat_bps: int | None = None
    daily_loss_bps: int | None = None
    drawdown_bps: int | None = None
    free_lamports: int = 0
    close_cooldown_seconds: int | None = None

    @property
    def asks_for_worth(self) -> bool:
        """Tell whether any of them needs to know what positions are worth now."""
        return self.asks_for_stakes or not (self.daily_loss_bps is self.drawdown_bps is None)

    @property
    def asks_for_stakes(self) -> bool:
        """Tell whether any of them needs to know that of each position, and not of all together."""
        return not (
            self.concentration_bps is self.position_heat_bps is self.portfolio_heat_bps is None
        )


NO_RISK_LIMITS = RiskLimits()


class LockRule(StrEnum):
    """Which protection locked entries; after freqtrade's protections."""

    STOP_GUARD = "stop_guard"
    STOP_GUARD_TOKEN = "stop_guard_token"  # noqa: S105 (a rule, not a secret)
    DRAWDOWN_GUARD = "drawdown_guard"
    LOW_PROFIT = "low_profit"
    AFTER_STOP = "after_stop"
    AFTER_CLOSE = "after_close"


@value
class TradingLock:
    """Entries held back until a moment, in one token or (`token_id` None) in all.

    `count` is how many exits brought it about.
    """

    lock_id: int
    rule: LockRule
    token_id: int | None
    until: datetime
    count: int = 1

    def holds(self, token_id: int, at: datetime) -> bool:
        """Tell whether an entry into a token is held back at a moment."""
        return at < self.until and self.token_id in {None, token_id}


class StopScope(StrEnum):
    """For whom trading was stopped."""

    PERSON = "person"
    TOKEN = "token"  # noqa: S105 (a coin, not a secret)
    ALL = "all"


class StopRule(StrEnum):
    """Who or what stopped trading: a hand, an admin's over one person, or a rule of the market.

    `HAND` is a person's over their own trading, or an admin's over everybody's.
    """

    HAND = "hand"
    ADMIN = "admin"
    CHAIN_SILENT = "chain_silent"
    SOL_MOVED = "sol_moved"
    TOKENS_DISPUTED = "tokens_disputed"


@value
class TradingStop:
    """An emergency stop: entries pause, and where `closes` is set, what is open is closed too.

    `user_id` is whose trading stops (0: everybody's), `token_id` is in which token (None: in
    all), `actor_id` who pulled it (0: a rule of the market). `closed_at` says when nothing was
    left to close, `planned` how many there were. `chat_id` and `message_id` hold the message that
    shows the progress.
    """

    stop_id: int
    user_id: int
    token_id: int | None
    rule: StopRule
    actor_id: int
    reason: str
    closes: bool
    began_at: datetime
    closed_at: datetime | None = None
    lifted_at: datetime | None = None
    lifted_by: int | None = None
    chat_id: int | None = None
    message_id: int | None = None
    planned: int = 0

    @property
    def scope(self) -> StopScope:
        """Give for whom it is."""
        if self.user_id:
            return StopScope.PERSON
        return StopScope.ALL if self.token_id is None else StopScope.TOKEN

    def holds(self, user_id: int, token_id: int) -> bool:
        """Tell whether it holds back an entry of a person into a token."""
        return self.user_id in {0, user_id} and self.token_id in {None, token_id}
