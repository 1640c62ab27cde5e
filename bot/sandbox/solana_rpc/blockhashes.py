"""Issues a blockhash per slot and knows for how long it is good."""

import hashlib

from solders.hash import Hash

VALID_BLOCKS = 150


class Blockhashes:
    """Blockhashes that were given out, each good for `VALID_BLOCKS` slots.

    LiteSVM knows one blockhash only; a node knows the last 150, which is what decides whether
    a transaction may be signed anew.
    """

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._slot_of: dict[Hash, int] = {}

    def issue(self, slot: int) -> Hash:
        """Give the blockhash of a slot and remember it."""
        blockhash = Hash(hashlib.sha256(self._seed + slot.to_bytes(8, "little")).digest())
        self._slot_of[blockhash] = slot
        return blockhash

    def last_valid_slot(self, blockhash: Hash) -> int | None:
        """Tell up to which slot a blockhash is good; None for one that was never given out."""
        issued = self._slot_of.get(blockhash)
        return None if issued is None else issued + VALID_BLOCKS

    def is_valid(self, blockhash: Hash, slot: int) -> bool:
        """Tell whether a transaction with this blockhash may still land at `slot`."""
        issued = self._slot_of.get(blockhash)
        return issued is not None and issued <= slot <= issued + VALID_BLOCKS
