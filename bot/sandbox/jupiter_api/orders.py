"""`GET /swap/v2/order`: a quote, and for a taker the transaction that carries it out."""

import base64
from datetime import UTC, datetime, timedelta

from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from bot.sandbox.jupiter_api.faults import Tampering
from bot.sandbox.jupiter_api.figures import quote_figures
from bot.sandbox.jupiter_api.queries import SwapQuery
from bot.sandbox.jupiter_api.swap_messages import Fees, bulk, compiled, swap_instructions, tampered
from bot.sandbox.jupiter_api.swap_plan import SwapPlan
from bot.sandbox.jupiter_api.token_instructions import token_account_of
from bot.sandbox.jupiter_api.venue import GivenOrder, SwapVenue
from bot.sandbox.market.layouts.addresses import ATA_PROGRAM, SYSTEM_PROGRAM, WSOL

USUAL_PRIORITY_LAMPORTS = 20_000
SIGNATURE_LAMPORTS = 5_000
INSUFFICIENT, NO_GAS = 1, 2
ERRORS = {1: "Insufficient funds", 2: "Top up SOL for gas", 3: "Minimum swap amount for gasless"}
QUOTE_LIVES = timedelta(seconds=30)
TAMPER_FACTOR = 1_000


def answer_order(venue: SwapVenue, query: SwapQuery) -> dict[str, object]:
    """Answer a request; raises `NoRoute`."""
    plan = venue.plan(query)
    # A maker that signs later stands for the router that works so.
    is_rfq = venue.faults.rfq and "jupiterz" not in query.excluded_routers
    answer = {
        "mode": "manual" if query.is_manual else "ultra",
        **quote_figures(venue, plan),
        "router": "jupiterz" if is_rfq else "metis",
        "swapType": "rfq" if is_rfq else "aggregator",
        "requestId": venue.new_request_id(),
        "gasless": False,
        "totalTime": 12,
        "transaction": None,
        "taker": None if query.taker is None else str(query.taker),
        "signatureFeeLamports": 0,
        "prioritizationFeeLamports": 0,
        "rentFeeLamports": 0,
    }
    if query.taker is None:
        return answer
    return answer | _transaction(venue, query, plan, str(answer["requestId"]), is_rfq=is_rfq)


def _transaction(
    venue: SwapVenue, query: SwapQuery, plan: SwapPlan, request_id: str, *, is_rfq: bool
) -> dict[str, object]:
    sizes = [venue.maker.stock(asset) for asset in (plan.given, plan.wanted)]
    fees = fees_of(query)
    rent = _rent_of_new_account(venue, plan, sizes[1])
    costs = {
        "signatureFeeLamports": 2 * SIGNATURE_LAMPORTS,
        "signatureFeePayer": str(plan.taker),
        "prioritizationFeeLamports": fees.charged_lamports + fees.tip_lamports,
        "prioritizationFeePayer": str(plan.taker),
        "rentFeeLamports": rent,
        "rentFeePayer": str(plan.taker),
    }
    total = 2 * SIGNATURE_LAMPORTS + fees.charged_lamports + fees.tip_lamports + rent
    code = venue.faults.unbuildable or _what_lacks(venue, plan, total)
    if code:
        message = ERRORS.get(code, "Transaction could not be built")
        return costs | {"transaction": "", "errorCode": code, "errorMessage": message}
    order = _given(venue, plan, fees, request_id, is_rfq=is_rfq)
    venue.orders[request_id] = order
    return costs | {
        "transaction": base64.b64encode(bytes(_unsigned(venue, order))).decode(),
        "lastValidBlockHeight": str(order.last_valid_block_height),
        **(_maker_told(venue) if is_rfq else {}),
    }


def _given(
    venue: SwapVenue, plan: SwapPlan, fees: Fees, request_id: str, *, is_rfq: bool
) -> GivenOrder:
    maker, tampering = venue.maker, venue.faults.tamper
    if tampering is Tampering.BIGGER_FEE:
        dear = fees.priority_lamports * TAMPER_FACTOR
        fees = Fees(priority_lamports=dear, tip_lamports=fees.tip_lamports)
    honest = swap_instructions(plan, maker, fees).all()
    honest += [bulk()] if venue.faults.bulky else []
    is_other = tampering is Tampering.OTHER_FEE_PAYER
    message, last_height = compiled(
        venue.chain,
        maker.sponsor.pubkey() if is_other else plan.taker,
        tampered(honest, tampering, plan, maker),
        [_table(venue, plan)] if venue.faults.lookup_table else [],
    )
    return GivenOrder(
        request_id=request_id,
        plan=plan,
        message=message,
        last_valid_block_height=last_height,
        is_rfq=is_rfq,
    )


def signatures_by_venue(venue: SwapVenue, order: GivenOrder) -> dict[Pubkey, Signature]:
    """Give the signatures that are not the taker's."""
    signed = to_bytes_versioned(order.message)
    keys = (venue.maker.keypair, venue.maker.sponsor)
    return {key.pubkey(): key.sign_message(signed) for key in keys}


def _unsigned(venue: SwapVenue, order: GivenOrder) -> VersionedTransaction:
    """Give the transaction with every signature that the venue gives beforehand."""
    known = {} if order.is_rfq else signatures_by_venue(venue, order)
    needed = order.message.header.num_required_signatures
    signers = order.message.account_keys[:needed]
    nobody = Signature.default()
    return VersionedTransaction.populate(
        order.message, [known.get(signer, nobody) for signer in signers]
    )


def fees_of(query: SwapQuery) -> Fees:
    """Give the fees that a request leads to."""
    asked, usual = query.priority_lamports, USUAL_PRIORITY_LAMPORTS
    most = usual if asked is None else asked
    priority = most if query.is_exact_fee else min(most, usual)
    return Fees(priority_lamports=priority, tip_lamports=query.tip_lamports)


def _what_lacks(venue: SwapVenue, plan: SwapPlan, costs_lamports: int) -> int:
    account = venue.chain.account(plan.taker)
    lamports = account.lamports if account else 0
    if plan.given.mint == WSOL:
        if lamports < plan.amount_in:
            return INSUFFICIENT
        return NO_GAS if lamports < plan.amount_in + costs_lamports else 0
    held = venue.chain.account(token_account_of(plan.taker, plan.given))
    if held is None or int.from_bytes(held.data[64:72], "little") < plan.amount_in:
        return INSUFFICIENT
    return NO_GAS if lamports < costs_lamports else 0


def _rent_of_new_account(venue: SwapVenue, plan: SwapPlan, size_bytes: int) -> int:
    if plan.wanted.mint == WSOL or venue.chain.account(token_account_of(plan.taker, plan.wanted)):
        return 0
    return venue.chain.rent_minimum_lamports(size_bytes)


def _table(venue: SwapVenue, plan: SwapPlan) -> Pubkey:
    # What the chain checks by itself; whoever gets money is named in the message.
    return venue.maker.table([plan.given.mint, plan.wanted.mint, ATA_PROGRAM, SYSTEM_PROGRAM])


def _maker_told(venue: SwapVenue) -> dict[str, object]:
    ends = datetime.now(UTC) + QUOTE_LIVES  # noqa: TID251 - the sandbox has the machine's time
    return {
        "quoteId": venue.new_request_id(),
        "maker": str(venue.maker.address),
        "expireAt": str(int(ends.timestamp())),
    }
