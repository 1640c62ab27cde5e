"""Gives a wallet tokens of the market, by a transfer from the maker as anybody could make it."""

from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from bot.sandbox.jupiter_api.routing import asset_of
from bot.sandbox.jupiter_api.token_instructions import (
    create_account,
    token_account_of,
    transfer_checked,
)
from bot.sandbox.jupiter_api.venue import SwapVenue
from bot.sandbox.solana_rpc.strangers import note


def give_tokens(venue: SwapVenue, owner: Pubkey, mint: Pubkey, units: int) -> Pubkey:
    """Give units of a token and the account that holds them; the transfer is the maker's to pay.

    Raises:
        ValueError: the market has no such token, or its mint lets nobody transfer it.
    """
    asset, maker, chain = asset_of(venue.market, mint), venue.maker, venue.chain
    if asset is None:
        raise ValueError("the market has no such token")
    maker.stock(asset)
    account = token_account_of(owner, asset)
    instructions = [
        create_account(maker.address, owner, asset),
        transfer_checked(
            asset, token_account_of(maker.address, asset), account, maker.address, units
        ),
        note(),
    ]
    blockhash = chain.blockhash(chain.slot)
    message = MessageV0.try_compile(maker.address, instructions, [], blockhash)
    record = chain.execute(VersionedTransaction(message, [maker.keypair]))
    if record.error is not None:
        raise ValueError(f"the token cannot be given: {record.error}")
    return account
