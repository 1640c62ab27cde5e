"""The refresh asks for a Meteora pool's own account alone; a fill asks for its vaults too."""

from bot.adapters.solana.pool_shapes import PoolShapes
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import accounts_needed
from bot.domain.identifiers import SOL_MINT
from tests.builders.meteora_accounts import CONFIG, POOL, TOKEN, damm_v2, dbc, dbc_config
from tests.builders.pool_accounts import holding_account, mint_account
from tests.fakes.hand_clock import HandClock


def groups(pool: AccountBytes, *standing: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give what is asked for at first, and once the pool is known."""
    shapes = PoolShapes(HandClock())
    shapes.note_account(POOL, pool)
    first = shapes.refresh_group(POOL)
    vaults = accounts_needed(POOL, pool)[:2]
    found = {TOKEN: mint_account(6), CONFIG: dbc_config()}
    fetched = {place: found[place] for place in standing} | {
        vault: holding_account(mint, 10**15)
        for vault, mint in zip(vaults, (TOKEN, SOL_MINT), strict=True)
    }
    complete = shapes.complete(POOL, {POOL: pool} | fetched)
    assert set(complete) == {POOL, *vaults, *standing}
    return first, shapes.refresh_group(POOL)


def test_a_known_damm_v2_pool_is_one_account_of_a_refresh() -> None:
    first, then = groups(damm_v2(), TOKEN)
    assert (len(first), then) == (4, (POOL,))


def test_a_known_launch_is_one_account_of_a_refresh() -> None:
    first, then = groups(dbc(), CONFIG, TOKEN)
    assert (len(first), then) == (5, (POOL,))
