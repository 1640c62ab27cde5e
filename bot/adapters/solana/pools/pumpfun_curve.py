"""Pump.fun bonding curves of every length: virtual reserves make the price."""

from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.fields import (
    NO_ADDRESS,
    address,
    u8,
    u8_if_present,
    u64,
    u64_if_present,
)
from bot.adapters.solana.pools.holdings import is_holding_shaped, read_holding
from bot.adapters.solana.pools.mints import is_mint_shaped
from bot.adapters.solana.pools.programs import PUMPFUN, account_mark
from bot.adapters.solana.pools.pump_config import (
    CURVE_FEE_CONFIG,
    Switches,
    assumption,
    curve_switches,
    fee_schedule,
    with_creator,
)
from bot.adapters.solana.pools.stored import StoredPool
from bot.adapters.solana.pools.surroundings import Surroundings, first_of, unknown_decimals
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT, decode_address
from bot.domain.pools.pump import PumpPool
from bot.domain.pools.pump_fees import CURVE_FEES_ASSUMED, CURVE_SUPPLY, PumpFees, market_cap
from bot.domain.pools.reading import PoolKind

MARK = account_mark("BondingCurve")
SHORTEST, LONGEST = 49, 256
TOKEN_DECIMALS = 6
_CREATOR, _QUOTE_MINT = 49, 83


def curve_address(mint: str) -> str:
    """Derive the address of a token's bonding curve."""
    return derived_address(PUMPFUN, b"bonding-curve", decode_address(mint))


def quote_mint(data: bytes) -> str:
    """Give the quote mint: zeros, or an account from before the field, mean SOL."""
    if len(data) < _QUOTE_MINT + 32:
        return SOL_MINT
    stored = address(data, _QUOTE_MINT)
    return SOL_MINT if stored == NO_ADDRESS else stored


def accounts_needed(data: bytes) -> tuple[str, ...]:
    """Give the addresses that a reading needs: the quote mint where its decimals are unknown."""
    return unknown_decimals(quote_mint(data))


def read(around: Surroundings) -> StoredPool:
    """Read a curve; raises `UnreadableAccount`.

    The account does not name its token: the caller does (`base_mint`), or a mint or the
    curve's own token account among the given ones. Source: `BondingCurve` in the IDL of
    pump-sdk 2.0.0.
    """
    data = around.pool().data
    if not SHORTEST <= len(data) <= LONGEST:
        raise UnreadableAccount(f"a bonding curve of {len(data)} bytes")
    mint, quote = _base_mint(around), quote_mint(data)
    switches = curve_switches(around)
    fees, notes = _fees(around, data, mint, switches)
    pool = PumpPool(
        base_reserve=u64(data, 8),
        quote_reserve=u64(data, 16),
        base_payable=u64(data, 24),
        quote_payable=u64(data, 32),
        fees=fees,
    )
    return StoredPool(
        kind=PoolKind.PUMPFUN_CURVE,
        first_mint=mint,
        second_mint=quote,
        first_decimals=_token_decimals(around, mint),
        second_decimals=around.decimals(quote),
        pool=pool,
        halt=first_of(
            "complete: it trades elsewhere" if u8(data, 48) else None,
            None if pool.price() else "no liquidity",
        ),
        notes=notes,
    )


def _base_mint(around: Surroundings) -> str | None:
    if around.base_mint is not None:
        return around.base_mint
    for place, account in around.accounts.items():
        if is_mint_shaped(account) and _is_own(around.address, place):
            return place
        if is_holding_shaped(account):
            mint = _mint_of_vault(around, place)
            if mint is not None:
                return mint
    return None


def _is_own(curve: str, mint: str) -> bool:
    try:
        return curve_address(mint) == curve
    except UnreadableAccount:  # an account filed under something that is no address
        return False


def _mint_of_vault(around: Surroundings, place: str) -> str | None:
    try:
        holding = read_holding(around.accounts[place])
    except UnreadableAccount:
        return None
    is_own = holding.owner == around.address and _is_own(around.address, holding.mint)
    return holding.mint if is_own else None


def _token_decimals(around: Surroundings, mint: str | None) -> int:
    found = around.mint(mint) if mint is not None else None
    return TOKEN_DECIMALS if found is None else found.decimals


def _supply(around: Surroundings, data: bytes, mint: str | None) -> int:
    if not u8_if_present(data, 81):
        return CURVE_SUPPLY
    found = around.mint(mint) if mint is not None else None
    return u64(data, 40) if found is None else found.supply


def _fees(
    around: Surroundings, data: bytes, mint: str | None, switches: Switches
) -> tuple[PumpFees, tuple[str, ...]]:
    schedule = fee_schedule(around, CURVE_FEE_CONFIG)
    cap = market_cap(
        quote_reserve=u64(data, 16),
        base_reserve=u64(data, 8),
        supply=_supply(around, data, mint),
    )
    fees = CURVE_FEES_ASSUMED
    if schedule is not None:
        fees = schedule.fees_for(is_canonical=True, quote_mint=quote_mint(data), market_cap=cap)
    has_creator = len(data) >= _CREATOR + 32 and address(data, _CREATOR) != NO_ADDRESS
    own_bps = u64_if_present(data, 115)
    own = switches.is_creator_fee_own
    no_lp = PumpFees(protocol_bps=fees.protocol_bps, creator_bps=fees.creator_bps)
    settled = with_creator(no_lp, has_creator=has_creator, own_bps=own_bps, own=own)
    notes = assumption(is_schedule_known=schedule is not None, own_bps=own_bps, own=own)
    return settled, notes
