"""The settings of what no live order may go beyond, part of `Settings`."""

from decimal import Decimal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from bot.domain.live_orders import WHOLE_BPS, LiveRules


class LiveSettings(BaseSettings):
    """Ceilings of a live order, as fractions, lamports and seconds; `LiveRules` explains them.

    The slippage that everybody begins with is under any ceiling that can be set. The least fee
    pays for two signatures twice over, the most is what the signer's own cap is by itself.
    """

    live_most_slippage: Decimal = Field(default=Decimal("0.10"), ge=Decimal("0.01"), le=1)
    live_most_impact: Decimal = Field(default=Decimal("0.05"), gt=0, le=1)
    live_fee_cap_lamports: int = Field(default=1_000_000, ge=20_000, le=10_000_000)
    live_attempts: int = Field(default=3, ge=1, le=10)
    live_deadline_seconds: float = Field(default=120.0, ge=10, le=3600)
    live_unknown_seconds: float = Field(default=120.0, ge=30, le=3600)

    @field_validator("live_most_slippage", "live_most_impact")
    @classmethod
    def _whole_bps(cls, share: Decimal) -> Decimal:
        if share * WHOLE_BPS % 1:
            raise ValueError("it is a fraction of at most four decimals, as 0.0525 for 5.25 %")
        return share


def live_rules(settings: LiveSettings, *, tip_lamports: int) -> LiveRules:
    """Give what no live order may go beyond, as the settings have it."""
    return LiveRules(
        most_slippage_bps=int(settings.live_most_slippage * WHOLE_BPS),
        most_impact_bps=int(settings.live_most_impact * WHOLE_BPS),
        most_fee_lamports=settings.live_fee_cap_lamports,
        most_attempts=settings.live_attempts,
        deadline_seconds=settings.live_deadline_seconds,
        unknown_after_seconds=settings.live_unknown_seconds,
        tip_lamports=tip_lamports,
    )
