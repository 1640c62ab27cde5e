"""One answer's accounts as the text they came in, so that only what is looked at is decoded."""

from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.solana.account_batches import decode_data, require_one_each
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.rpc_request import GarbledAnswer

_ENCODING = "base64"
_TEXT_AND_ENCODING = 2
_ABSENT: dict[str, Any] = {"owner": "", "lamports": 0, "data": ("", _ENCODING)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AccountTexts:
    """Accounts in the order of their keys, all of one slot; empty texts where there is none."""

    slot: int
    keys: tuple[str, ...]
    owners: Sequence[str]
    texts: Sequence[bytes]
    lamports: Sequence[int]

    def account(self, key: str) -> AccountBytes | None:
        """Decode an account, None if there is none; raises `GarbledAnswer` if it cannot be."""
        place = self.keys.index(key)
        owner = self.owners[place]
        if not owner:
            return None
        data = decode_data(self.texts[place])
        return AccountBytes(owner=owner, data=data, lamports=self.lamports[place])


def read_texts(result: object, keys: tuple[str, ...], slot: int) -> AccountTexts:
    """Read the value of getMultipleAccounts; raises `GarbledAnswer` on any other shape.

    All accounts are looked at, none is decoded. Each check goes over the whole list at once: this
    runs for every account of a refresh.
    """
    value = require_one_each(result, keys)
    entries = [_ABSENT if entry is None else entry for entry in value]
    try:
        owners = [entry["owner"] for entry in entries]
        lamports = [entry["lamports"] for entry in entries]
        data = [entry["data"] for entry in entries]
        texts = [text for text, _ in data]
        encodings = {encoding for _, encoding in data}
        letters = [text.encode("ascii") for text in texts]
    except (TypeError, KeyError, ValueError, AttributeError):
        raise GarbledAnswer("an account of another shape") from None
    is_typed = set(map(type, owners)) <= {str} and set(map(type, lamports)) <= {int}
    if not is_typed or not set(map(type, texts)) <= {str} or not encodings <= {_ENCODING}:
        raise GarbledAnswer("an account of other types")
    return AccountTexts(slot=slot, keys=keys, owners=owners, texts=letters, lamports=lamports)


def text_of(account: AccountBytes) -> bytes:
    """Give an account's data as it stands in an answer."""
    return b2a_base64(account.data, newline=False)
