"""The methods that tell about the node and its blocks."""

from bot.sandbox.solana_rpc.account_methods import API_VERSION, with_context
from bot.sandbox.solana_rpc.blockhashes import VALID_BLOCKS
from bot.sandbox.solana_rpc.errors import RpcCode, RpcError, invalid_params
from bot.sandbox.solana_rpc.parameters import Call, parse_address
from bot.sandbox.solana_rpc.slot_clock import SLOTS_PER_EPOCH

FEATURE_SET = 3_294_202_862
MAX_FEE_ADDRESSES = 128
FEE_SAMPLES = 150
BASE_PRIORITY_FEE_MICRO_LAMPORTS = 10_000
PRIORITY_FEE_WAVE = 7


def get_health(call: Call) -> object:
    """Answer ok, or -32005 when the node is more than 128 slots behind."""
    if call.endpoint.is_healthy:
        return "ok"
    behind = call.endpoint.faults.lag_slots
    raise RpcError(
        RpcCode.NODE_UNHEALTHY, f"Node is behind by {behind} slots", {"numSlotsBehind": behind}
    )


def get_version(call: Call) -> object:
    """Answer the version that is imitated."""
    del call
    return {"solana-core": API_VERSION, "feature-set": FEATURE_SET}


def get_genesis_hash(call: Call) -> object:
    """Answer the hash that names this chain; it is not mainnet's."""
    return str(call.endpoint.chain.genesis_hash)


def get_slot(call: Call) -> object:
    """Answer the newest slot at a commitment."""
    return call.slot(call.config(0))


def get_block_height(call: Call) -> object:
    """Answer the number of blocks below the newest slot."""
    height = call.endpoint.chain.clock.block_height(call.slot(call.config(0)))
    return height + call.endpoint.faults.ahead_blocks


def get_block_time(call: Call) -> object:
    """Answer when a slot's block was made, in seconds since 1970."""
    slot = call.whole_number(0)
    return call.endpoint.chain.clock.unix_time_s(slot) if slot <= call.endpoint.tip else None


def get_epoch_info(call: Call) -> object:
    """Answer where in the epoch the chain stands."""
    slot, clock = call.slot(call.config(0)), call.endpoint.chain.clock
    return {
        "absoluteSlot": slot,
        "blockHeight": clock.block_height(slot) + call.endpoint.faults.ahead_blocks,
        "epoch": clock.epoch(slot),
        "slotIndex": slot % SLOTS_PER_EPOCH,
        "slotsInEpoch": SLOTS_PER_EPOCH,
        "transactionCount": len(call.endpoint.chain.transactions),
    }


def get_latest_blockhash(call: Call) -> object:
    """Answer a blockhash and the last block height it is good for."""
    slot, chain = call.slot(call.config(0)), call.endpoint.chain
    value = {
        "blockhash": str(chain.blockhash(slot)),
        "lastValidBlockHeight": chain.clock.block_height(slot) + VALID_BLOCKS,
    }
    return with_context(slot, value)


def is_blockhash_valid(call: Call) -> object:
    """Answer whether a transaction with a blockhash may still land."""
    blockhash, slot = call.blockhash(0), call.slot(call.config(1))
    return with_context(slot, call.endpoint.chain.is_blockhash_valid(blockhash, slot))


def get_recent_prioritization_fees(call: Call) -> object:
    """Answer the lowest fees per compute unit of the last 150 slots, in micro-lamports."""
    addresses = call.items(0) if call.positional and call.positional[0] is not None else []
    if len(addresses) > MAX_FEE_ADDRESSES:
        raise invalid_params(f"Too many inputs provided; max {MAX_FEE_ADDRESSES}")
    for address in addresses:
        parse_address(address)
    tip = call.endpoint.tip
    return [
        {
            "slot": slot,
            "prioritizationFee": BASE_PRIORITY_FEE_MICRO_LAMPORTS * (slot % PRIORITY_FEE_WAVE),
        }
        for slot in range(tip - FEE_SAMPLES + 1, tip + 1)
    ]
