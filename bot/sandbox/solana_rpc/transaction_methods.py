"""The methods that try, send and look up transactions."""

import base64
from collections.abc import Mapping

from solders.message import MessageV0
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata

from bot.sandbox.solana_rpc import base58
from bot.sandbox.solana_rpc.account_methods import ui_amount, with_context
from bot.sandbox.solana_rpc.blockhashes import VALID_BLOCKS
from bot.sandbox.solana_rpc.chain import Chain, Simulation
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.errors import RpcCode, RpcError, invalid_params
from bot.sandbox.solana_rpc.landing import Fork
from bot.sandbox.solana_rpc.parameters import Call, parse_signature, parse_transaction
from bot.sandbox.solana_rpc.transactions import (
    TokenBalance,
    TransactionRecord,
    error_as_json,
    version_of,
)

MAX_SIGNATURES = 256
MAX_CONFIRMATIONS = 31
RECENT_SLOTS = 300
"""Without its history a node knows about so many slots (`MAX_RECENT_BLOCKHASHES`)."""


def send_transaction(call: Call) -> object:
    """Run a signed transaction and answer its signature.

    Unless `skipPreflight`, a transaction that would fail is refused with -32002 and the
    simulation; with it, the failure lands and costs the fee, and one with an unknown blockhash
    or a wrong signature is silently lost, as on mainnet.
    """
    config = call.config(1)
    transaction = parse_transaction(call.text(0), config.get("encoding"))
    slot, chain = call.slot(config, "preflightCommitment"), call.endpoint.chain
    alive = chain.is_blockhash_valid(transaction.message.recent_blockhash, chain.slot)
    if not config.get("skipPreflight"):
        _require_signatures(transaction)
        lost = _why_lost(chain, transaction, slot)
        if lost is not None:
            raise _preflight_failure(_lost(lost))
        outcome = chain.simulate(transaction)
        if isinstance(outcome, FailedTransactionMetadata):
            raise _preflight_failure(_simulation_value(outcome))
    faults = call.endpoint.faults
    if alive and all(transaction.verify_with_results()) and not faults.send_drop:
        chain.landing.accept(transaction)
    if faults.send_error:
        raise RpcError(RpcCode.INTERNAL_ERROR, "Internal error")
    return str(transaction.signatures[0])


def simulate_transaction(call: Call) -> object:
    """Run a transaction without effect and answer its logs, units and error."""
    config = call.config(1)
    transaction = parse_transaction(call.text(0), config.get("encoding"))
    slot, chain = call.slot(config), call.endpoint.chain
    if config.get("sigVerify"):
        if config.get("replaceRecentBlockhash"):
            raise invalid_params("sigVerify may not be used with replaceRecentBlockhash")
        _require_signatures(transaction)
    replaced = config.get("replaceRecentBlockhash")
    lost = None if replaced else _why_lost(chain, transaction, chain.slot)
    if lost is not None:
        return with_context(slot, _lost(lost))
    value = _simulation_value(chain.simulate(transaction))
    if replaced:
        value["replacementBlockhash"] = {
            "blockhash": str(chain.blockhash(slot)),
            "lastValidBlockHeight": chain.clock.block_height(slot) + VALID_BLOCKS,
        }
    return with_context(slot, value)


def get_signature_statuses(call: Call) -> object:
    """Answer the state of up to 256 signatures, null for unknown ones."""
    signatures = call.items(0)
    if len(signatures) > MAX_SIGNATURES:
        raise invalid_params(f"Too many inputs provided; max {MAX_SIGNATURES}")
    texts = [str(parse_signature(signature)) for signature in signatures]
    _require_statuses(call)
    is_deep = call.config(1).get("searchTransactionHistory") is True
    tip = call.endpoint.tip
    statuses = [_status(call.endpoint, text, is_deep=is_deep) for text in texts]
    return with_context(tip, statuses)


def get_transaction(call: Call) -> object:
    """Answer a transaction that landed, null if it is unknown at the commitment."""
    signature = str(parse_signature(call.argument(0)))
    config = call.config(1)
    slot, chain = call.slot(config), call.endpoint.chain
    _require_statuses(call)
    record = None if call.endpoint.faults.statuses_blind else chain.transactions.get(signature)
    if record is None or record.transaction is None or record.slot > slot:
        return None
    version = version_of(record.transaction)
    if version != "legacy" and config.get("maxSupportedTransactionVersion") is None:
        raise RpcError(
            RpcCode.UNSUPPORTED_TRANSACTION_VERSION,
            f"Transaction version ({version}) is not supported by the requesting client. Please "
            "try the request again with the following configuration parameter: "
            f'"maxSupportedTransactionVersion": {version}',
        )
    return {
        "slot": record.slot,
        "blockTime": chain.clock.unix_time_s(record.slot),
        "transaction": _encoded(record.transaction, config.get("encoding")),
        "meta": _meta(chain, record),
        "version": version,
    }


def request_airdrop(call: Call) -> object:
    """Give lamports from the faucet and answer the signature."""
    address, lamports = call.address(0), call.whole_number(1)
    try:
        return call.endpoint.chain.airdrop(address, lamports).signature
    except ValueError as error:
        raise RpcError(RpcCode.INTERNAL_ERROR, f"Internal error: {error}") from error


