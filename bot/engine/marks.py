"""What a position is worth now: what its pool would pay, or ask, for all of it."""

from bot.domain.errors import PoolTooThin
from bot.domain.pools.reading import Direction, PoolReading
from bot.domain.positions import Mark, Position, Side


def mark_position(position: Position, pool: PoolReading, age_seconds: float) -> Mark:
    """Mark a position against its pool, which is quoted in SOL."""
    if position.side is Side.LONG:
        fetched, is_whole = _fetch(pool, position.token_units)
        equity = fetched
        pnl = fetched - position.cost_lamports
    else:
        cost, is_whole = _cost(pool, position)
        equity = max(0, position.collateral_lamports - cost)
        pnl = equity - position.margin_lamports - position.cost_lamports
    return Mark(
        position=position,
        price=pool.price,
        equity_lamports=equity,
        unrealised_pnl_lamports=pnl,
        is_whole=is_whole,
        age_seconds=age_seconds,
        liquidation_price=position.liquidation_price(pool.base_decimals),
    )


def _fetch(pool: PoolReading, units: int) -> tuple[int, bool]:
    try:
        return pool.curve.swap_exact_in(Direction.SELL_BASE, units).amount_out, True
    except PoolTooThin as error:
        fits = error.limit_units or 0
    try:
        partial = pool.curve.swap_exact_in(Direction.SELL_BASE, fits) if fits else None
    except PoolTooThin:
        partial = None
    return (partial.amount_out if partial else 0), False


def _cost(pool: PoolReading, position: Position) -> tuple[int, bool]:
    # A short that cannot be bought back at any price is worth nothing.
    cost = buy_back_cost(pool, position.token_units)
    return (position.collateral_lamports, False) if cost is None else (cost, True)


def buy_back_cost(pool: PoolReading, units: int) -> int | None:
    """Give the lamports that buying back `units` takes, None where the pool shows too little."""
    try:
        return pool.curve.swap_exact_out(Direction.BUY_BASE, units).amount_in
    except PoolTooThin:
        return None
