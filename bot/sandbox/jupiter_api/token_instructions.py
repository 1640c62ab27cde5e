"""Instructions of the token programs as a swap needs them, in their genuine layouts."""

import struct

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.addresses import (
    ATA_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
    associated_token_account,
)
from bot.sandbox.market.pools.pool import Asset

CREATE_IDEMPOTENT = 1
APPROVE, CLOSE_ACCOUNT, TRANSFER_CHECKED, SYNC_NATIVE = 4, 9, 12, 17


def token_account_of(owner: Pubkey, asset: Asset) -> Pubkey:
    """Give the owner's associated account of an asset."""
    return associated_token_account(owner, asset.mint, asset.program)


def create_account(payer: Pubkey, owner: Pubkey, asset: Asset) -> Instruction:
    """Create an associated account where there is none."""
    return Instruction(
        ATA_PROGRAM,
        bytes([CREATE_IDEMPOTENT]),
        [
            AccountMeta(payer, is_signer=True, is_writable=True),
            AccountMeta(token_account_of(owner, asset), is_signer=False, is_writable=True),
            AccountMeta(owner, is_signer=False, is_writable=False),
            AccountMeta(asset.mint, is_signer=False, is_writable=False),
            AccountMeta(SYSTEM_PROGRAM, is_signer=False, is_writable=False),
            AccountMeta(asset.program, is_signer=False, is_writable=False),
        ],
    )


def transfer_checked(
    asset: Asset, source: Pubkey, destination: Pubkey, authority: Pubkey, amount: int
) -> Instruction:
    """Move base units from one token account to another."""
    return Instruction(
        asset.program,
        struct.pack("<BQB", TRANSFER_CHECKED, amount, asset.decimals),
        [
            AccountMeta(source, is_signer=False, is_writable=True),
            AccountMeta(asset.mint, is_signer=False, is_writable=False),
            AccountMeta(destination, is_signer=False, is_writable=True),
            AccountMeta(authority, is_signer=True, is_writable=False),
        ],
    )


def sync_native(account: Pubkey) -> Instruction:
    """Have a wrapped-SOL account count the lamports it was sent."""
    metas = [AccountMeta(account, is_signer=False, is_writable=True)]
    return Instruction(TOKEN_PROGRAM, bytes([SYNC_NATIVE]), metas)


def close_account(account: Pubkey, owner: Pubkey) -> Instruction:
    """Close an account of SPL Token; its lamports go to the owner."""
    metas = [
        AccountMeta(account, is_signer=False, is_writable=True),
        AccountMeta(owner, is_signer=False, is_writable=True),
        AccountMeta(owner, is_signer=True, is_writable=False),
    ]
    return Instruction(TOKEN_PROGRAM, bytes([CLOSE_ACCOUNT]), metas)


def approve(asset: Asset, source: Pubkey, delegate: Pubkey, owner: Pubkey) -> Instruction:
    """Let somebody else take all that an account will ever hold."""
    metas = [
        AccountMeta(source, is_signer=False, is_writable=True),
        AccountMeta(delegate, is_signer=False, is_writable=False),
        AccountMeta(owner, is_signer=True, is_writable=False),
    ]
    return Instruction(asset.program, struct.pack("<BQ", APPROVE, 2**64 - 1), metas)
