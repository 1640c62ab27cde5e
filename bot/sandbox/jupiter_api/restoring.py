"""Puts a wallet back as it was in an earlier world: its accounts alone, by no transaction."""

from collections.abc import Mapping

from solders.account import Account
from solders.pubkey import Pubkey

from bot.sandbox.jupiter_api.routing import asset_of
from bot.sandbox.jupiter_api.token_instructions import token_account_of
from bot.sandbox.jupiter_api.venue import SwapVenue
from bot.sandbox.market.pools.pool import Asset
from bot.sandbox.solana_rpc.chain import RENT_FREE_EPOCH

_SYSTEM_PROGRAM = Pubkey.default()
_OWNER, _AMOUNT = slice(32, 64), slice(64, 72)


def restore(venue: SwapVenue, owner: Pubkey, lamports: int, tokens: Mapping[Pubkey, int]) -> None:
    """Give a wallet lamports, and of each token an account with so many units.

    Raises:
        ValueError: the market has no such token.
    """
    chain = venue.chain
    if lamports:
        purse = Account(
            lamports, b"", _SYSTEM_PROGRAM, executable=False, rent_epoch=RENT_FREE_EPOCH
        )
        chain.set_account(owner, purse)
    for mint, units in tokens.items():
        asset = asset_of(venue.market, mint)
        if asset is None:
            raise ValueError("the market has no such token")
        venue.maker.stock(asset)
        chain.place(
            token_account_of(owner, asset), asset.program, _account_data(venue, asset, owner, units)
        )


def _account_data(venue: SwapVenue, asset: Asset, owner: Pubkey, units: int) -> bytes:
    """Give what an account of this token holds, after the maker's own."""
    pattern = venue.chain.account(token_account_of(venue.maker.address, asset))
    assert pattern is not None, "the maker is stocked"  # noqa: S101 - the stand-in's own work
    data = bytearray(pattern.data)
    data[_OWNER] = bytes(owner)
    data[_AMOUNT] = units.to_bytes(8, "little")
    return bytes(data)
