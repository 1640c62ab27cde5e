"""Orca's oracle accounts: the adaptive fee of a Whirlpool, and when its trade opens."""

from dataclasses import dataclass, replace

from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.fields import signed, u16, u32, u64
from bot.adapters.solana.pools.programs import ORCA_WHIRLPOOL, account_mark
from bot.adapters.solana.pools.surroundings import Surroundings
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import decode_address, is_address
from bot.domain.pools.adaptive_fee import AdaptiveFee

_MARK = account_mark("Oracle")
_REDUCTION_ONE = 10_000
_OLDEST_REFERENCE_SECONDS = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class WhirlpoolOracle:
    """What the oracle of one Whirlpool says now."""

    fee: AdaptiveFee
    opens_at_seconds: int


def oracle_address(whirlpool: str) -> str:
    """Derive the oracle's address."""
    return derived_address(ORCA_WHIRLPOOL, b"oracle", decode_address(whirlpool))


def has_adaptive_fee(data: bytes) -> bool:
    """Tell by a Whirlpool's bytes: its tier bears another number than its tick spacing."""
    return u16(data, 43) != u16(data, 41)


def read_oracle(around: Surroundings, tick: int) -> WhirlpoolOracle | None:
    """Read the pool's oracle, None if it is not at hand; raises `UnreadableAccount`.

    Source: whirlpool `state/oracle.rs` (packed: constants at 48, variables at 82).
    """
    data = around.pool().data
    if not (has_adaptive_fee(data) and is_address(around.address)):
        return None
    account = around.owned(oracle_address(around.address), ORCA_WHIRLPOOL)
    if account is None or account.data[:8] != _MARK:
        return None
    oracle = account.data
    fee = AdaptiveFee(
        fixed_rate=u16(data, 45),
        control_factor=u32(oracle, 54),
        highest_volatility=u32(oracle, 58),
        group_size=u16(oracle, 62),
        reference_group=signed(oracle, 102, 4),
        volatility_reference=u32(oracle, 98),
    )
    if fee.group_size == 0 or u16(data, 41) % fee.group_size:
        raise UnreadableAccount("an oracle whose groups do not fit the tick spacing")
    aged = _aged(fee, oracle, fee.group_of(tick), around.now_seconds)
    return WhirlpoolOracle(fee=aged, opens_at_seconds=u64(oracle, 40))


def _aged(fee: AdaptiveFee, oracle: bytes, group: int, now_seconds: int | None) -> AdaptiveFee:
    """Let the volatility fade with time; without a time it stays as it was."""
    if now_seconds is None:
        return fee
    updated, swapped = u64(oracle, 82), u64(oracle, 90)
    elapsed = now_seconds - max(updated, swapped)
    if now_seconds - updated > _OLDEST_REFERENCE_SECONDS or elapsed >= u16(oracle, 50):
        return replace(fee, reference_group=group, volatility_reference=0)
    if elapsed < u16(oracle, 48):
        return fee
    faded = u32(oracle, 106) * u16(oracle, 52) // _REDUCTION_ONE
    return replace(fee, reference_group=group, volatility_reference=faded)
