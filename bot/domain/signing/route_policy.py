"""Whether a Jupiter route takes and brings what its intent says, into the wallet's own accounts."""

from bot.domain.identifiers import decode_address
from bot.domain.signing.exchange import after_transfer_fee
from bot.domain.signing.intents import SwapIntent
from bot.domain.signing.own_accounts import OwnAccounts
from bot.domain.signing.rules import SigningRules
from bot.domain.signing.steps import Route

_WHOLE_BPS = 10_000


def route_reason(route: Route, intent: SwapIntent, own: OwnAccounts, rules: SigningRules) -> str:
    """Give the first reason against a route, or nothing."""
    return (
        _account_reason(route, intent, own)
        or _bystander_reason(route, own)
        or _amount_reason(route, intent, rules)
    )


def _account_reason(route: Route, intent: SwapIntent, own: OwnAccounts) -> str:
    gives, gets = decode_address(intent.mint_in), decode_address(intent.mint_out)
    if route.user.key != own.wallet:
        return "its route is somebody else's"
    if not own.takes(route.source.key, gives):
        return "its route takes from an account that is not the wallet's for this mint"
    if not own.takes(route.destination.key, gets):
        return "its route pays into an account that is not the wallet's for this mint"
    if route.elsewhere is not None and route.elsewhere.key != route.destination.key:
        return "its route pays somebody else"
    mints = (route.source_mint.key, route.destination_mint.key)
    programs = (route.source_program.key, route.destination_program.key)
    if mints != (gives, gets) or programs != (own.mints[gives], own.mints[gets]):
        return "its route is between other tokens than the intent's"
    return ""


def _bystander_reason(route: Route, own: OwnAccounts) -> str:
    """Keep from the pools what they have no need of.

    A shared route's pools are paid from Jupiter's accounts, so the wallet's signature does not
    reach them. Those of a plain route get it, and with it no account but the two that swap.
    """
    hidden = {own.wrapped, own.swap_account, *(own.of(mint) for mint in own.mints)}
    hidden |= {own.wallet} if route.is_shared else set()
    if not route.is_shared:
        hidden -= {route.source.key, route.destination.key}
    if any(account.key in hidden for account in route.others):
        return "its route shows the pools an account of the wallet that they have no need of"
    return ""


def _amount_reason(route: Route, intent: SwapIntent, rules: SigningRules) -> str:
    if route.slippage_bps > _WHOLE_BPS or route.platform_fee_bps > rules.largest_platform_fee_bps:
        return f"its route gives a fee of {route.platform_fee_bps} basis points away"
    if route.positive_slippage_bps:
        return "its route gives away what comes in above the quote"
    if not 0 < route.in_amount <= intent.amount_in:
        return f"its route takes {route.in_amount} units where the intent says {intent.amount_in}"
    arrives = after_transfer_fee(route.least_out, intent.transfer_fee_bps_out)
    if arrives < intent.min_out:
        return f"its route may bring {arrives} units, under {intent.min_out}"
    return ""
