"""Tokens whose mints tell what their owners may do, and one that is plainly safe."""

from decimal import Decimal

from bot.sandbox.market.catalogue import PoolPlan, TokenPlan, Venue
from bot.sandbox.market.layouts import extensions
from bot.sandbox.market.layouts.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, made_up_address
from bot.sandbox.market.layouts.extensions import Extension

_NO_MAXIMUM = 2**64 - 1
_LONG_AGO_EPOCH = 900


def telling_tokens(seed: int) -> list[TokenPlan]:
    """Give one token for each power, all but the last in Token-2022's own layout."""
    owner = made_up_address(seed, "issuer")
    fee = extensions.transfer_fee(300, _NO_MAXIMUM, epoch=_LONG_AGO_EPOCH)
    return [
        _token(seed, "TOLL", "Toll Bridge", fee),
        _token(seed, "HOOKY", "Hooked Salmon", extensions.transfer_hook(owner, owner)),
        _token(seed, "LEASH", "Dog on a Leash", extensions.permanent_delegate(owner)),
        _token(seed, "HALT", "Halted Train", extensions.pausable(owner, is_paused=True)),
        _token(seed, "FROST", "Morning Frost", extensions.born_frozen()),
        _token(seed, "SPLIT", "Share Split", extensions.scaled_ui_amount(owner, 5.0)),
        _token(seed, "OAK", "Old Oak"),
    ]


def _token(seed: int, symbol: str, name: str, *given: Extension) -> TokenPlan:
    return TokenPlan(
        mint=made_up_address(seed, "mint", name),
        symbol=symbol,
        name=name,
        decimals=6,
        supply_units=10**15,
        price_sol=Decimal("0.000004"),
        swing=Decimal("0.004"),
        pools=(PoolPlan(venue=Venue.RAYDIUM_CPMM, depth_sol=Decimal(900)),),
        program=TOKEN_2022_PROGRAM if given else TOKEN_PROGRAM,
        extensions=given,
    )
