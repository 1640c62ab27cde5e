"""What became of a signed transaction, judged from what several nodes say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

NODES_NEEDED = 2
"""So many nodes must be past the last valid block before a transaction is called expired."""


class Seen(StrEnum):
    """What one node says of a signature."""

    SILENT = "silent"  # it did not answer: it says nothing at all
    ABSENT = "absent"  # asked with its history, it does not know the signature
    PROCESSED = "processed"  # in a block that may still be dropped
    CONFIRMED = "confirmed"  # in a block that two thirds of the stake voted for
    FINALIZED = "finalized"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeWord:
    """What one node says of a signature, and how far it was before it was asked.

    `block_height` is that of its newest finalized block, read before `seen` was asked and never
    after: a transaction that lands between the two would else be absent and past its end. It is
    None where it was not told, or where the answer came from a state older than that block.
    `slot` and `error` are the transaction's own, where the node knows it.
    """

    node: str
    seen: Seen
    block_height: int | None = None
    slot: int | None = None
    error: str | None = None


class Fate(StrEnum):
    """What is proven of a transaction."""

    OPEN = "open"  # nothing is proven yet: the funds stay held
    LANDED = "landed"
    FAILED = "failed"  # landed, changed nothing, and cost its fee
    EXPIRED = "expired"  # it is in no block and can come into none


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is proven, the slot it landed in, and the words of an error on the chain.

    `is_seen` says that some node knows the signature, proven or not.
    """

    fate: Fate
    is_seen: bool = False
    slot: int | None = None
    error: str | None = None


def judge(
    words: Sequence[NodeWord], *, last_valid_block_height: int, nodes_needed: int = NODES_NEEDED
) -> Judgement:
    """Tell what is proven of a transaction.

    Landed or failed: one node has it confirmed, and no other has it otherwise. Expired:
    `nodes_needed` different nodes are past its last valid block and do not know it, and no node
    knows it. Everything else is open.
    Source: solana.com "retry transactions": a blockhash is good for 150 blocks, and the same bytes
    land at most once.
    """
    known = [word for word in words if word.seen not in {Seen.SILENT, Seen.ABSENT}]
    proven = [word for word in known if word.seen is not Seen.PROCESSED]
    if len({word.error is None for word in proven}) == 1:
        word = proven[0]
        fate = Fate.LANDED if word.error is None else Fate.FAILED
        return Judgement(fate=fate, is_seen=True, slot=word.slot, error=word.error)
    if known:
        return Judgement(fate=Fate.OPEN, is_seen=True, slot=known[0].slot)
    past = {
        word.node
        for word in words
        if word.seen is Seen.ABSENT
        and word.block_height is not None
        and word.block_height > last_valid_block_height
    }
    return Judgement(fate=Fate.EXPIRED if len(past) >= max(1, nodes_needed) else Fate.OPEN)
