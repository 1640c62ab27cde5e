"""PumpSwap pools: a real base vault against a quote that is partly virtual."""

from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.fields import (
    NO_ADDRESS,
    address,
    signed,
    u8_if_present,
    u64_if_present,
)
from bot.adapters.solana.pools.programs import PUMPFUN, account_mark
from bot.adapters.solana.pools.pump_config import (
    POOL_FEE_CONFIG,
    assumption,
    fee_schedule,
    pool_switches,
    with_creator,
)
from bot.adapters.solana.pools.stored import StoredPool
from bot.adapters.solana.pools.surroundings import (
    Surroundings,
    first_of,
    frozen_vault,
    unknown_decimals,
)
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import decode_address
from bot.domain.pools.pump import PumpPool
from bot.domain.pools.pump_fees import (
    CANONICAL_FEES_ASSUMED,
    CURVE_SUPPLY,
    FLAT_FEES_ASSUMED,
    PumpFees,
    market_cap,
)
from bot.domain.pools.reading import PoolKind

MARK = account_mark("Pool")
SHORTEST = 211
_CANONICAL_DECIMALS = 6
_VIRTUAL_QUOTE = 245


def accounts_needed(data: bytes) -> tuple[str, ...]:
    """Give the addresses that a reading needs: both vaults and the mints not yet known."""
    mints = unknown_decimals(address(data, 43), address(data, 75))
    return (address(data, 139), address(data, 171), *mints)


def pool_authority(mint: str) -> str:
    """Derive the creator that pump.fun's own pool of a token bears."""
    return derived_address(PUMPFUN, b"pool-authority", decode_address(mint))


def read(around: Surroundings) -> StoredPool:
    """Read a pool; raises `UnreadableAccount`.

    The quote counts as vault plus virtual reserves, which may be negative; what can be paid
    out is the vault less the fees that it keeps for others. Source: `Pool` in the IDL of
    pump-swap-sdk 1.20.0, and its `buy` and `sell`.
    """
    data = around.pool().data
    if len(data) < SHORTEST:
        raise UnreadableAccount(f"a pool of {len(data)} bytes")
    base_mint, quote_mint = address(data, 43), address(data, 75)
    base = around.holding(address(data, 139), base_mint)
    quote = around.holding(address(data, 171), quote_mint)
    counted = max(quote.amount + _virtual_quote(data), 0)
    switches = pool_switches(around)
    fees, notes = _fees(around, counted, base.amount, switches.is_creator_fee_own)
    kept = u64_if_present(data, 271) + u64_if_present(data, 279)
    pool = PumpPool(
        base_reserve=base.amount,
        quote_reserve=counted,
        base_payable=base.amount,
        quote_payable=max(quote.amount - kept, 0),
        fees=fees,
    )
    return StoredPool(
        kind=PoolKind.PUMPSWAP,
        first_mint=base_mint,
        second_mint=quote_mint,
        first_decimals=_base_decimals(around, data),
        second_decimals=around.decimals(quote_mint),
        pool=pool,
        halt=first_of(
            switches.off,
            frozen_vault(base, quote),
            None if pool.price() else "no liquidity",
        ),
        notes=notes + around.transfer_fee_notes(base_mint, quote_mint),
    )


def _virtual_quote(data: bytes) -> int:
    return signed(data, _VIRTUAL_QUOTE, 16) if len(data) >= _VIRTUAL_QUOTE + 16 else 0


def _is_canonical(data: bytes) -> bool:
    return address(data, 11) == pool_authority(address(data, 43))


def _base_decimals(around: Surroundings, data: bytes) -> int:
    mint = address(data, 43)
    if around.mint(mint) is None and _is_canonical(data):
        return _CANONICAL_DECIMALS
    return around.decimals(mint)


def _supply(around: Surroundings, data: bytes) -> int:
    found = None if u8_if_present(data, 243) else around.mint(address(data, 43))
    return CURVE_SUPPLY if found is None else found.supply


def _fees(
    around: Surroundings, quote_reserve: int, base_reserve: int, own: bool | None
) -> tuple[PumpFees, tuple[str, ...]]:
    data = around.pool().data
    schedule = fee_schedule(around, POOL_FEE_CONFIG)
    is_canonical = _is_canonical(data)
    fees = CANONICAL_FEES_ASSUMED if is_canonical else FLAT_FEES_ASSUMED
    if schedule is not None:
        cap = market_cap(
            quote_reserve=quote_reserve,
            base_reserve=base_reserve,
            supply=_supply(around, data),
        )
        quote_mint = address(data, 75)
        fees = schedule.fees_for(is_canonical=is_canonical, quote_mint=quote_mint, market_cap=cap)
    has_creator = len(data) >= SHORTEST + 32 and address(data, SHORTEST) != NO_ADDRESS
    own_bps = u64_if_present(data, 261)
    settled = with_creator(fees, has_creator=has_creator, own_bps=own_bps, own=own)
    notes = assumption(is_schedule_known=schedule is not None, own_bps=own_bps, own=own)
    return settled, notes
