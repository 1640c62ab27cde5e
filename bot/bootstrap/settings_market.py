"""The settings of the market watch beside those of the circuit breaker, part of `Settings`."""

from decimal import Decimal

from pydantic import Field
from pydantic_settings import BaseSettings


class MarketSettings(BaseSettings):
    """When the market stops entries, as fractions and seconds."""

    breaker_rpc_seconds: float = Field(default=60.0, ge=1, le=86_400)
    breaker_sol_fall: Decimal = Field(default=Decimal("0.20"), gt=0, lt=1)
    breaker_sol_swing: Decimal = Field(default=Decimal("0.40"), gt=0, lt=100)
    breaker_token_fall: Decimal = Field(default=Decimal("0.60"), ge=0, lt=1)
