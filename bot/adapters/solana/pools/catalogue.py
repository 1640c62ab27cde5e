"""Which pool an account is, what else must be fetched for it, and its reading."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from bot.adapters.solana.pools import (
    meteora_damm_v2,
    meteora_dbc,
    meteora_dlmm,
    orca_whirlpool,
    pumpfun_curve,
    pumpswap,
    raydium_amm_v4,
    raydium_clmm,
    raydium_cpmm,
)
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.programs import (
    METEORA_DAMM_V2,
    METEORA_DBC,
    METEORA_DLMM,
    ORCA_WHIRLPOOL,
    PUMPFUN,
    PUMPSWAP,
    RAYDIUM_AMM_V4,
    RAYDIUM_CLMM,
    RAYDIUM_CPMM,
)
from bot.adapters.solana.pools.stored import StoredPool, orient
from bot.adapters.solana.pools.surroundings import Surroundings
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.reading import PoolKind, PoolReading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decoder:
    kind: PoolKind
    mark: bytes
    read: Callable[[Surroundings], StoredPool]
    accounts_needed: Callable[[bytes], tuple[str, ...]]
    length: int | None = None  # where the account has no mark


_DECODERS = {
    RAYDIUM_AMM_V4: _Decoder(
        kind=PoolKind.RAYDIUM_AMM_V4,
        mark=b"",
        read=raydium_amm_v4.read,
        accounts_needed=raydium_amm_v4.accounts_needed,
        length=raydium_amm_v4.POOL_BYTES,
    ),
    RAYDIUM_CPMM: _Decoder(
        kind=PoolKind.RAYDIUM_CPMM,
        mark=raydium_cpmm.MARK,
        read=raydium_cpmm.read,
        accounts_needed=raydium_cpmm.accounts_needed,
    ),
    RAYDIUM_CLMM: _Decoder(
        kind=PoolKind.RAYDIUM_CLMM,
        mark=raydium_clmm.MARK,
        read=raydium_clmm.read,
        accounts_needed=raydium_clmm.accounts_needed,
        length=raydium_clmm.POOL_BYTES,
    ),
    ORCA_WHIRLPOOL: _Decoder(
        kind=PoolKind.ORCA_WHIRLPOOL,
        mark=orca_whirlpool.MARK,
        read=orca_whirlpool.read,
        accounts_needed=orca_whirlpool.accounts_needed,
        length=orca_whirlpool.POOL_BYTES,
    ),
    METEORA_DLMM: _Decoder(
        kind=PoolKind.METEORA_DLMM,
        mark=meteora_dlmm.MARK,
        read=meteora_dlmm.read,
        accounts_needed=meteora_dlmm.accounts_needed,
        length=meteora_dlmm.PAIR_BYTES,
    ),
    PUMPFUN: _Decoder(
        kind=PoolKind.PUMPFUN_CURVE,
        mark=pumpfun_curve.MARK,
        read=pumpfun_curve.read,
        accounts_needed=pumpfun_curve.accounts_needed,
    ),
    PUMPSWAP: _Decoder(
        kind=PoolKind.PUMPSWAP,
        mark=pumpswap.MARK,
        read=pumpswap.read,
        accounts_needed=pumpswap.accounts_needed,
    ),
    METEORA_DAMM_V2: _Decoder(
        kind=PoolKind.METEORA_DAMM_V2,
        mark=meteora_damm_v2.MARK,
        read=meteora_damm_v2.read,
        accounts_needed=meteora_damm_v2.accounts_needed,
        length=meteora_damm_v2.POOL_BYTES,
    ),
    METEORA_DBC: _Decoder(
        kind=PoolKind.METEORA_DBC,
        mark=meteora_dbc.MARK,
        read=meteora_dbc.read,
        accounts_needed=meteora_dbc.accounts_needed,
        length=meteora_dbc.POOL_BYTES,
    ),
}


def pool_kind(account: AccountBytes) -> PoolKind | None:
    """Tell which kind of pool an account is: by its owner, then by its mark and length."""
    decoder = _DECODERS.get(account.owner)
    if decoder is None or not account.data.startswith(decoder.mark):
        return None
    is_other_length = decoder.length is not None and len(account.data) != decoder.length
    return None if is_other_length else decoder.kind


def accounts_needed(address: str, account: AccountBytes) -> tuple[str, ...]:
    """Give the addresses in a pool's bytes that its reading needs besides the pool itself.

    Vaults, the fee configuration, and mints whose decimals are not known anyway; nothing
    derived. Raises `UnreadableAccount`.
    """
    needed = _decoder_of(account).accounts_needed(account.data)
    return tuple(place for place in needed if place != address)


def read_pool(
    address: str,
    accounts: Mapping[str, AccountBytes],
    slot: int,
    *,
    now_seconds: int | None = None,
    absent: Collection[str] = (),
    base_mint: str | None = None,
) -> PoolReading:
    """Read a pool from its own and the needed accounts; raises `UnreadableAccount` only.

    `now_seconds` (chain time) tells whether a pool is open yet. `absent` are addresses that
    were asked for and hold nothing, such as tick arrays. `base_mint` names the token of a
    bonding curve where its mint account is not among `accounts`.
    """
    around = Surroundings(
        address=address,
        accounts=accounts,
        now_seconds=now_seconds,
        absent=absent,
        base_mint=base_mint,
        slot=slot,
    )
    return orient(read_stored(around), address, slot)


def read_stored(around: Surroundings) -> StoredPool:
    """Read a pool in the order of its account; raises `UnreadableAccount`."""
    return _decoder_of(around.pool()).read(around)


def _decoder_of(account: AccountBytes) -> _Decoder:
    if pool_kind(account) is None:
        raise UnreadableAccount("not a pool that we read")
    return _DECODERS[account.owner]