def _require_signatures(transaction: VersionedTransaction) -> None:
    if not all(transaction.verify_with_results()):
        raise RpcError(
            RpcCode.SIGNATURE_VERIFICATION_FAILURE, "Transaction signature verification failure"
        )


def _why_lost(chain: Chain, transaction: VersionedTransaction, slot: int) -> str | None:
    """Tell why a transaction would not be run at all; None if it would."""
    if not chain.is_blockhash_valid(transaction.message.recent_blockhash, slot):
        return "BlockhashNotFound"
    return "AlreadyProcessed" if str(transaction.signatures[0]) in chain.transactions else None


def _simulation_value(outcome: Simulation) -> dict[str, object]:
    meta = outcome.meta()
    return {
        "err": error_as_json(outcome),
        "logs": meta.logs(),
        "accounts": None,
        "unitsConsumed": meta.compute_units_consumed(),
        "returnData": None,
        "innerInstructions": None,
    }


def _lost(error: str) -> dict[str, object]:
    return {
        "err": error,
        "logs": [],
        "accounts": None,
        "unitsConsumed": 0,
        "returnData": None,
        "innerInstructions": None,
    }


def _preflight_failure(value: dict[str, object]) -> RpcError:
    return RpcError(
        RpcCode.PREFLIGHT_FAILURE,
        f"Transaction simulation failed: {value['err']}",
        value,
    )


def _require_statuses(call: Call) -> None:
    if call.endpoint.faults.statuses_down:
        raise RpcError(RpcCode.INTERNAL_ERROR, "Internal error")


def _status(endpoint: Endpoint, signature: str, *, is_deep: bool) -> object:
    chain, tip = endpoint.chain, endpoint.tip
    record = chain.transactions.get(signature)
    if endpoint.faults.statuses_blind:
        return None
    if record is None or record.slot > tip:
        fork = chain.landing.fork_of(signature, tip)
        return None if fork is None else _on_a_fork(fork, tip)
    if not is_deep and tip - record.slot > RECENT_SLOTS:
        return None
    age, depth = tip - record.slot, chain.depth_slots
    finalized = age >= depth["finalized"]
    confirmed = "confirmed" if age >= depth["confirmed"] else "processed"
    return {
        "slot": record.slot,
        "confirmations": None if finalized else min(age, MAX_CONFIRMATIONS),
        "status": {"Ok": None} if record.error is None else {"Err": record.error},
        "err": record.error,
        "confirmationStatus": "finalized" if finalized else confirmed,
    }


def _on_a_fork(fork: Fork, tip: int) -> object:
    return {
        "slot": fork.slot,
        "confirmations": tip - fork.slot,
        "status": {"Ok": None},
        "err": None,
        "confirmationStatus": "processed",
    }


def _encoded(transaction: VersionedTransaction, encoding: object) -> object:
    match encoding:
        case "base64":
            return [base64.b64encode(bytes(transaction)).decode(), "base64"]
        case "base58" | "binary":
            return [base58.encode(bytes(transaction)), "base58"]
        case "json" | None:
            return _as_json(transaction)
        case _:
            raise invalid_params(f"encoding {encoding} is not offered by this node; use base64")


def _as_json(transaction: VersionedTransaction) -> Mapping[str, object]:
    message = transaction.message
    body: dict[str, object] = {
        "header": {
            "numRequiredSignatures": message.header.num_required_signatures,
            "numReadonlySignedAccounts": message.header.num_readonly_signed_accounts,
            "numReadonlyUnsignedAccounts": message.header.num_readonly_unsigned_accounts,
        },
        "accountKeys": [str(key) for key in message.account_keys],
        "recentBlockhash": str(message.recent_blockhash),
        "instructions": [
            {
                "programIdIndex": instruction.program_id_index,
                "accounts": list(instruction.accounts),
                "data": base58.encode(instruction.data),
                "stackHeight": 1,
            }
            for instruction in message.instructions
        ],
    }
    if isinstance(message, MessageV0):
        body["addressTableLookups"] = [
            {
                "accountKey": str(lookup.account_key),
                "writableIndexes": list(lookup.writable_indexes),
                "readonlyIndexes": list(lookup.readonly_indexes),
            }
            for lookup in message.address_table_lookups
        ]
    return {"signatures": [str(each) for each in transaction.signatures], "message": body}


def _meta(chain: Chain, record: TransactionRecord) -> Mapping[str, object]:
    return {
        "err": record.error,
        "status": {"Ok": None} if record.error is None else {"Err": record.error},
        "fee": record.fee_lamports,
        "preBalances": list(record.pre_balances),
        "postBalances": list(record.post_balances),
        "innerInstructions": [],
        "logMessages": list(record.logs),
        "preTokenBalances": [_token_balance(chain, each) for each in record.pre_token_balances],
        "postTokenBalances": [_token_balance(chain, each) for each in record.post_token_balances],
        "rewards": [],
        "loadedAddresses": {
            "writable": [str(each) for each in record.loaded.writable],
            "readonly": [str(each) for each in record.loaded.readonly],
        },
        "computeUnitsConsumed": record.units_consumed,
    }


def _token_balance(chain: Chain, balance: TokenBalance) -> Mapping[str, object]:
    mint = chain.account(balance.mint)
    return {
        "accountIndex": balance.account_index,
        "mint": str(balance.mint),
        "owner": str(balance.owner),
        "programId": str(balance.program),
        "uiTokenAmount": ui_amount(balance.amount, mint.data[44] if mint else 0),
    }
