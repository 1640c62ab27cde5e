"""A stand-in for Jito's block engine: lands what tips enough and would succeed, or nothing."""

import base64
import binascii
import time
from collections.abc import Mapping

import orjson
from aiohttp import web
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata

from bot.sandbox.jupiter_api.venue import SwapVenue
from bot.sandbox.market.layouts.addresses import SYSTEM_PROGRAM

LEAST_TIP_LAMPORTS = 1_000
TRANSFER = (2).to_bytes(4, "little")
SECOND_NS = 10**9
INVALID_PARAMS, TOO_OFTEN = -32602, -32097


def make_block_engine_application(venue: SwapVenue) -> web.Application:
    """Make the application: `POST /api/v1/transactions` and `/api/v1/getTipAccounts`.

    One transaction a second, as there. Each is answered with its signature, whatever becomes of
    it: one without a tip, or that would fail, is in no block and costs nothing.
    """
    last_ns = -SECOND_NS

    async def take(request: web.Request) -> web.Response:
        nonlocal last_ns
        now = time.monotonic_ns()
        if now - last_ns < SECOND_NS:
            return _error(TOO_OFTEN, "Rate limit exceeded", status=429)
        last_ns = now
        transaction = _transaction(await request.read())
        if transaction is None:
            return _error(INVALID_PARAMS, "invalid transaction")
        if _tip_lamports(transaction, venue.maker.tips) >= LEAST_TIP_LAMPORTS:
            _land(venue, transaction)
        return _result(str(transaction.signatures[0]))

    async def tips(_: web.Request) -> web.Response:
        return _result([str(venue.maker.tips)])

    application = web.Application()
    application.router.add_post("/api/v1/transactions", take)
    application.router.add_post("/api/v1/getTipAccounts", tips)
    return application


def _land(venue: SwapVenue, transaction: VersionedTransaction) -> None:
    if not all(transaction.verify_with_results()):
        return
    if not isinstance(venue.chain.simulate(transaction), FailedTransactionMetadata):
        venue.chain.landing.accept(transaction)


def _transaction(body: bytes) -> VersionedTransaction | None:
    try:
        asked = orjson.loads(body)
        text = asked["params"][0] if isinstance(asked, Mapping) else ""
        return VersionedTransaction.from_bytes(base64.b64decode(text, validate=True))
    except (KeyError, IndexError, TypeError, ValueError, binascii.Error):
        return None


def _tip_lamports(transaction: VersionedTransaction, tips: Pubkey) -> int:
    message = transaction.message
    assert isinstance(message, MessageV0)  # noqa: S101 - the sandbox hands out no others
    keys = message.account_keys
    return sum(
        int.from_bytes(instruction.data[4:12], "little")
        for instruction in message.instructions
        if keys[instruction.program_id_index] == SYSTEM_PROGRAM
        and bytes(instruction.data[:4]) == TRANSFER
        and keys[bytes(instruction.accounts)[1]] == tips
    )


def _result(value: object) -> web.Response:
    return _json({"jsonrpc": "2.0", "result": value, "id": 1})


def _error(code: int, message: str, status: int = 200) -> web.Response:
    error = {"code": code, "message": message}
    return _json({"jsonrpc": "2.0", "error": error, "id": 1}, status=status)


def _json(value: object, status: int = 200) -> web.Response:
    body = orjson.dumps(value)
    return web.Response(status=status, body=body, content_type="application/json")
