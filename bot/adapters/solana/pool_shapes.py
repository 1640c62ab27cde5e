"""What is known of each pool from its first reading: which accounts move and which stand still."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from bot.adapters.solana.addresses import extra_accounts
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import accounts_needed, pool_kind
from bot.adapters.solana.pools.glance import PRICED_ALONE
from bot.adapters.solana.pools.holdings import is_holding_shaped
from bot.domain.pools.reading import PoolKind
from bot.ports.clock import Clock

STANDING_SECONDS = 600.0
# Meteora's programs count in the pool's account what it holds for swaps.
_COUNTS_ITSELF = frozenset({PoolKind.METEORA_DAMM_V2, PoolKind.METEORA_DBC})
_OF_TICKS = (PoolKind.ORCA_WHIRLPOOL, PoolKind.RAYDIUM_CLMM, PoolKind.METEORA_DLMM)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolShape:
    """The accounts of a pool: itself and its vaults move with every swap, others hardly ever.

    Where the pool's own account tells the price, the vaults are left to the fill.

    Standing are mints and fee configurations: they are fetched every ten minutes.
    """

    moving: tuple[str, ...]
    standing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    account: AccountBytes | None
    until: float


class PoolShapes:
    """Remembers shapes, standing accounts, and each pool's last bytes and token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shapes: dict[str, PoolShape] = {}
        self._standing: dict[str, _Standing] = {}
        self._standing_until: dict[str, float] = {}
        self._last: dict[str, AccountBytes] = {}
        self._base_mints: dict[str, str] = {}

    def last_account(self, pool: str) -> AccountBytes | None:
        """Give the pool's own account as it was last seen."""
        return self._last.get(pool)

    def base_mint(self, pool: str) -> str | None:
        """Give the token that a bonding curve is known to belong to."""
        return self._base_mints.get(pool)

    def note_base_mint(self, pool: str, mint: str) -> None:
        """Note which token a bonding curve belongs to: its account does not name it."""
        self._base_mints[pool] = mint

    def note_account(self, pool: str, account: AccountBytes) -> None:
        """Note a pool's own account, so that what it needs can be asked for at once."""
        self._last[pool] = account

    def forget(self, pool: str) -> None:
        """Forget a pool that is gone or cannot be read."""
        self._shapes.pop(pool, None)
        self._standing_until.pop(pool, None)
        self._last.pop(pool, None)

    def refresh_group(self, pool: str) -> tuple[str, ...]:
        """Give what to ask for, the pool first: its moving accounts, and standing ones too old.

        Raises `UnreadableAccount` if the pool's last account is no pool.
        """
        shape = self._shapes.get(pool)
        if shape is None:
            return (pool, *_needed(pool, self._last[pool]))
        now = self._clock.monotonic()
        if now < self._standing_until.get(pool, 0.0):
            return shape.moving
        old = [place for place in shape.standing if not self._stands(place, now)]
        if not old and shape.standing:
            until = min(self._standing[place].until for place in shape.standing)
            self._standing_until[pool] = until
        return (*shape.moving, *old)

    def stands_until(self, pool: str) -> float:
        """Give when a pool's standing accounts are due again, after `refresh_group` was asked."""
        shape = self._shapes.get(pool)
        return inf if shape is None or not shape.standing else self._standing_until.get(pool, 0.0)

    def moving(self, pool: str) -> tuple[str, ...]:
        """Give the accounts that move with every swap: the pool, and its vaults once known."""
        shape = self._shapes.get(pool)
        return (pool,) if shape is None else shape.moving

    def complete(
        self, pool: str, fetched: Mapping[str, AccountBytes | None]
    ) -> dict[str, AccountBytes]:
        """Note what was fetched and add the standing accounts that were not."""
        account = fetched[pool]
        assert account is not None  # noqa: S101 (the caller looked)
        self._last[pool] = account
        if pool not in self._shapes:
            self._shapes[pool] = _shape(pool, fetched, pool_kind(account))
        shape = self._shapes[pool]
        until = self._clock.monotonic() + STANDING_SECONDS
        for place in shape.standing:
            if place in fetched:
                self._standing[place] = _Standing(account=fetched[place], until=until)
        known = {place: self._standing[place].account for place in shape.standing}
        both = {**known, **fetched}
        return {place: found for place, found in both.items() if found is not None}

    def _stands(self, place: str, now: float) -> bool:
        standing = self._standing.get(place)
        return standing is not None and now < standing.until


def _needed(pool: str, account: AccountBytes) -> tuple[str, ...]:
    # The ticks or bins of a concentrated pool matter to a fill, not to its price.
    if pool_kind(account) in _OF_TICKS:
        return accounts_needed(pool, account)
    return extra_accounts(pool, account)


def _shape(
    pool: str, fetched: Mapping[str, AccountBytes | None], kind: PoolKind | None
) -> PoolShape:
    others = [place for place in fetched if place != pool]
    vaults = tuple(place for place in others if _is_vault(fetched[place]))
    return PoolShape(
        moving=(pool,) if kind in PRICED_ALONE | _COUNTS_ITSELF else (pool, *vaults),
        standing=tuple(place for place in others if place not in vaults),
    )


def _is_vault(account: AccountBytes | None) -> bool:
    return account is not None and is_holding_shaped(account)
