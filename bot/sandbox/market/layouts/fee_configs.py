"""The accounts that AMM programs read their fees from."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    PUMP,
    PUMP_FEES,
    PUMPSWAP,
    RAYDIUM_CPMM,
    anchor_discriminator,
    bump,
    derive,
    made_up_address,
)

SOL_LAMPORTS = 10**9
USDC_UNITS = 10**6
AMM_CONFIG_SIZE = 236
FEE_CONFIG_SIZE = 4_073
PUMP_GLOBAL_SIZE = 1_045
GLOBAL_CONFIG_SIZE = 949

AMM_CONFIG_TRADE_FEES = (2_500, 10_000, 20_000, 40_000)
"""Trade fee in millionths of each CPMM config index."""
CPMM_PROTOCOL_FEE, CPMM_FUND_FEE = 120_000, 40_000
"""Millionths of the trade fee."""

PUMP_ADMIN = Pubkey.from_string("FFWtrEQ4B4PKQoVuHYzZq8FabGkVatYzDpEVHsK5rrhF")
PUMP_FEE_RECIPIENT = Pubkey.from_string("62qc2CNXwrYqQScmEdiZFFAnJR262PxWEuNQtxfafNgV")

PUMP_GLOBAL = derive(PUMP, b"global")
PUMPSWAP_GLOBAL_CONFIG = derive(PUMPSWAP, b"global_config")
PUMP_FEE_CONFIG = derive(PUMP_FEES, b"fee_config", PUMP)
PUMPSWAP_FEE_CONFIG = derive(PUMP_FEES, b"fee_config", PUMPSWAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTier:
    """Fees in basis points from a market cap (in quote base units) on."""

    market_cap_units: int
    lp_bps: int
    protocol_bps: int
    creator_bps: int


def _tiers(caps: Sequence[int], unit: int) -> tuple[FeeTier, ...]:
    creator = (
        *(30, 95, 90, 85, 80, 75, 70, 65, 60, 55, 50, 45, 40, 35, 30),
        *(28, 25, 23, 20, 18, 15, 13, 10, 8, 5),
    )
    return tuple(
        FeeTier(
            market_cap_units=cap * unit,
            lp_bps=20 if cap else 2,
            protocol_bps=5 if cap else 93,
            creator_bps=bps,
        )
        for cap, bps in zip(caps, creator, strict=True)
    )


PUMPSWAP_TIERS = _tiers(
    (
        *(0, 420, 1_470, 2_460, 3_440, 4_420, 9_820, 14_740, 19_650, 24_560, 29_470, 34_380),
        *(39_300, 44_210, 49_120, 54_030, 58_940, 63_860, 68_770, 73_681, 78_590, 83_500),
        *(88_400, 93_330, 98_240),
    ),
    SOL_LAMPORTS,
)
PUMPSWAP_STABLE_TIERS = _tiers(
    (
        *(0, 59_000, 300_000, 500_000, 700_000, 900_000),
        *(millions * 1_000_000 for millions in range(2, 21)),
    ),
    USDC_UNITS,
)
PUMPSWAP_FLAT_FEES = FeeTier(market_cap_units=0, lp_bps=25, protocol_bps=5, creator_bps=0)
CURVE_TIERS = (FeeTier(market_cap_units=0, lp_bps=0, protocol_bps=95, creator_bps=30),)


def tier_at(tiers: Sequence[FeeTier], market_cap_units: int) -> FeeTier:
    """Give the last tier whose threshold the market cap reaches."""
    caps = [tier.market_cap_units for tier in tiers]
    return tiers[max(0, bisect_right(caps, market_cap_units) - 1)]


def amm_config_address(index: int) -> Pubkey:
    """Give the address of a CPMM config; the index is written big-endian."""
    return derive(RAYDIUM_CPMM, b"amm_config", index.to_bytes(2, "big"))


def amm_config(index: int) -> bytes:
    """Write a CPMM AmmConfig (raydium-cp-swap states/config.rs)."""
    data = AccountData(AMM_CONFIG_SIZE, anchor_discriminator("AmmConfig"))
    data.unsigned(8, bump(RAYDIUM_CPMM, b"amm_config", index.to_bytes(2, "big")), 8)
    data.unsigned(10, index, 16)
    data.unsigned(12, AMM_CONFIG_TRADE_FEES[index])
    data.unsigned(20, CPMM_PROTOCOL_FEE)
    data.unsigned(28, CPMM_FUND_FEE)
    data.unsigned(36, 150_000_000)
    data.key(44, made_up_address("cpmm protocol owner"))
    data.key(76, made_up_address("cpmm fund owner"))
    return bytes(data)


def fee_config(
    program: Pubkey, flat: FeeTier, tiers: Sequence[FeeTier], stable: Sequence[FeeTier]
) -> bytes:
    """Write the pump_fees FeeConfig of a program (IDL of pump_fees, length of September 2026)."""
    data = AccountData(FEE_CONFIG_SIZE, anchor_discriminator("FeeConfig"))
    data.unsigned(8, bump(PUMP_FEES, b"fee_config", program), 8)
    data.key(9, PUMP_ADMIN)
    data.raw(41, _fees(flat))
    first = _tier_list(tiers)
    data.raw(65, first)
    data.raw(65 + len(first), _tier_list(stable))
    return bytes(data)


def pump_global() -> bytes:
    """Write the pump program's Global account with mainnet's opening reserves."""
    data = AccountData(PUMP_GLOBAL_SIZE, anchor_discriminator("Global"))
    data.unsigned(8, 1, 8)
    data.key(9, PUMP_ADMIN)
    data.key(41, PUMP_FEE_RECIPIENT)
    opening = (1_073_000_000_000_000, 30 * SOL_LAMPORTS, 793_100_000_000_000, 10**15, 95)
    for position, value in enumerate(opening):
        data.unsigned(73 + 8 * position, value)
    data.unsigned(145, 1, 8)
    data.unsigned(146, 15_000_001)
    data.unsigned(154, 30)
    for position in range(7):
        data.key(162 + 32 * position, PUMP_FEE_RECIPIENT)
    data.unsigned(450, 1, 8)
    return bytes(data)


def pumpswap_global_config() -> bytes:
    """Write PumpSwap's GlobalConfig."""
    data = AccountData(GLOBAL_CONFIG_SIZE, anchor_discriminator("GlobalConfig"))
    data.key(8, PUMP_ADMIN)
    data.unsigned(40, PUMPSWAP_FLAT_FEES.lp_bps)
    data.unsigned(48, PUMPSWAP_FLAT_FEES.protocol_bps)
    for position in range(8):
        data.key(57 + 32 * position, PUMP_FEE_RECIPIENT)
    data.unsigned(313, 5)
    return bytes(data)


def _fees(tier: FeeTier) -> bytes:
    rates = (tier.lp_bps, tier.protocol_bps, tier.creator_bps)
    return b"".join(rate.to_bytes(8, "little") for rate in rates)


def _tier_list(tiers: Sequence[FeeTier]) -> bytes:
    rows = [tier.market_cap_units.to_bytes(16, "little") + _fees(tier) for tier in tiers]
    return len(rows).to_bytes(4, "little") + b"".join(rows)
