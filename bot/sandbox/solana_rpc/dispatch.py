"""Turns a JSON-RPC body into an answer, single or batch."""

from collections.abc import Callable, Mapping

import orjson

from bot.sandbox.solana_rpc import (
    account_methods,
    history_methods,
    holder_methods,
    node_methods,
    transaction_methods,
)
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.errors import RpcCode, RpcError
from bot.sandbox.solana_rpc.parameters import Call

METHODS: Mapping[str, Callable[[Call], object]] = {
    "getAccountInfo": account_methods.get_account_info,
    "getBalance": account_methods.get_balance,
    "getBlockHeight": node_methods.get_block_height,
    "getBlockTime": node_methods.get_block_time,
    "getEpochInfo": node_methods.get_epoch_info,
    "getGenesisHash": node_methods.get_genesis_hash,
    "getHealth": node_methods.get_health,
    "getLatestBlockhash": node_methods.get_latest_blockhash,
    "getMinimumBalanceForRentExemption": account_methods.get_minimum_balance_for_rent_exemption,
    "getMultipleAccounts": account_methods.get_multiple_accounts,
    "getRecentPrioritizationFees": node_methods.get_recent_prioritization_fees,
    "getSignaturesForAddress": history_methods.get_signatures_for_address,
    "getSignatureStatuses": transaction_methods.get_signature_statuses,
    "getSlot": node_methods.get_slot,
    "getTokenAccountBalance": account_methods.get_token_account_balance,
    "getTokenAccountsByOwner": account_methods.get_token_accounts_by_owner,
    "getTokenLargestAccounts": holder_methods.get_token_largest_accounts,
    "getTokenSupply": account_methods.get_token_supply,
    "getTransaction": transaction_methods.get_transaction,
    "getVersion": node_methods.get_version,
    "isBlockhashValid": node_methods.is_blockhash_valid,
    "requestAirdrop": transaction_methods.request_airdrop,
    "sendTransaction": transaction_methods.send_transaction,
    "simulateTransaction": transaction_methods.simulate_transaction,
}


def answer(endpoint: Endpoint, body: bytes) -> bytes:
    """Answer a request body; every refusal is an answer too, never an exception."""
    endpoint.chain.landing.land_due()
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError:
        return orjson.dumps(_failure(None, RpcError(RpcCode.PARSE_ERROR, "Parse error")))
    if isinstance(request, list) and request:
        return orjson.dumps([_answer_one(endpoint, each) for each in request])
    return orjson.dumps(_answer_one(endpoint, request))


def _answer_one(endpoint: Endpoint, request: object) -> Mapping[str, object]:
    identity = request.get("id") if isinstance(request, dict) else None
    try:
        result = _call(endpoint, request)
    except RpcError as error:
        return _failure(identity, error)
    return {"jsonrpc": "2.0", "result": result, "id": identity}


def _call(endpoint: Endpoint, request: object) -> object:
    if not isinstance(request, dict) or request.get("jsonrpc") != "2.0":
        raise RpcError(RpcCode.INVALID_REQUEST, "Invalid request")
    name, parameters = request.get("method"), request.get("params") or []
    if not isinstance(name, str):
        raise RpcError(RpcCode.INVALID_REQUEST, "Invalid request")
    method = METHODS.get(name)
    if method is None:
        raise RpcError(RpcCode.METHOD_NOT_FOUND, "Method not found")
    if not isinstance(parameters, list):
        raise RpcError(RpcCode.INVALID_PARAMS, "`params` should be an array")
    return method(Call(endpoint=endpoint, positional=parameters))


def _failure(identity: object, error: RpcError) -> Mapping[str, object]:
    return {"jsonrpc": "2.0", "error": error.as_json(), "id": identity}
