"""Tries on paper whether a token can be sold again: a small purchase, and the sale of it."""

from bot.domain.errors import PoolTooThin
from bot.domain.pools.reading import Direction, PoolReading
from bot.domain.safety import RoundTrip
from bot.domain.token_rules import TokenRules

LARGEST_PROBE_LAMPORTS = 1_000_000_000
_SMALLEST_PROBE_LAMPORTS = 100_000
_PARTS_OF_DEPTH = 100  # so that thinness is not taken for a trap: depth is judged by itself


def round_trip(pool: PoolReading, rules: TokenRules) -> RoundTrip | None:
    """Quote a purchase for at most 1 SOL and the sale of what it brings, on the same reserves.

    None where nobody can say: the venue is halted, the pool shows too little, or a program of
    the token's owner decides. `pool` is quoted in SOL.
    """
    spent = min(LARGEST_PROBE_LAMPORTS, pool.curve.depth_quote_units() // _PARTS_OF_DEPTH)
    reason = _hindrance(rules)
    if reason:
        return RoundTrip(spent_lamports=max(spent, 1), returned_lamports=None, reason=reason)
    if spent < _SMALLEST_PROBE_LAMPORTS or pool.halt is not None or rules.hook_program is not None:
        return None
    try:
        bought = pool.curve.swap_exact_in(Direction.BUY_BASE, spent)
    except PoolTooThin:
        return None
    try:
        sold = pool.curve.swap_exact_in(Direction.SELL_BASE, bought.amount_out)
    except PoolTooThin as error:
        return RoundTrip(spent_lamports=spent, returned_lamports=None, reason=error.reason)
    return RoundTrip(spent_lamports=spent, returned_lamports=sold.amount_out)


def _hindrance(rules: TokenRules) -> str:
    if not rules.is_transferable:
        return "it can never be transferred"
    if rules.is_paused:
        return "its transfers are stopped"
    return "your account of it would come frozen" if rules.is_born_frozen else ""
