"""Writes the instructions of a swap, honest or tampered with, and compiles its message."""

from collections.abc import Sequence
from dataclasses import dataclass

from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.instruction import Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer

from bot.sandbox.jupiter_api.faults import Tampering
from bot.sandbox.jupiter_api.maker import Maker
from bot.sandbox.jupiter_api.swap_plan import SwapPlan
from bot.sandbox.jupiter_api.token_instructions import (
    approve,
    close_account,
    create_account,
    sync_native,
    token_account_of,
    transfer_checked,
)
from bot.sandbox.market.layouts.addresses import WSOL
from bot.sandbox.market.pools.pool import Asset
from bot.sandbox.solana_rpc.chain import Chain

UNIT_LIMIT = 160_000
MICRO = 1_000_000
STOLEN_LAMPORTS = 1_000_000
MEMO_PROGRAM = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
BULK_BYTES = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What is paid for the place in the block, in lamports."""

    priority_lamports: int
    tip_lamports: int

    @property
    def unit_price(self) -> int:
        """Micro-lamports for a compute unit, such that the whole limit costs the fee."""
        return self.priority_lamports * MICRO // UNIT_LIMIT

    @property
    def charged_lamports(self) -> int:
        """What the chain charges for that price, rounded up."""
        return -(-UNIT_LIMIT * self.unit_price // MICRO)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapInstructions:
    """The parts of a swap as `/build` hands them out; an order has them one after the other."""

    budget: Sequence[Instruction]
    setup: Sequence[Instruction]
    swap: Sequence[Instruction]
    cleanup: Sequence[Instruction]
    tip: Sequence[Instruction]

    def all(self) -> list[Instruction]:
        """Give every instruction in its order."""
        return [*self.budget, *self.setup, *self.swap, *self.cleanup, *self.tip]


def swap_instructions(
    plan: SwapPlan, maker: Maker, fees: Fees, source: Pubkey | None = None
) -> SwapInstructions:
    """Write an honest swap.

    The maker's own signature moves what it gives, unless it lies in an escrow (`source`) that the
    taker may move.
    """
    taker, given, wanted = plan.taker, plan.given, plan.wanted
    setup = [create_account(taker, taker, wanted)]
    if given.mint == WSOL:
        purse = token_account_of(taker, given)
        params = TransferParams(from_pubkey=taker, to_pubkey=purse, lamports=plan.amount_in)
        setup = [create_account(taker, taker, given), transfer(params), sync_native(purse), *setup]
    own, to = token_account_of(taker, given), token_account_of(taker, wanted)
    stock = source or token_account_of(maker.address, wanted)
    giver = maker.address if source is None else taker
    swap = [
        _pay(given, own, maker.address, taker, plan.amount_in - plan.fee_in),
        *_fee(given, own, maker, taker, plan.fee_in),
        transfer_checked(wanted, stock, to, giver, plan.maker_gives),
        *_fee(wanted, stock, maker, giver, plan.fee_out),
    ]
    wrapped = next((asset for asset in (given, wanted) if asset.mint == WSOL), None)
    cleanup = [] if wrapped is None else [close_account(token_account_of(taker, wrapped), taker)]
    tip = TransferParams(from_pubkey=taker, to_pubkey=maker.tips, lamports=fees.tip_lamports)
    return SwapInstructions(
        budget=[set_compute_unit_limit(UNIT_LIMIT), set_compute_unit_price(fees.unit_price)],
        setup=setup,
        swap=swap,
        cleanup=cleanup,
        tip=[transfer(tip)] if fees.tip_lamports else [],
    )


def tampered(
    instructions: Sequence[Instruction], tampering: Tampering, plan: SwapPlan, maker: Maker
) -> list[Instruction]:
    """Spoil a swap in one way; the fee payer is the message's, not the instructions'."""
    taker, spoilt = plan.taker, list(instructions)
    gives = next(
        place
        for place, each in enumerate(spoilt)
        if each.program_id == plan.wanted.program and each.accounts[-1].pubkey == maker.address
    )
    match tampering:
        case Tampering.EXTRA_INSTRUCTION:
            theft = TransferParams(
                from_pubkey=taker, to_pubkey=maker.stranger, lamports=STOLEN_LAMPORTS
            )
            spoilt.append(transfer(theft))
        case Tampering.APPROVAL:
            account = token_account_of(taker, plan.wanted)
            if plan.wanted.mint != WSOL:
                spoilt.append(approve(plan.wanted, account, maker.stranger, taker))
            else:
                account = token_account_of(taker, plan.given)
                spoilt.append(approve(plan.given, account, maker.stranger, taker))
        case Tampering.OTHER_DESTINATION:
            theirs = token_account_of(maker.stranger, plan.wanted)
            stock = token_account_of(maker.address, plan.wanted)
            spoilt[gives] = transfer_checked(
                plan.wanted, stock, theirs, maker.address, plan.maker_gives
            )
        case Tampering.LESS_OUT:
            stock, to = (token_account_of(who, plan.wanted) for who in (maker.address, taker))
            half = plan.maker_gives // 2
            spoilt[gives] = transfer_checked(plan.wanted, stock, to, maker.address, half)
        case Tampering.NONE | Tampering.OTHER_FEE_PAYER | Tampering.BIGGER_FEE:
            pass
    return spoilt


def bulk() -> Instruction:
    """Give a memo that leaves no room for anything else."""
    return Instruction(MEMO_PROGRAM, b"." * BULK_BYTES, [])


def compiled(
    chain: Chain, payer: Pubkey, instructions: Sequence[Instruction], tables: Sequence[Pubkey]
) -> tuple[MessageV0, int]:
    """Compile a message on a confirmed blockhash; gives the last block height it is good for."""
    slot = chain.slot - chain.depth_slots["confirmed"]
    blockhash = chain.blockhash(slot)
    last_slot = chain.last_valid_slot(blockhash)
    assert last_slot is not None, "just given out"  # noqa: S101
    message = MessageV0.try_compile(
        payer, list(instructions), [_table(chain, key) for key in tables], blockhash
    )
    return message, chain.clock.block_height(last_slot)


def _table(chain: Chain, key: Pubkey) -> AddressLookupTableAccount:
    account = chain.account(key)
    assert account is not None, "placed before"  # noqa: S101
    data = account.data[56:]
    keys = [Pubkey.from_bytes(data[at : at + 32]) for at in range(0, len(data), 32)]
    return AddressLookupTableAccount(key, keys)


def _pay(asset: Asset, source: Pubkey, owner: Pubkey, payer: Pubkey, amount: int) -> Instruction:
    return transfer_checked(asset, source, token_account_of(owner, asset), payer, amount)


def _fee(
    asset: Asset, source: Pubkey, maker: Maker, payer: Pubkey, amount: int
) -> list[Instruction]:
    return [_pay(asset, source, maker.fee_owner, payer, amount)] if amount else []
