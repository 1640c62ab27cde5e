"""What a Meteora DAMM v2 pool charges now, as its own account says."""

from bot.adapters.solana.pools.fields import u8, u16, u32, u64, u128
from bot.adapters.solana.pools.meteora_activation import Activation
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.meteora_fees import (
    BPS,
    RATE_ONE,
    FeeSteps,
    MeteoraFees,
    RateLimiter,
    variable_rate,
)

_MOST_RATES = (500_000_000, 990_000_000)  # by fee version
_BY_TIME = (0, 1)
_LIMITER = 2
_BY_PRICE = (3, 4)
_EXPONENTIAL = (1, 4)


def read_fees(data: bytes, activation: Activation) -> MeteoraFees:
    """Read a pool's fees at a point; raises `UnreadableAccount`.

    Source: cp-amm `state/fee.rs` and `base_fee/`: the pool refuses swaps with other modes.
    """
    version = u8(data, 486)
    if version >= len(_MOST_RATES):
        raise UnreadableAccount(f"fees of version {version}")
    variable = variable_rate(u128(data, 120), u16(data, 72), u32(data, 68)) if u8(data, 56) else 0
    mode = u8(data, 16)
    limiter = _limiter(data, activation) if mode == _LIMITER else None
    return MeteoraFees(
        base_rate=_base_rate(data, activation, mode),
        variable_rate=variable,
        most_rate=_MOST_RATES[version],
        limiter=limiter,
    )


def _base_rate(data: bytes, activation: Activation, mode: int) -> int:
    if mode == _LIMITER:
        return u64(data, 8)
    steps = FeeSteps(
        cliff_rate=u64(data, 8),
        periods=u16(data, 22),
        reduction=u64(data, 32),
        is_exponential=mode in _EXPONENTIAL,
    )
    if mode in _BY_TIME:
        every = u64(data, 24)
        return steps.after(activation.passed // every) if every else steps.cliff_rate
    if mode in _BY_PRICE:
        return steps.after(_periods_by_price(data, activation))
    raise UnreadableAccount(f"a base fee of mode {mode}")


def _periods_by_price(data: bytes, activation: Activation) -> int:
    """Count the steps that the square-root price has climbed since the pool was made."""
    periods, step_bps, duration = u16(data, 22), u32(data, 24), u32(data, 28)
    if activation.is_over(duration) or activation.is_ahead:
        return periods
    first, now = u128(data, 152), u128(data, 456)
    if not (first and step_bps):
        raise UnreadableAccount("a fee by price without a price to begin at")
    return max(now - first, 0) * BPS // first // step_bps


def _limiter(data: bytes, activation: Activation) -> RateLimiter | None:
    """Read the fee that grows with the size of a purchase, None where it is over."""
    step_bps, duration = u16(data, 22), u32(data, 24)
    most_bps, reference = u32(data, 28), u64(data, 32)
    is_none = not (step_bps or duration or most_bps or reference)
    if is_none or activation.is_over(duration) or activation.is_ahead:
        return None
    cliff_rate, most_rate = u64(data, 8), most_bps * RATE_ONE // BPS
    if not (reference and step_bps) or most_rate < cliff_rate:
        raise UnreadableAccount("a fee by size that cannot be counted")
    return RateLimiter(
        cliff_rate=cliff_rate,
        step_rate=step_bps * RATE_ONE // BPS,
        most_rate=most_rate,
        reference_units=reference,
    )
