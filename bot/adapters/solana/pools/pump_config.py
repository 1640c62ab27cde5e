"""What pump.fun's two programs charge and allow: fee schedules and global switches."""

from dataclasses import dataclass

from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.fields import u8, u8_if_present, u32, u64, u128
from bot.adapters.solana.pools.programs import PUMP_FEES, PUMPFUN, PUMPSWAP, account_mark
from bot.adapters.solana.pools.surroundings import Surroundings
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import decode_address
from bot.domain.pools.pump_fees import FeeSchedule, FeeTier, PumpFees

CURVE_FEE_CONFIG = derived_address(PUMP_FEES, b"fee_config", decode_address(PUMPFUN))
POOL_FEE_CONFIG = derived_address(PUMP_FEES, b"fee_config", decode_address(PUMPSWAP))
CURVE_GLOBAL = derived_address(PUMPFUN, b"global")
POOL_GLOBAL = derived_address(PUMPSWAP, b"global_config")

_SCHEDULE_MARK = account_mark("FeeConfig")
_CURVE_GLOBAL_MARK, _POOL_GLOBAL_MARK = account_mark("Global"), account_mark("GlobalConfig")
_MOST_TIERS = 256
_MOST_BPS = 5_000  # the arithmetic's limit, far above anything the programs allow
_FEES_BYTES, _TIER_BYTES = 24, 40
_BUYS_OFF, _SELLS_OFF = 8, 16  # bits 3 and 4 of the pool program's switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What the programs' global accounts say; None where their account is not at hand."""

    is_creator_fee_own: bool | None = None
    off: str | None = None


def fee_schedule(around: Surroundings, place: str) -> FeeSchedule | None:
    """Read a fee configuration, None if it is not at hand; raises `UnreadableAccount`.

    Source: `FeeConfig` in the IDL of pump-swap-sdk 1.20.0: two packed lists after the
    flat fees, then the exotic fees, which older accounts lack.
    """
    account = around.owned(place, PUMP_FEES)
    if account is None or account.data[:8] != _SCHEDULE_MARK:
        return None
    data = account.data
    sol_tiers, offset = _tiers(data, 65)
    stable_tiers, offset = _tiers(data, offset) if offset + 4 <= len(data) else ((), offset)
    has_exotic = offset + _FEES_BYTES <= len(data)
    return FeeSchedule(
        flat=_fees(data, 41),
        sol_tiers=sol_tiers,
        stable_tiers=stable_tiers,
        exotic=_fees(data, offset) if has_exotic else PumpFees(),
    )


def _tiers(data: bytes, offset: int) -> tuple[tuple[FeeTier, ...], int]:
    count = u32(data, offset)
    if count > _MOST_TIERS:
        raise UnreadableAccount(f"{count} fee tiers")
    starts = range(offset + 4, offset + 4 + count * _TIER_BYTES, _TIER_BYTES)
    tiers = (
        FeeTier(from_market_cap=u128(data, start), fees=_fees(data, start + 16)) for start in starts
    )
    return tuple(tiers), offset + 4 + count * _TIER_BYTES


def _fees(data: bytes, offset: int) -> PumpFees:
    return checked_fees(u64(data, offset), u64(data, offset + 8), u64(data, offset + 16))


def checked_fees(lp_bps: int, protocol_bps: int, creator_bps: int) -> PumpFees:
    """Give fees, or raise `UnreadableAccount` where they would take half of everything."""
    fees = PumpFees(lp_bps=lp_bps, protocol_bps=protocol_bps, creator_bps=creator_bps)
    if fees.total_bps > _MOST_BPS:
        raise UnreadableAccount(f"fees of {fees.total_bps} bps")
    return fees


def curve_switches(around: Surroundings) -> Switches:
    """Read the curve program's global account; an account too short has the switch off."""
    account = around.owned(CURVE_GLOBAL, PUMPFUN)
    if account is None or account.data[:8] != _CURVE_GLOBAL_MARK:
        return Switches()
    return Switches(is_creator_fee_own=bool(u8_if_present(account.data, 1045)))


def pool_switches(around: Surroundings) -> Switches:
    """Read the pool program's global account: its switches for buying and selling too."""
    account = around.owned(POOL_GLOBAL, PUMPSWAP)
    if account is None or account.data[:8] != _POOL_GLOBAL_MARK:
        return Switches()
    flags = u8(account.data, 56)
    off = "buys off" if flags & _BUYS_OFF else "sells off" if flags & _SELLS_OFF else None
    is_own = bool(u8_if_present(account.data, 940))
    return Switches(is_creator_fee_own=is_own, off=off)


def with_creator(fees: PumpFees, *, has_creator: bool, own_bps: int, own: bool | None) -> PumpFees:
    """Settle the creator's share: none without a creator, the coin's own rate if allowed.

    Where it is unknown whether own rates are allowed, the higher one counts. Source:
    `computeFeesBps` of both SDKs.
    """
    creator_bps = fees.creator_bps
    if own_bps:
        unsure = max(creator_bps, own_bps)
        creator_bps = {True: own_bps, False: creator_bps, None: unsure}[own]
    return checked_fees(fees.lp_bps, fees.protocol_bps, creator_bps if has_creator else 0)


def assumption(*, is_schedule_known: bool, own_bps: int, own: bool | None) -> tuple[str, ...]:
    """Say so where the fee rests on an assumption."""
    is_assumed = not is_schedule_known or (own_bps > 0 and own is None)
    return ("fee assumed",) if is_assumed else ()
