"""Reads the balances in a transaction's meta, before and after it: strictly, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.adapters.solana.rpc_request import GarbledAnswer
from bot.domain.identifiers import TOKEN_PROGRAM

_LARGEST = 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A token account before or after: whose it is, of which mint, how many base units."""

    place: int
    owner: str
    mint: str
    units: int
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """Lamports of every account of a transaction, and what its token accounts held."""

    keys: Sequence[str]
    before: Sequence[int]
    after: Sequence[int]
    held_before: Sequence[Held]
    held_after: Sequence[Held]

    def change(self, place: int) -> int:
        """Give the lamports that an account has more than before."""
        return self.after[place] - self.before[place]

    @property
    def sides(self) -> tuple[tuple[int, Sequence[int], Sequence[Held]], ...]:
        """Give both moments, each with the sign by which it counts in a change."""
        return ((-1, self.before, self.held_before), (1, self.after, self.held_after))


def balances_of(found: object, signature: str) -> Balances:
    """Read the result of getTransaction in the encoding "json".

    Raises `GarbledAnswer` where anything is missing or does not fit: amounts are never guessed.
    Balances follow the message's own keys, then the writable and the readonly ones that it loads
    from lookup tables. Source: Solana RPC, getTransaction; agave `TransactionStatusMeta`.
    """
    meta = part(found, "meta")
    if signature not in _texts(part(found, "transaction").get("signatures")):
        raise GarbledAnswer("another transaction")
    return _balances(meta, _keys(part(part(found, "transaction"), "message"), meta))


def _balances(meta: Mapping[str, object], keys: Sequence[str]) -> Balances:
    before, after = (_wholes(meta.get(name)) for name in ("preBalances", "postBalances"))
    if not len(keys) == len(before) == len(after) or not keys:
        raise GarbledAnswer("balances that do not fit the accounts")
    return Balances(
        keys=keys,
        before=before,
        after=after,
        held_before=_held(meta.get("preTokenBalances"), len(keys)),
        held_after=_held(meta.get("postTokenBalances"), len(keys)),
    )


def _keys(message: Mapping[str, object], meta: Mapping[str, object]) -> list[str]:
    keys = _texts(message.get("accountKeys"))
    loaded = meta.get("loadedAddresses")
    if loaded is None:
        return keys
    return [
        *keys,
        *_texts(mapping(loaded).get("writable")),
        *_texts(mapping(loaded).get("readonly")),
    ]


def _held(listed: object, accounts: int) -> list[Held]:
    if not isinstance(listed, list):
        raise GarbledAnswer("no token balances")
    return [_one_held(mapping(each), accounts) for each in listed]


def _one_held(told: Mapping[str, object], accounts: int) -> Held:
    place = whole(told.get("accountIndex"))
    amount = part(told, "uiTokenAmount").get("amount")
    mint, owner, program = told.get("mint"), told.get("owner"), told.get("programId")
    is_number = isinstance(amount, str) and amount.isascii() and amount.isdigit()
    if not is_number or len(str(amount)) > len(str(_LARGEST)) or place >= accounts:
        raise GarbledAnswer("a token balance that is no number")
    if not isinstance(mint, str) or not isinstance(owner, str):
        raise GarbledAnswer("a token balance without mint or owner")
    # The oldest transactions name no program: there was one only.
    known = program if isinstance(program, str) else TOKEN_PROGRAM
    return Held(place=place, owner=owner, mint=mint, units=int(str(amount)), program=known)


def part(found: object, name: str) -> Mapping[str, object]:
    """Give an object's part that has to be an object; raises `GarbledAnswer`."""
    return mapping(mapping(found).get(name))


def mapping(found: object) -> Mapping[str, object]:
    """Give what has to be an object; raises `GarbledAnswer`."""
    if not isinstance(found, dict):
        raise GarbledAnswer("not a transaction")
    return found


def _texts(found: object) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise GarbledAnswer("no list of addresses")
    return found


def _wholes(found: object) -> list[int]:
    if not isinstance(found, list):
        raise GarbledAnswer("no list of balances")
    return [whole(each) for each in found]


def whole(found: object) -> int:
    """Give what has to be a whole number of 64 bits; raises `GarbledAnswer`."""
    if type(found) is not int or not 0 <= found < _LARGEST:
        raise GarbledAnswer("no whole number")
    return found
