"""Square-root prices in Q64.64 as Raydium's CLMM program counts them: not quite as Orca does."""

MAX_RAYDIUM_SQRT_PRICE = 79_226_673_521_066_979_257_578_248_091

# 2^64 / sqrt(1.0001)^(2^bit) as the program rounds it; source: raydium-clmm `tick_math.rs`.
_BELOW = (
    0xFFFCB933BD6FB800,
    0xFFF97272373D4000,
    0xFFF2E50F5F657000,
    0xFFE5CACA7E10F000,
    0xFFCB9843D60F7000,
    0xFF973B41FA98E800,
    0xFF2EA16466C9B000,
    0xFE5DEE046A9A3800,
    0xFCBE86C7900BB000,
    0xF987A7253AC65800,
    0xF3392B0822BB6000,
    0xE7159475A2CAF000,
    0xD097F3BDFD2F2000,
    0xA9F746462D9F8000,
    0x70D869A156F31C00,
    0x31BE135F97ED3200,
    0x09AA508B5B85A500,
    0x005D6AF8DEDC582C,
    0x00002216E584F5FA,
)
_ONE = 2**64
_LARGEST = 2**128 - 1


def raydium_sqrt_price_at(tick: int) -> int:
    """Give the square-root price of a tick within +-443636.

    One rounded product per set bit of the tick; above zero the inverse of the price below.
    """
    ratio = _ONE
    for bit, factor in enumerate(_BELOW):
        if abs(tick) >> bit & 1:
            ratio = ratio * factor >> 64
    return _LARGEST // ratio if tick > 0 else ratio
