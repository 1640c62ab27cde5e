"""The configuration of Meteora DBC launches: curve, fees, and where the curve is complete."""

from dataclasses import dataclass

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.fields import address, u8, u16, u32, u64, u128
from bot.adapters.solana.pools.meteora_activation import Activation
from bot.adapters.solana.pools.programs import METEORA_DBC, account_mark
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.meteora_fees import (
    BPS,
    RATE_ONE,
    FeeSteps,
    MeteoraFees,
    RateLimiter,
    variable_rate,
)
from bot.domain.pools.stepped_curve import CurveStep

CONFIG_MARK = account_mark("PoolConfig")
CONFIG_BYTES = 1048
_MOST_RATE = 990_000_000
_QUOTE_ONLY, _OUTPUT = 0, 1
_TO_DAMM_V1 = 0
_LINEAR, _EXPONENTIAL, _LIMITER = 0, 1, 2
_POINTS, _POINT_BYTES, _FIRST_POINT = 20, 32, 408


@dataclass(frozen=True, slots=True, kw_only=True)
class DbcConfig:
    """What all launches of one configuration share; `data` is its account.

    Source: dynamic-bonding-curve `state/config.rs`, release 0.1.10.
    """

    data: bytes
    quote_mint: str
    base_decimals: int
    activation_kind: int
    migration_quote_units: int
    migration_price: int
    is_bound_for_damm_v1: bool
    is_fee_in_quote: bool
    steps: tuple[CurveStep, ...]


def read_config(account: AccountBytes | None) -> DbcConfig | None:
    """Read a configuration, None if the account is not at hand or none; `UnreadableAccount`."""
    if account is None or account.owner != METEORA_DBC or len(account.data) != CONFIG_BYTES:
        return None
    data = account.data
    if not data.startswith(CONFIG_MARK):
        return None
    mode = u8(data, 232)
    if mode not in (_QUOTE_ONLY, _OUTPUT):
        raise UnreadableAccount(f"fees collected in mode {mode}")
    return DbcConfig(
        data=data,
        quote_mint=address(data, 8),
        base_decimals=u8(data, 235),
        activation_kind=u8(data, 234),
        migration_quote_units=u64(data, 264),
        migration_price=u128(data, 280),
        is_bound_for_damm_v1=u8(data, 233) == _TO_DAMM_V1,
        is_fee_in_quote=mode == _QUOTE_ONLY,
        steps=_steps(data),
    )


def read_fees(config: DbcConfig, activation: Activation, volatility: int) -> MeteoraFees:
    """Give the fees of a launch at a point; raises `UnreadableAccount`.

    `volatility` is the launch's own accumulator. Source: `base_fee/` and `state/config.rs`,
    `get_total_fee_numerator`.
    """
    data = config.data
    is_dynamic = u8(data, 136)
    variable = variable_rate(volatility, u16(data, 152), u32(data, 148)) if is_dynamic else 0
    is_limited = u8(data, 130) == _LIMITER
    return MeteoraFees(
        base_rate=_base_rate(data, activation),
        variable_rate=variable,
        most_rate=_MOST_RATE,
        limiter=_limiter(data, activation) if is_limited else None,
    )


def _base_rate(data: bytes, activation: Activation) -> int:
    cliff_rate, every, mode = u64(data, 104), u64(data, 112), u8(data, 130)
    if mode == _LIMITER:
        return cliff_rate
    if mode not in (_LINEAR, _EXPONENTIAL):
        raise UnreadableAccount(f"a base fee of mode {mode}")
    steps = FeeSteps(
        cliff_rate=cliff_rate,
        periods=u16(data, 128),
        reduction=u64(data, 120),
        is_exponential=mode == _EXPONENTIAL,
    )
    return steps.after(activation.passed // every) if every else cliff_rate


def _limiter(data: bytes, activation: Activation) -> RateLimiter | None:
    cliff_rate, duration = u64(data, 104), u64(data, 112)
    reference, step_bps = u64(data, 120), u16(data, 128)
    if not (reference or duration or step_bps) or activation.is_over(duration):
        return None
    if not (reference and step_bps) or cliff_rate > _MOST_RATE:
        raise UnreadableAccount("a fee by size that cannot be counted")
    return RateLimiter(
        cliff_rate=cliff_rate,
        step_rate=step_bps * RATE_ONE // BPS,
        most_rate=_MOST_RATE,
        reference_units=reference,
    )


def _steps(data: bytes) -> tuple[CurveStep, ...]:
    """Read the curve's points up to the first empty one; raises `UnreadableAccount`."""
    steps: list[CurveStep] = []
    lower = u128(data, 392)
    for place in range(_FIRST_POINT, _FIRST_POINT + _POINTS * _POINT_BYTES, _POINT_BYTES):
        upper, liquidity = u128(data, place), u128(data, place + 16)
        if not (upper and liquidity):
            break
        if not 0 < lower < upper:
            raise UnreadableAccount("a curve whose prices do not rise")
        steps.append(CurveStep(lower=lower, upper=upper, liquidity=liquidity))
        lower = upper
    return tuple(steps)
