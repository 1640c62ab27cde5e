"""The gate that a token itself passes: what it forbids, and what its buyer does not want."""

from bot.domain.errors import Refusal
from bot.domain.orders import OpenIntent
from bot.domain.pools.taxed import TaxedCurve
from bot.domain.positions import Side
from bot.domain.safety import Level
from bot.domain.users import User
from bot.engine.paper_venue import Market


def check_entry(user: User, intent: OpenIntent, market: Market) -> None:
    """Let a token be bought (or sold short) or raise the `Refusal` that says why not.

    What could not really be sold again is refused to everybody (`token_untradable`), a short
    of a token with a transfer fee too (`no_short_with_fee`); any other danger only to those
    who have it block them (`token_danger`).
    """
    _check_movable(market)
    rules, symbol = market.token.rules, market.token.symbol
    if rules.is_born_frozen:
        reason = "your account of it would come frozen, and only its owner could let you sell"
        raise Refusal("token_untradable", symbol=symbol, reason=reason)
    if intent.side is Side.SHORT and isinstance(market.pool.curve, TaxedCurve):
        raise Refusal("no_short_with_fee", symbol=symbol)
    dangers = market.safety.of(Level.DANGER) if market.safety else ()
    if dangers and user.blocks_danger:
        raise Refusal("token_danger", symbol=symbol, reason=dangers[0].why)


def check_exit(market: Market) -> None:
    """Let a token be sold again; raises `Refusal` only where no transfer can be made now."""
    _check_movable(market)


def _check_movable(market: Market) -> None:
    rules, symbol = market.token.rules, market.token.symbol
    if not rules.is_transferable:
        raise Refusal("token_untradable", symbol=symbol, reason="it can never be transferred")
    if rules.is_paused:
        reason = "its owner has stopped all transfers, so nobody can buy or sell it now"
        raise Refusal("token_untradable", symbol=symbol, reason=reason)
