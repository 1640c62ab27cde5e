"""The accounts that Raydium's CLMM program reads its fees from."""

from dataclasses import dataclass

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    RAYDIUM_CLMM,
    anchor_discriminator,
    bump,
    derive,
    made_up_address,
)

CONFIG_SIZE = 117
CLMM_PROTOCOL_FEE, CLMM_FUND_FEE = 120_000, 40_000
"""Millionths of the trade fee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClmmTier:
    """A configuration of mainnet: its number, and its trade fee in millionths."""

    index: int
    spacing: int
    trade_fee: int


CLMM_TIERS = (
    ClmmTier(index=1, spacing=60, trade_fee=2_500),
    ClmmTier(index=2, spacing=10, trade_fee=500),
    ClmmTier(index=3, spacing=120, trade_fee=10_000),
    ClmmTier(index=4, spacing=1, trade_fee=100),
)


def clmm_tier(spacing: int) -> ClmmTier:
    """Give the configuration of a tick spacing."""
    return next(tier for tier in CLMM_TIERS if tier.spacing == spacing)


def clmm_config_address(index: int) -> Pubkey:
    """Give the address of a CLMM config; the index is written big-endian."""
    return derive(RAYDIUM_CLMM, b"amm_config", index.to_bytes(2, "big"))


def clmm_config(tier: ClmmTier) -> bytes:
    """Write a CLMM AmmConfig (raydium-clmm states/config.rs)."""
    data = AccountData(CONFIG_SIZE, anchor_discriminator("AmmConfig"))
    data.unsigned(8, bump(RAYDIUM_CLMM, b"amm_config", tier.index.to_bytes(2, "big")), 8)
    data.unsigned(9, tier.index, 16)
    data.key(11, made_up_address("clmm protocol owner"))
    data.unsigned(43, CLMM_PROTOCOL_FEE, 32)
    data.unsigned(47, tier.trade_fee, 32)
    data.unsigned(51, tier.spacing, 16)
    data.unsigned(53, CLMM_FUND_FEE, 32)
    data.key(61, made_up_address("clmm fund owner"))
    return bytes(data)
