"""Reads what one node says of a signature, and how far it is: heights first, statuses after."""

from bot.adapters.solana.every_endpoint import Said
from bot.adapters.solana.rpc_reply import is_slot
from bot.adapters.solana.rpc_request import GarbledAnswer, RpcRequest
from bot.adapters.solana.transaction_meta import error_words
from bot.domain.landing import NodeWord, Seen
from bot.ports.chain_sending import HeightWord

_SEEN = {
    "processed": Seen.PROCESSED,
    "confirmed": Seen.CONFIRMED,
    "finalized": Seen.FINALIZED,
}
Fact = tuple[int, object]
"""A slot, and either a block height or the state of a signature as the node writes it."""


def height_request() -> RpcRequest[Fact]:
    """Ask for the newest finalized slot and its block height, which come together."""
    return RpcRequest(
        method="getEpochInfo", params=({"commitment": "finalized"},), read=_read_height
    )


def status_request(signature: str) -> RpcRequest[Fact]:
    """Ask for the state of a signature, the node's history included."""
    params = ([signature], {"searchTransactionHistory": True})
    return RpcRequest(method="getSignatureStatuses", params=params, read=_read_status)


def height_word(said: Said[Fact]) -> HeightWord:
    """Give a node's height as the port tells it."""
    slot, height = said.value if said.value is not None else (None, None)
    return HeightWord(
        node=said.node, slot=slot, block_height=height if isinstance(height, int) else None
    )


def node_word(height: Said[Fact], status: Said[Fact]) -> NodeWord:
    """Put a height and the state that was asked for after it together.

    A state from before the height's slot came from another machine behind the same address: that
    the signature is absent there proves nothing, so the height is left out.
    """
    if status.value is None:
        return NodeWord(node=status.node, seen=Seen.SILENT)
    asked_at, state = status.value
    told = height_word(height)
    is_after = told.slot is not None and asked_at >= told.slot
    block_height = told.block_height if is_after else None
    if not isinstance(state, dict):
        return NodeWord(node=status.node, seen=Seen.ABSENT, block_height=block_height)
    return NodeWord(
        node=status.node,
        seen=_SEEN[str(state["confirmationStatus"])],
        block_height=block_height,
        slot=state["slot"],
        error=error_words(state.get("err")),
    )


def _read_height(result: object, _slot: int) -> Fact:
    found = result if isinstance(result, dict) else {}
    slot, height = found.get("absoluteSlot"), found.get("blockHeight")
    if not is_slot(slot) or type(height) is not int or height < 0:
        raise GarbledAnswer("no slot and height")
    return slot, height


def _read_status(result: object, slot: int) -> Fact:
    value = result.get("value") if isinstance(result, dict) else None
    if not isinstance(value, list) or len(value) != 1 or not slot:
        raise GarbledAnswer("not one state")
    state = value[0]
    if state is None:
        return slot, None
    if not isinstance(state, dict) or not is_slot(state.get("slot")):
        raise GarbledAnswer("a state without its slot")
    if state.get("confirmationStatus") not in _SEEN:
        raise GarbledAnswer("an unknown commitment")
    return slot, state
