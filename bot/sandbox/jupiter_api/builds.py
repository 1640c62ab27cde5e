"""`GET /swap/v2/build`: the instructions of a swap, for a taker who sends it himself."""

import base64

from solders.instruction import Instruction

from bot.sandbox.jupiter_api.faults import Tampering
from bot.sandbox.jupiter_api.figures import quote_figures
from bot.sandbox.jupiter_api.orders import fees_of
from bot.sandbox.jupiter_api.queries import BadQuery, SwapQuery
from bot.sandbox.jupiter_api.swap_messages import STOLEN_LAMPORTS, bulk, swap_instructions
from bot.sandbox.jupiter_api.venue import SwapVenue
from bot.sandbox.market.layouts.addresses import SYSTEM_PROGRAM

FEW_ACCOUNTS = 28


def answer_build(venue: SwapVenue, query: SwapQuery) -> dict[str, object]:
    """Answer a request; raises `NoRoute`, or `BadQuery` without a taker.

    What the maker gives waits in an account of its own that the taker may move: a real route
    through a pool needs no maker's signature either. There is no platform fee.
    """
    if query.taker is None:
        raise BadQuery("taker is required")
    plan, chain = venue.plan(query, fee_bps=0), venue.chain
    for asset in (plan.given, plan.wanted):
        venue.maker.stock(asset)
    source = venue.maker.escrow(plan.wanted, plan.taker, plan.maker_gives)
    parts = swap_instructions(plan, venue.maker, fees_of(query), source)
    slot = chain.slot - chain.depth_slots["confirmed"]
    blockhash = chain.blockhash(slot)
    last_slot = chain.last_valid_slot(blockhash)
    assert last_slot is not None, "just given out"  # noqa: S101
    others = [_theft(venue, query)] if venue.faults.tamper is Tampering.EXTRA_INSTRUCTION else []
    if venue.faults.bulky and query.most_accounts > FEW_ACCOUNTS:
        others.append(_written(bulk()))
    return {
        **quote_figures(venue, plan),
        # The price alone: how many units a swap may use is the sender's to find out.
        "computeBudgetInstructions": [_written(parts.budget[1])],
        "setupInstructions": [_written(each) for each in (*parts.setup, parts.swap[0])],
        "swapInstruction": _written(parts.swap[1]),
        "otherInstructions": others,
        "cleanupInstruction": _written(parts.cleanup[0]) if parts.cleanup else None,
        "tipInstruction": _written(parts.tip[0]) if parts.tip else None,
        "addressesByLookupTableAddress": {},
        "blockhashWithMetadata": {
            "blockhash": list(bytes(blockhash)),
            "lastValidBlockHeight": chain.clock.block_height(last_slot),
            "fetchedAt": chain.clock.unix_time_s(slot),
        },
    }


def _theft(venue: SwapVenue, query: SwapQuery) -> dict[str, object]:
    return {
        "programId": str(SYSTEM_PROGRAM),
        "accounts": [
            {"pubkey": str(query.taker), "isSigner": True, "isWritable": True},
            {"pubkey": str(venue.maker.stranger), "isSigner": False, "isWritable": True},
        ],
        "data": base64.b64encode(
            (2).to_bytes(4, "little") + STOLEN_LAMPORTS.to_bytes(8, "little")
        ).decode(),
    }


def _written(instruction: Instruction) -> dict[str, object]:
    return {
        "programId": str(instruction.program_id),
        "accounts": [
            {
                "pubkey": str(meta.pubkey),
                "isSigner": meta.is_signer,
                "isWritable": meta.is_writable,
            }
            for meta in instruction.accounts
        ],
        "data": base64.b64encode(instruction.data).decode(),
    }
