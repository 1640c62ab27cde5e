"""Fills on paper: the pool's own arithmetic on its own reserves, and every cost of a real swap."""

from datetime import datetime
from decimal import Context, Decimal

from bot.domain.errors import PoolTooThin, Refusal
from bot.domain.instruments import Token
from bot.domain.money import SOL_DECIMALS
from bot.domain.orders import Fill, FillLeg
from bot.domain.pools.reading import Direction, PoolReading, Swap
from bot.domain.price_trust import Suspicion
from bot.domain.safety import SafetyReport
from bot.domain.values import value
from bot.ports.chain import NetworkCosts

_PRICES = Context(prec=24)


@value
class Market:
    """What a decision knows of the outside: the token, its pool just read, and the costs.

    `pool` is quoted in SOL, and taxed where the token takes a fee. `safety` is None where
    nobody asked for it, as for an exit. `suspicion` is what is held against its price now.
    """

    token: Token
    pool: PoolReading
    costs: NetworkCosts
    read_at: datetime
    safety: SafetyReport | None = None
    suspicion: Suspicion | None = None


def average_price(lamports: int, units: int, decimals: int) -> Decimal:
    """Give SOL per token from whole units of both; 0 when there are no tokens."""
    if units == 0:
        return Decimal(0)
    sol = _PRICES.scaleb(Decimal(lamports), decimals - SOL_DECIMALS)
    return _PRICES.divide(sol, Decimal(units))


class PaperVenue:
    """Answers each swap with what the pool would have done at the slot it was read."""

    def buy_for(self, market: Market, lamports: int) -> Fill:
        """Buy with exactly `lamports`; raises `Refusal` (`pool_too_thin`, `too_small`)."""
        return self._swap(market, Direction.BUY_BASE, exact_in=lamports)

    def sell(self, market: Market, units: int) -> Fill:
        """Sell exactly `units` of the token; raises `Refusal`."""
        return self._swap(market, Direction.SELL_BASE, exact_in=units)

    def buy_back(self, market: Market, units: int) -> Fill:
        """Buy at least `units`, for as few lamports as the pool takes; raises `Refusal`."""
        return self._swap(market, Direction.BUY_BASE, exact_out=units)

    def _swap(
        self, market: Market, direction: Direction, *, exact_in: int = 0, exact_out: int = 0
    ) -> Fill:
        if market.pool.halt is not None:
            raise Refusal("venue_halted", symbol=market.token.symbol, reason=market.pool.halt)
        curve = market.pool.curve
        try:
            swap = (
                curve.swap_exact_out(direction, exact_out)
                if exact_out
                else curve.swap_exact_in(direction, exact_in)
            )
        except PoolTooThin as error:
            raise Refusal(
                "pool_too_thin",
                symbol=market.token.symbol,
                reason=error.reason,
                would_fit_lamports=_in_lamports(market, direction, error.limit_units),
            ) from error
        if swap.amount_in <= 0 or swap.amount_out <= 0:
            raise Refusal("too_small", minimum_lamports=1_000_000)
        return _fill(market, swap, exact_out or swap.amount_out)


def _in_lamports(market: Market, direction: Direction, limit_units: int | None) -> int | None:
    if limit_units is None or direction is Direction.BUY_BASE:
        return limit_units
    return int(market.pool.curve.spot_units() * limit_units)


def _fill(market: Market, swap: Swap, amount_out: int) -> Fill:
    # A buy-back may yield a few units more than are owed; they are left to the pool, as an
    # exact-out swap does on chain.
    bought = swap.direction is Direction.BUY_BASE
    units, lamports = (amount_out, swap.amount_in) if bought else (swap.amount_in, amount_out)
    pool = market.pool
    return Fill(
        bought=bought,
        token_units=units,
        sol_lamports=lamports,
        decided_price=pool.price,
        fill_price=average_price(lamports, units, market.token.decimals),
        impact=swap.impact,
        pool_fee_units=swap.fee_units,
        pool_fee_in_sol=swap.fee_in_quote,
        network_fee_lamports=market.costs.fee_lamports,
        pool_address=pool.address,
        pool_kind=pool.kind,
        slot=pool.slot,
        notes=(*_doubts(market), *pool.notes),
        transfer_fee_units=swap.transfer_fee_units,
        legs=tuple(_leg(leg, of) for leg, of in _in_order(swap, pool)),
    )


def _doubts(market: Market) -> tuple[str, ...]:
    if market.suspicion is None:
        return ()
    return ("Other prices of this token contradict this pool; this is what the pool itself paid.",)


def _in_order(swap: Swap, pool: PoolReading) -> list[tuple[Swap, PoolReading]]:
    """Give a path's swaps with their pools as the swap went through them, none for one pool."""
    legs = list(zip(swap.legs, pool.legs, strict=True))
    return legs[::-1] if swap.direction is Direction.BUY_BASE else legs


def _leg(swap: Swap, pool: PoolReading) -> FillLeg:
    is_buy = swap.direction is Direction.BUY_BASE
    return FillLeg(
        pool_address=pool.address,
        pool_kind=pool.kind,
        slot=pool.slot,
        mint_in=pool.quote_mint if is_buy else pool.base_mint,
        mint_out=pool.base_mint if is_buy else pool.quote_mint,
        amount_in=swap.amount_in,
        amount_out=swap.amount_out,
        fee_units=swap.fee_units,
        fee_on_input=swap.fee_in_quote == is_buy,
        impact=swap.impact,
    )
