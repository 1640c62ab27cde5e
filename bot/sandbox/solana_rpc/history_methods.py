"""The method that tells which transactions named an address, newest first, a page at a time."""

from collections.abc import Sequence

from bot.sandbox.solana_rpc.errors import RpcCode, RpcError, invalid_params
from bot.sandbox.solana_rpc.parameters import Call, parse_signature
from bot.sandbox.solana_rpc.transactions import TransactionRecord

MOST_ON_A_PAGE = 1_000


def get_signatures_for_address(call: Call) -> object:
    """Answer the signatures that name an address, of whatever came of them.

    `before` and `until` are signatures: those between both are told, neither itself. One that is
    not known as `before` gives nothing, as on mainnet.
    """
    address, config = call.address(0), call.config(1)
    commitment = config.get("commitment") or "finalized"
    if commitment == "processed":
        raise invalid_params("Method does not support commitment below `confirmed`")
    limit = config.get("limit", MOST_ON_A_PAGE)
    if type(limit) is not int or not 1 <= limit <= MOST_ON_A_PAGE:
        raise invalid_params(f"Invalid limit; max {MOST_ON_A_PAGE}")
    slot, endpoint = call.slot(config), call.endpoint
    if endpoint.faults.statuses_down:
        raise RpcError(RpcCode.INTERNAL_ERROR, "Internal error")
    if endpoint.faults.statuses_blind:
        return []
    chain = endpoint.chain
    records = [chain.transactions[signature] for signature in chain.mentions.get(address, ())]
    # Those of one slot stay in the order in which they ran.
    records.sort(key=lambda record: record.slot)
    records = [record for record in reversed(records) if record.slot <= slot]
    page = _between(records, config.get("before"), config.get("until"))[:limit]
    depth = chain.depth_slots["finalized"]
    return [
        {
            "signature": record.signature,
            "slot": record.slot,
            "err": record.error,
            "memo": None,
            "blockTime": chain.clock.unix_time_s(record.slot),
            "confirmationStatus": (
                "finalized" if endpoint.tip - record.slot >= depth else "confirmed"
            ),
        }
        for record in page
    ]


def _between(
    records: Sequence[TransactionRecord], before: object, until: object
) -> Sequence[TransactionRecord]:
    names = [record.signature for record in records]
    first, last = 0, len(names)
    if before is not None:
        wanted = str(parse_signature(before))
        first = names.index(wanted) + 1 if wanted in names else len(names)
    if until is not None:
        wanted = str(parse_signature(until))
        last = names.index(wanted) if wanted in names else len(names)
    return records[first:last]
