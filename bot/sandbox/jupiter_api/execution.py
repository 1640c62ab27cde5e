"""`POST /swap/v2/execute`: takes a signed order, has it land, and tells what became of it."""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from solders.message import to_bytes_versioned
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from bot.sandbox.jupiter_api.faults import ExecuteAnswer
from bot.sandbox.jupiter_api.orders import signatures_by_venue
from bot.sandbox.jupiter_api.venue import GivenOrder, SwapVenue
from bot.sandbox.solana_rpc.transactions import TransactionRecord

LOOK_AGAIN_SECONDS = 0.01
MS_PER_SECOND = 1_000
ORDER_UNKNOWN, INVALID_TRANSACTION, ALTERED, NO_ID, NO_TRANSACTION = -1, -2, -3, -4, -5
NOT_LANDED, NOT_FULLY_SIGNED, BAD_HEIGHT, EXPIRED, TIMED_OUT = -1000, -1003, -1004, -1005, -1006
SLIPPAGE, OUT_OF_TOKENS, UNKNOWN = 6001, 1, -1001
WORDS = {
    ORDER_UNKNOWN: "Order not found, it might have expired",
    INVALID_TRANSACTION: "Invalid signed transaction",
    ALTERED: "Invalid message: the order's transaction was altered",
    NO_ID: "Missing request id",
    NO_TRANSACTION: "Missing signed transaction",
    NOT_LANDED: "Failed to land",
    NOT_FULLY_SIGNED: "Transaction is not fully signed",
    BAD_HEIGHT: "Invalid block height",
    EXPIRED: "Transaction expired",
    TIMED_OUT: "Timed out",
    SLIPPAGE: "Slippage tolerance exceeded",
}
LIES = {ExecuteAnswer.TIMED_OUT: TIMED_OUT, ExecuteAnswer.NOT_LANDED: NOT_LANDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Handed:
    order: GivenOrder
    transaction: VersionedTransaction

    @property
    def signature(self) -> str:
        return str(self.transaction.signatures[0])


async def answer_execute(venue: SwapVenue, body: object) -> dict[str, object]:
    """Land a signed order, and answer once it is confirmed, dead, or `wait_ms` are over."""
    handed = _read(venue, body)
    if isinstance(handed, int):
        return _failed(handed, "")
    if not venue.faults.swallow:
        venue.chain.landing.accept(handed.transaction)
    if venue.faults.execute_answer in LIES:
        return _failed(LIES[venue.faults.execute_answer], handed.signature)
    if venue.faults.execute_answer is ExecuteAnswer.SUCCESS:
        return _succeeded(handed, venue.chain.slot)
    return await _seen_through(venue, handed)


async def _seen_through(venue: SwapVenue, handed: _Handed) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + venue.faults.wait_ms / MS_PER_SECOND
    while True:
        record = _confirmed(venue, handed.signature)
        if record is not None and record.error is None:
            return _succeeded(handed, record.slot)
        if record is not None:
            return _failed(_program_code(record), handed.signature) | {"slot": str(record.slot)}
        height = venue.chain.clock.block_height(venue.chain.slot)
        if height > handed.order.last_valid_block_height + 1:
            return _failed(EXPIRED, handed.signature)
        if loop.time() >= ends_at:
            return _failed(TIMED_OUT, handed.signature)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _read(venue: SwapVenue, body: object) -> _Handed | int:
    """Give what was handed in, signed by the maker too, or the code of what is wrong with it."""
    if not isinstance(body, Mapping) or not isinstance(body.get("requestId"), str):
        return NO_ID
    text, told = body.get("signedTransaction"), body.get("lastValidBlockHeight")
    if not isinstance(text, str) or not text:
        return NO_TRANSACTION
    order = venue.orders.get(body["requestId"])
    if order is None:
        return ORDER_UNKNOWN
    if told is not None and str(told) != str(order.last_valid_block_height):
        return BAD_HEIGHT
    return _opened(venue, order, text)


def _opened(venue: SwapVenue, order: GivenOrder, text: str) -> _Handed | int:
    try:
        given = VersionedTransaction.from_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return INVALID_TRANSACTION
    if to_bytes_versioned(given.message) != to_bytes_versioned(order.message):
        return ALTERED
    return _signed(venue, order, given)


def _signed(venue: SwapVenue, order: GivenOrder, given: VersionedTransaction) -> _Handed | int:
    message = order.message
    signers = message.account_keys[: message.header.num_required_signatures]
    own = signatures_by_venue(venue, order)
    pairs = zip(signers, given.signatures, strict=True)
    signatures = [own.get(signer, signature) for signer, signature in pairs]
    if Signature.default() in signatures:
        return NOT_FULLY_SIGNED
    whole = VersionedTransaction.populate(message, signatures)
    if not all(whole.verify_with_results()):
        return INVALID_TRANSACTION
    return _Handed(order=order, transaction=whole)


def _confirmed(venue: SwapVenue, signature: str) -> TransactionRecord | None:
    chain = venue.chain
    chain.landing.land_due()
    record = chain.transactions.get(signature)
    depth = chain.depth_slots["confirmed"]
    return record if record is not None and chain.slot - record.slot >= depth else None


def _program_code(record: TransactionRecord) -> int:
    """Give the program's error; an exhausted maker's (1) is the API's for slippage."""
    error = record.error.get("InstructionError") if isinstance(record.error, Mapping) else None
    cause = error[1] if isinstance(error, list) else None
    code = cause.get("Custom", UNKNOWN) if isinstance(cause, Mapping) else UNKNOWN
    return SLIPPAGE if code == OUT_OF_TOKENS else code


def _succeeded(handed: _Handed, slot: int) -> dict[str, object]:
    plan = handed.order.plan
    taken, given = str(plan.amount_in), str(plan.amount_out)
    return {
        "status": "Success",
        "code": 0,
        "signature": handed.signature,
        "slot": str(slot),
        "totalInputAmount": taken,
        "totalOutputAmount": given,
        "inputAmountResult": taken,
        "outputAmountResult": given,
        "swapEvents": [
            {
                "inputMint": str(plan.given.mint),
                "inputAmount": taken,
                "outputMint": str(plan.wanted.mint),
                "outputAmount": given,
            }
        ],
    }


def _failed(code: int, signature: str) -> dict[str, object]:
    return {
        "status": "Failed",
        "code": code,
        "error": WORDS.get(code, "Unknown error"),
        "signature": signature,
        "slot": "0",
    }
