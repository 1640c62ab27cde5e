"""The market: what trades, at what price, and the swaps that move it on the chain."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from solders.pubkey import Pubkey

from bot.sandbox.market.catalogue import SOL_PRICE_USDC, TokenPlan, plan_tokens
from bot.sandbox.market.genesis import genesis_placements
from bot.sandbox.market.holders import holder_placements
from bot.sandbox.market.layouts.addresses import USDC, WSOL
from bot.sandbox.market.layouts.tokens import TOKEN_ACCOUNT_SIZE
from bot.sandbox.market.migrations import Launch, complete, is_complete, move
from bot.sandbox.market.pool_maker import make_pool, make_sol_pools
from bot.sandbox.market.pools.orca_whirlpool import POOL_SIZE as WHIRLPOOL_SIZE
from bot.sandbox.market.pools.pool import Pool
from bot.sandbox.market.pools.ticks import Q64
from bot.sandbox.market.price_walk import PriceWalk
from bot.sandbox.market.telling_tokens import telling_tokens
from bot.sandbox.solana_rpc.chain import Chain, Placement

SOL_SWING = Decimal("0.0006")
POOL_NOISE = Decimal("0.001")
"""How far a pool of a token may stray from the fair price after a step: arbitrage closes more."""
LEAST_SHOCK_PERCENT, MOST_SHOCK_PERCENT = Decimal(-95), Decimal(2_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketToken:
    """A token as the market has it now; `price` is in SOL per whole token (SOL's in USDC)."""

    mint: Pubkey
    symbol: str
    name: str
    pools: Sequence[Pool]
    price: Decimal


@dataclass(slots=True, kw_only=True)
class _Listed:
    """A token with its walk and its pools, the deepest first."""

    symbol: str
    name: str
    walk: PriceWalk
    pools: list[Pool]


class Market:
    """A seeded market on a chain; the same seed and number of steps give the same reserves.

    Pools whose account or vault is a genuine dump (pinned on the chain) are neither made nor
    moved: they stay as they were photographed. Load dumps before the market is made, so that
    the rest of it opens at the price of SOL that they show.
    """

    def __init__(self, chain: Chain, seed: int) -> None:
        self.chain = chain
        self.seed = seed
        self.paused = False
        self.steps = 0
        self._placed: dict[Pubkey, bytes] = {}
        plans = [*plan_tokens(seed), *telling_tokens(seed)]
        self._opening_sol_usdc = self._opening_price()
        self._listed = {WSOL: self._list_sol()} | {plan.mint: self._list(plan) for plan in plans}
        self._put(genesis_placements(plans))
        self._put_pools(self._listed)
        self._put_holders(plans)

    def step(self) -> None:
        """Let one step pass: prices walk, and swaps bring the pools along."""
        self.steps += 1
        for listed in self._listed.values():
            listed.walk.step()
        self._move(self._listed)

    def shock(self, mint: Pubkey, percent: Decimal) -> None:
        """Move a token's price by a percentage at once, by swaps in all its pools.

        Raises:
            KeyError: the market has no such token.
            ValueError: a percentage below -95 or above 2000.
        """
        if not LEAST_SHOCK_PERCENT <= percent <= MOST_SHOCK_PERCENT:
            raise ValueError(f"{percent} is not between -95 and 2000 percent")
        self._listed[mint].walk.shock(percent)
        # What is quoted in dollars follows the price of SOL.
        self._move(self._listed if mint == WSOL else [mint])

    def complete(self, mint: Pubkey) -> None:
        """Buy a launch's curve out: it takes no more swaps, and its token waits for its pool.

        Raises:
            KeyError: the market has no such token.
            ValueError: the token trades on no curve.
        """
        listed = self._listed[mint]
        launch = listed.pools[0]
        if not isinstance(launch, Launch):
            raise ValueError(f"{listed.symbol} trades on no curve")  # noqa: TRY004 (of the token)
        complete(launch)
        listed.walk.shock((launch.price() / listed.walk.price - 1) * 100)
        self._put_pools([mint])

    def migrate(self, mint: Pubkey) -> None:
        """Move a launch's token to its own pool, its curve bought out before; as `complete`."""
        self.complete(mint)
        listed = self._listed[mint]
        launch = listed.pools[0]
        assert isinstance(launch, Launch)  # noqa: S101 - complete() refuses others
        pool = move(launch)
        self._put_pools([mint])
        listed.pools[:] = [pool]
        self._put_pools([mint])

    def tokens(self) -> list[MarketToken]:
        """Give every token with the price of its deepest pool; SOL comes first."""
        return [
            MarketToken(
                mint=mint,
                symbol=listed.symbol,
                name=listed.name,
                pools=tuple(pool for pool in listed.pools if not self._is_pinned(pool)),
                price=self._price(mint, listed.pools[0]),
            )
            for mint, listed in self._listed.items()
        ]

    @property
    def sol_price(self) -> Decimal:
        """USDC per SOL in the deepest pool, or in the genuine dump that stands in its place."""
        pool = self._listed[WSOL].pools[0]
        return _photographed_price(self.chain, pool) if self._is_pinned(pool) else pool.price()

    def _price(self, mint: Pubkey, pool: Pool) -> Decimal:
        if mint == WSOL:
            return self.sol_price
        return pool.price() / self.sol_price if pool.quote.mint == USDC else pool.price()

    def _list_sol(self) -> _Listed:
        opening = self._opening_sol_usdc
        walk = PriceWalk(opening=opening, swing=SOL_SWING, random=Random(f"{self.seed}/walk/SOL"))
        return _Listed(symbol="SOL", name="Wrapped SOL", walk=walk, pools=make_sol_pools(opening))

    def _list(self, plan: TokenPlan) -> _Listed:
        random = Random(f"{self.seed}/walk/{plan.mint}")
        walk = PriceWalk(opening=plan.price_sol, swing=plan.swing, random=random)
        pools = [make_pool(plan, each, self._opening_sol_usdc) for each in plan.pools]
        return _Listed(symbol=plan.symbol, name=plan.name, walk=walk, pools=pools)

    def _fair_sol_usdc(self) -> Decimal:
        sol = self._listed[WSOL]
        return self.sol_price if self._is_pinned(sol.pools[0]) else sol.walk.price

    def _opening_price(self) -> Decimal:
        pool = make_sol_pools(SOL_PRICE_USDC)[0]
        if self._is_pinned(pool):
            return _photographed_price(self.chain, pool)
        per_mille = Random(f"{self.seed}/opening").randint(920, 1_080)
        return SOL_PRICE_USDC * per_mille / 1_000

    def _move(self, mints: Iterable[Pubkey]) -> None:
        sol_usdc = self._fair_sol_usdc()
        for mint in mints:
            listed = self._listed[mint]
            for pool in listed.pools:
                wanted = listed.walk.price * listed.walk.noise(POOL_NOISE)
                if mint != WSOL and pool.quote.mint == USDC:
                    wanted *= sol_usdc
                if not self._is_pinned(pool) and not is_complete(pool):
                    pool.move_to(wanted)
        self._put_pools(mints)

    def _put_holders(self, plans: Iterable[TokenPlan]) -> None:
        self._put(
            placement
            for plan in plans
            for placement in holder_placements(plan, self._listed[plan.mint].pools)
        )

    def _put_pools(self, mints: Iterable[Pubkey]) -> None:
        rent = self.chain.rent_minimum_lamports(TOKEN_ACCOUNT_SIZE)
        pools = [pool for mint in mints for pool in self._listed[mint].pools]
        self._put(
            placement
            for pool in pools
            if not self._is_pinned(pool)
            for placement in pool.placements(rent)
        )

    def _put(self, placements: Iterable[Placement]) -> None:
        """Write what changed, all in one slot, and never over a genuine dump."""
        changed = [
            each
            for each in placements
            if each.address not in self.chain.pinned and self._placed.get(each.address) != each.data
        ]
        self._placed.update((each.address, each.data) for each in changed)
        self.chain.place_all(changed)

    def _is_pinned(self, pool: Pool) -> bool:
        return not self.chain.pinned.isdisjoint((pool.address, *pool.vaults))


def _photographed_price(chain: Chain, pool: Pool) -> Decimal:
    """Read USDC per SOL from the genuine SOL/USDC Whirlpool."""
    account = chain.account(pool.address)
    if account is None or len(account.data) != WHIRLPOOL_SIZE:
        return pool.price()
    sqrt_price = Decimal(int.from_bytes(account.data[65:81], "little")) / Q64
    return sqrt_price**2 * pool.base.scale / pool.quote.scale


async def run_market(market: Market, interval_seconds: float) -> None:
    """Step the market for ever, one step each interval, except while it is paused."""
    while True:
        await asyncio.sleep(interval_seconds)
        if not market.paused:
            market.step()
