"""The method that tells who holds most of a token."""

from solders.account import Account
from solders.pubkey import Pubkey

from bot.sandbox.solana_rpc.account_methods import MINT_SIZE, ui_amount, with_context
from bot.sandbox.solana_rpc.errors import invalid_params
from bot.sandbox.solana_rpc.parameters import Call
from bot.sandbox.solana_rpc.transactions import TOKEN_ACCOUNT_SIZE, TOKEN_PROGRAMS

MOST_LARGEST = 20
OWNER = slice(32, 64)
TYPE_OF_MINT = 1
"""What follows the 165 bytes that Token-2022 pads a mint with extensions to."""


def get_token_largest_accounts(call: Call) -> object:
    """Answer the twenty largest accounts of a mint, largest first.

    A market maker's are left out: its inventory was made for swaps, beyond the token's supply, and
    would make a whale of it.
    """
    mint, slot = call.address(0), call.slot(call.config(1))
    chain = call.endpoint.chain
    account = chain.account_at(mint, slot)
    if account is None:
        raise invalid_params("Invalid param: could not find mint")
    if not _is_mint(account):
        raise invalid_params("Invalid param: not a Token mint")
    amounts: list[tuple[int, str]] = []
    for address, _ in chain.program_accounts(account.owner):
        held = chain.account_at(address, slot)
        if held is None or len(held.data) < TOKEN_ACCOUNT_SIZE or held.data[:32] != bytes(mint):
            continue
        if Pubkey.from_bytes(held.data[OWNER]) in chain.landing.makers:
            continue
        amounts.append((int.from_bytes(held.data[64:72], "little"), str(address)))
    largest = sorted(amounts, key=lambda found: (-found[0], found[1]))[:MOST_LARGEST]
    return with_context(
        slot,
        [
            {"address": address, **ui_amount(amount, account.data[44])}
            for amount, address in largest
        ],
    )


def _is_mint(account: Account) -> bool:
    data = account.data
    is_extended = len(data) > TOKEN_ACCOUNT_SIZE and data[TOKEN_ACCOUNT_SIZE] == TYPE_OF_MINT
    return account.owner in TOKEN_PROGRAMS and (len(data) == MINT_SIZE or is_extended)
