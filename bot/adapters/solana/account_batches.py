"""Packs addresses into calls of at most 100 keys, and reads the accounts out of the answers."""

from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.rpc_request import GarbledAnswer

MOST_KEYS = 100  # source: agave rpc MAX_MULTIPLE_ACCOUNTS
_TEXT_AND_ENCODING = 2
_LARGEST_ACCOUNT_TEXT = 16 * 1024 * 1024  # the chain's own limit of 10 MB, in base64 and a margin


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsAnswer:
    """Accounts by address as they stood at `slot`; None where there is no such account.

    Put together from several answers, `slot` is the oldest of them, and an address whose
    batch failed is absent.
    """

    slot: int
    accounts: Mapping[str, AccountBytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some groups, by their index in the caller's list, and all their keys once."""

    groups: tuple[int, ...]
    keys: tuple[str, ...]


def pack(groups: Iterable[Sequence[str]]) -> Iterator[Batch]:
    """Fill batches of at most 100 keys without ever splitting a group, as they are asked for.

    Keys that belong together (a pool and its vaults) must come from one answer, which is one
    state of the chain; a price mixed from two slots never existed. Groups keep their order,
    and a key shared by groups of one batch is asked once.
    """
    members: list[int] = []
    keys: dict[str, None] = {}
    for index, group in enumerate(groups):
        assert len(group) <= MOST_KEYS, "a group must fit into one call"  # noqa: S101 (our own fault)
        if len(keys) + len(group) > MOST_KEYS:
            added = [key for key in group if key not in keys]
            if len(keys) + len(added) > MOST_KEYS:
                yield Batch(groups=tuple(members), keys=tuple(keys))
                members, keys = [], {}
        members.append(index)
        for key in group:
            keys[key] = None
    if members:
        yield Batch(groups=tuple(members), keys=tuple(keys))


def read_accounts(result: object, keys: Sequence[str]) -> dict[str, AccountBytes | None]:
    """Read the value of getMultipleAccounts; raises `GarbledAnswer` on any other shape."""
    value = require_one_each(result, keys)
    return {key: read_account(entry) for key, entry in zip(keys, value, strict=True)}


def require_one_each(result: object, keys: Sequence[str]) -> list[Any]:
    """Give the entries of getMultipleAccounts; raises `GarbledAnswer` unless there is one a key."""
    value = result.get("value") if isinstance(result, dict) else None
    if not isinstance(value, list) or len(value) != len(keys):
        raise GarbledAnswer("not one value per key")
    return value


def merge(answers: Iterable[AccountsAnswer]) -> AccountsAnswer:
    """Put several answers together; the slot is that of the oldest."""
    accounts: dict[str, AccountBytes | None] = {}
    slots: list[int] = []
    for answer in answers:
        accounts.update(answer.accounts)
        slots.append(answer.slot)
    return AccountsAnswer(slot=min(slots, default=0), accounts=accounts)


def read_account(entry: object) -> AccountBytes | None:
    """Read one account as RPC gives it; raises `GarbledAnswer` on any other shape."""
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise GarbledAnswer("an account that is no object")
    owner, lamports, data = entry.get("owner"), entry.get("lamports"), entry.get("data")
    if not isinstance(owner, str) or type(lamports) is not int:
        raise GarbledAnswer("an account without owner or lamports")
    return AccountBytes(owner=owner, data=_read_data(data), lamports=lamports)


def _read_data(data: object) -> bytes:
    # Plain checks, since this runs for every account: a match statement here cost as much as
    # all the rest of reading one (7.7 us against 4.0).
    if type(data) is not list or len(data) != _TEXT_AND_ENCODING or data[1] != "base64":
        raise GarbledAnswer("data in another encoding")
    text = data[0]
    if type(text) is not str:
        raise GarbledAnswer("data that is no text")
    return decode_data(text)


def decode_data(text: str | bytes) -> bytes:
    """Decode the text of an account's data; raises `GarbledAnswer`."""
    if len(text) > _LARGEST_ACCOUNT_TEXT:
        raise GarbledAnswer("data that is too long")
    try:
        return a2b_base64(text, strict_mode=True)
    except ValueError:
        raise GarbledAnswer("data that is not base64") from None
