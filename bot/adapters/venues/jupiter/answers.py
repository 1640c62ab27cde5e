"""Reads Jupiter's orders into quotes and offers, and its noes into refusals."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from bot.adapters.venues.jupiter.client import Lost, Reply
from bot.adapters.venues.jupiter.reading import (
    Garbled,
    address,
    decimal,
    lamports,
    moment,
    units,
    whole,
    words,
)
from bot.adapters.venues.jupiter.settings import NAME
from bot.domain.errors import KitraderError, Refusal, Unavailable
from bot.ports.swap_venue import RouteLeg, SwapOffer, SwapQuote, SwapRequest

PACKET_BYTES = 1_232
"""What fits into one packet of the network: a longer transaction cannot be sent."""
_OK, _BAD_REQUEST = 200, 400
_REFUSED_KEY = {401: "its key is refused", 403: "its key may not do this"}
_BPS = 10_000
_PERCENT = 100
_MOST_LEGS = 32
_NO_ROUTE = (
    "Failed to get quotes",
    "NO_ROUTES_FOUND",
    "COULD_NOT_FIND_ANY_ROUTE",
    "TOKEN_NOT_TRADABLE",
)
_LACKS_FUNDS, _LACKS_GAS = 1, 2
_MAKERS_ROUTER = "jupiterz"


def body_of(reply: Reply | Lost) -> Mapping[str, object]:
    """Give the body of a good answer; raises `Unavailable` or `Refusal` for any other."""
    if isinstance(reply, Lost):
        raise Unavailable(NAME, reply.why)
    if reply.status == _OK:
        return reply.body
    if reply.status in _REFUSED_KEY:
        raise Unavailable(NAME, _REFUSED_KEY[reply.status])
    said = words(reply.body.get("error")) or words(reply.body.get("errorCode"))
    if reply.status != _BAD_REQUEST or not said:
        raise Unavailable(NAME, f"HTTP {reply.status}")
    if any(mark in said or mark == reply.body.get("errorCode") for mark in _NO_ROUTE):
        raise Refusal("no_route")
    raise Refusal("venue_refused", reason=said)


def read_quote(
    found: Mapping[str, object], request: SwapRequest, *, asked_at: datetime, now: datetime
) -> SwapQuote:
    """Read the figures of an order or a build; raises `Garbled` where they are not what was asked.

    Source: Jupiter's docs repository at 1dda348 (21 August 2026), Swap v2 `/order`.
    """
    mint_in, mint_out = address(found, "inputMint"), address(found, "outputMint")
    amount_in, out_amount = units(found, "inAmount"), units(found, "outAmount")
    min_out = units(found, "otherAmountThreshold")
    if (mint_in, mint_out, amount_in) != (request.mint_in, request.mint_out, request.amount_in):
        raise Garbled("a quote for something else")
    least = out_amount * (_BPS - request.slippage_bps) // _BPS
    # One unit for a rounding that the docs do not tell.
    if not 0 < min_out <= out_amount or min_out + 1 < least:
        raise Garbled("more slippage than was asked for")
    return SwapQuote(
        mint_in=mint_in,
        mint_out=mint_out,
        amount_in=amount_in,
        out_amount=out_amount,
        min_out=min_out,
        slippage_bps=request.slippage_bps,
        price_impact=_impact(found),
        router=words(found.get("router")),
        route=_route(found.get("routePlan")),
        fee_bps=lamports(found, "feeBps"),
        fee_mint=address(found, "feeMint") if found.get("feeMint") else mint_out,
        quoted_at=asked_at,
        received_at=now,
    )


def read_offer(found: Mapping[str, object], request: SwapRequest, quote: SwapQuote) -> SwapOffer:
    """Read the transaction of an order; raises `Garbled`, or `Refusal` where there can be none."""
    text = found.get("transaction")
    if not isinstance(text, str) or not text:
        raise _why_unbuilt(found)
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Garbled("a transaction that is not base64") from error
    request_id = found.get("requestId")
    if not isinstance(request_id, str) or not request_id:
        raise Garbled("no request id")
    return offer_of(
        quote,
        raw,
        taker=request.taker,
        request_id=request_id,
        last_valid_block_height=units(found, "lastValidBlockHeight"),
        signature_fee_lamports=lamports(found, "signatureFeeLamports"),
        priority_fee_lamports=lamports(found, "prioritizationFeeLamports"),
        rent_lamports=lamports(found, "rentFeeLamports"),
        expires_at=moment(found, "expireAt"),
    )


def offer_of(
    quote: SwapQuote,
    raw: bytes,
    *,
    taker: str,
    request_id: str | None,
    last_valid_block_height: int,
    signature_fee_lamports: int,
    priority_fee_lamports: int,
    rent_lamports: int,
    expires_at: datetime | None,
) -> SwapOffer:
    """Put a quote and its transaction together; raises `Garbled`, or `Refusal` by its size."""
    if len(raw) > PACKET_BYTES:
        raise Refusal("swap_too_large")
    try:
        transaction = VersionedTransaction.from_bytes(raw)
        place = _signers(transaction).index(Pubkey.from_string(taker))
    except ValueError as error:
        raise Garbled("not a transaction for the taker to sign") from error
    nobody = Signature.default()
    missing = [at for at, signed in enumerate(transaction.signatures) if signed == nobody]
    tables = getattr(transaction.message, "address_table_lookups", [])
    return SwapOffer(
        **{name: getattr(quote, name) for name in SwapQuote.__dataclass_fields__},
        request_id=request_id,
        transaction=raw,
        last_valid_block_height=last_valid_block_height,
        signature_fee_lamports=signature_fee_lamports,
        priority_fee_lamports=priority_fee_lamports,
        rent_lamports=rent_lamports,
        expires_at=expires_at,
        is_ours_to_send=missing == [place] == [0],
        lookup_tables=tuple(str(lookup.account_key) for lookup in tables),
    )


def _signers(transaction: VersionedTransaction) -> list[Pubkey]:
    message = transaction.message
    return list(message.account_keys[: message.header.num_required_signatures])


def _why_unbuilt(found: Mapping[str, object]) -> KitraderError:
    code = whole(found, "errorCode")
    if code == _LACKS_FUNDS:
        return Refusal("not_enough_for_swap")
    if code == _LACKS_GAS and found.get("router") != _MAKERS_ROUTER:
        return Refusal("not_enough_for_fees")
    said = words(found.get("errorMessage")) or words(found.get("error"))
    if code is not None or said:
        return Refusal("venue_refused", reason=said or f"error {code}")
    return Unavailable(NAME, "an order without a transaction")


def _impact(found: Mapping[str, object]) -> Decimal:
    """Give the impact as a fraction above zero: told in percent points below it, or as a ratio."""
    percent, ratio = decimal(found, "priceImpact"), decimal(found, "priceImpactPct")
    if percent is None and ratio is None:
        raise Garbled("no price impact")
    fraction = percent / _PERCENT if percent is not None else ratio
    assert fraction is not None, "one of the two is there"  # noqa: S101
    return -fraction if fraction else Decimal(0)


def _route(found: object) -> tuple[RouteLeg, ...]:
    if not isinstance(found, list):
        return ()
    legs = (each.get("swapInfo") for each in found[:_MOST_LEGS] if isinstance(each, dict))
    return tuple(
        RouteLeg(label=words(leg.get("label")), pool=words(leg.get("ammKey")))
        for leg in legs
        if isinstance(leg, dict)
    )
