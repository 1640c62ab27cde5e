"""Meteora DBC launches: a curve in steps that sells a token until it moves to DAMM."""

from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.fields import address, u8, u64, u128
from bot.adapters.solana.pools.meteora_activation import Activation, read_activation
from bot.adapters.solana.pools.meteora_dbc_config import DbcConfig, read_config, read_fees
from bot.adapters.solana.pools.mints import read_holding
from bot.adapters.solana.pools.programs import KNOWN_DECIMALS, METEORA_DBC, account_mark
from bot.adapters.solana.pools.stored import StoredPool
from bot.adapters.solana.pools.surroundings import (
    Surroundings,
    first_of,
    frozen_vault,
    unknown_decimals,
)
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import decode_address, is_address
from bot.domain.pools.meteora_fees import MeteoraFees
from bot.domain.pools.meteora_pool import MeteoraPool
from bot.domain.pools.reading import PoolKind
from bot.domain.pools.stepped_curve import SteppedCurve
from bot.domain.tokens import HoldingReading

MARK = account_mark("VirtualPool")
POOL_BYTES = 424
_TOKENS_USUALLY_LAUNCHED = 10**9
_FEWEST_DECIMALS, _MOST_DECIMALS = 6, 9  # the program allows no others
_NO_WAY_ON = "it will move to Meteora DAMM v1, where I cannot trade it"
_NO_CONFIG = "its configuration is not at hand"


def accounts_needed(data: bytes) -> tuple[str, ...]:
    """Give the addresses that a reading needs: both vaults, the configuration and the mint."""
    vaults = (address(data, 168), address(data, 200))
    return (*vaults, address(data, 72), *unknown_decimals(address(data, 136)))


def read(around: Surroundings) -> StoredPool:
    """Read a launch; raises `UnreadableAccount`.

    Without its configuration only the price is known, and the quote mint by its vault. Source:
    dynamic-bonding-curve `state/virtual_pool.rs` and `instructions/swap/ix_swap.rs`.
    """
    data = around.pool().data
    config = read_config(around.owned(address(data, 72), METEORA_DBC))
    first_mint, second_mint = address(data, 136), _quote_mint(around, config)
    first = around.holding_if_given(address(data, 168), first_mint)
    second = around.holding_if_given(address(data, 200), second_mint)
    decimals, assumed = _base_decimals(around, config)
    activation = None if config is None else _activation(around, config)
    bound = (_NO_WAY_ON,) if config is not None and config.is_bound_for_damm_v1 else ()
    return StoredPool(
        kind=PoolKind.METEORA_DBC,
        first_mint=first_mint,
        second_mint=second_mint,
        first_decimals=decimals,
        second_decimals=around.decimals(second_mint),
        pool=_pool(data, (first, second), config, activation),
        halt=first_of(
            _end(data, config),
            _NO_CONFIG if config is None else None,
            "not open yet" if activation is not None and activation.is_ahead else None,
            frozen_vault(first, second),
        ),
        notes=assumed + bound + around.transfer_fee_notes(first_mint, second_mint),
    )


def _end(data: bytes, config: DbcConfig | None) -> str | None:
    """Say whether the curve is complete: from then on the program takes no swaps."""
    if u8(data, 305):
        return "complete: it trades elsewhere"
    is_full = config is not None and u64(data, 240) >= config.migration_quote_units
    return "complete: it is about to move" if is_full or u8(data, 308) else None


def _activation(around: Surroundings, config: DbcConfig) -> Activation:
    opens_at = u64(around.pool().data, 296)
    return read_activation(around, kind=config.activation_kind, opens_at=opens_at)


def _quote_mint(around: Surroundings, config: DbcConfig | None) -> str:
    """Give the quote mint: the configuration names it, or the vault holds it, or is made of it."""
    if config is not None:
        return config.quote_mint
    place = address(around.pool().data, 200)
    vault = around.accounts.get(place)
    if vault is not None:
        return read_holding(vault).mint
    for mint in KNOWN_DECIMALS if is_address(around.address) else ():
        seeds = (b"token_vault", decode_address(mint), decode_address(around.address))
        if derived_address(METEORA_DBC, *seeds) == place:
            return mint
    raise UnreadableAccount("neither the configuration nor the quote vault was given")


def _base_decimals(around: Surroundings, config: DbcConfig | None) -> tuple[int, tuple[str, ...]]:
    """Give the launched token's decimals, and a note if they are assumed.

    A launch that still has much of a billion tokens to sell shows them by what is left.
    """
    mint = address(around.pool().data, 136)
    if config is not None:
        return config.base_decimals, ()
    if mint in KNOWN_DECIMALS or around.mint(mint) is not None:
        return around.decimals(mint), ()
    left = u64(around.pool().data, 232)
    for decimals in range(_FEWEST_DECIMALS, _MOST_DECIMALS + 1):
        whole = _TOKENS_USUALLY_LAUNCHED * 10**decimals
        if whole // 10 < left <= whole:
            return decimals, (f"{decimals} decimals assumed: neither mint nor configuration given",)
    raise UnreadableAccount(f"mint {mint} not given")


def _pool(
    data: bytes,
    vaults: tuple[HoldingReading | None, HoldingReading | None],
    config: DbcConfig | None,
    activation: Activation | None,
) -> MeteoraPool:
    sqrt_price = u128(data, 280)
    if not sqrt_price:
        raise UnreadableAccount("a price out of range")
    reserves = (u64(data, 232), u64(data, 240))
    payable = [
        reserve if vault is None else min(vault.amount, reserve)
        for reserve, vault in zip(reserves, vaults, strict=True)
    ]
    if config is None or activation is None:
        curve = SteppedCurve(steps=(), sqrt_price=sqrt_price, migration_price=sqrt_price)
        fees, is_fee_in_second = MeteoraFees(base_rate=0, most_rate=0), True
    else:
        curve = _curve(config, sqrt_price)
        fees = read_fees(config, activation, u128(data, 40))
        is_fee_in_second = config.is_fee_in_quote
        payable[0] = min(payable[0], curve.first_left())
    return MeteoraPool(
        curve=curve,
        fees=fees,
        is_fee_in_second=is_fee_in_second,
        first_payable=payable[0],
        second_payable=payable[1],
    )


def _curve(config: DbcConfig, sqrt_price: int) -> SteppedCurve:
    if not config.steps:
        raise UnreadableAccount("a curve without a step")
    # The last purchase once could go past the migration price: then nothing is left to buy.
    if not config.steps[0].lower <= sqrt_price <= config.steps[-1].upper:
        raise UnreadableAccount("a price off the curve")
    if config.migration_price > config.steps[-1].upper:
        raise UnreadableAccount("a curve that ends before it migrates")
    return SteppedCurve(
        steps=config.steps, sqrt_price=sqrt_price, migration_price=config.migration_price
    )
