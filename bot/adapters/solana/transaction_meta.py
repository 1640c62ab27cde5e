"""Reads what a transaction did to a wallet from the balances in its meta, to the last unit."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import orjson

from bot.adapters.solana.rpc_request import GarbledAnswer
from bot.domain.identifiers import SOL_MINT
from bot.ports.chain_sending import WalletChange

_LARGEST = 2**64
_LONGEST_ERROR = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A token account before or after: whose it is, of which mint, how many base units."""

    place: int
    owner: str
    mint: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Balances:
    keys: Sequence[str]
    before: Sequence[int]
    after: Sequence[int]
    held_before: Sequence[_Held]
    held_after: Sequence[_Held]

    def change(self, place: int) -> int:
        """Give the lamports that an account has more than before."""
        return self.after[place] - self.before[place]


def read_wallet_change(
    found: object, signature: str, wallet: str, tip_accounts: Collection[str] = ()
) -> WalletChange | None:
    """Read the result of getTransaction in the encoding "json"; None where there is none.

    Raises `GarbledAnswer` where anything is missing or does not fit: amounts are never guessed.
    Balances follow the message's own keys, then the writable and the readonly ones that it loads
    from lookup tables. Source: Solana RPC, getTransaction; agave `TransactionStatusMeta`.
    """
    if found is None:
        return None
    meta = _part(found, "meta")
    if signature not in _texts(_part(found, "transaction").get("signatures")):
        raise GarbledAnswer("another transaction")
    balances = _balances(meta, _keys(_part(_part(found, "transaction"), "message"), meta))
    keys = balances.keys
    own = Counter[str]()
    others = Counter[str]()
    for sign, held in ((-1, balances.held_before), (1, balances.held_after)):
        for each in held:
            (own if each.owner == wallet else others)[each.mint] += sign * each.units
    is_payer = keys[0] == wallet
    tips = (balances.change(place) for place, key in enumerate(keys) if key in tip_accounts)
    return WalletChange(
        signature=signature,
        slot=_whole(_mapping(found).get("slot")),
        error=error_words(meta.get("err")),
        lamports=balances.change(keys.index(wallet)) if wallet in keys else 0,
        fee_lamports=_whole(meta.get("fee")) if is_payer else 0,
        rent_lamports=_rent(balances, wallet),
        tip_lamports=sum(max(0, tip) for tip in tips) if is_payer else 0,
        tokens={mint: units for mint, units in own.items() if units},
        withheld=_withheld(own, others),
    )


def error_words(error: object) -> str | None:
    """Give the chain's error as it was told, None where there is none."""
    if error is None:
        return None
    return orjson.dumps(error).decode()[:_LONGEST_ERROR]


def _rent(balances: _Balances, wallet: str) -> int:
    """Give what the wallet's token accounts hold more for themselves than before.

    An account of wrapped SOL holds its amount as lamports too: that is no rent.
    """
    places = {
        held.place: held.mint
        for held in (*balances.held_before, *balances.held_after)
        if held.owner == wallet
    }
    rent = sum(balances.change(place) for place in places)
    for sign, side in ((1, balances.held_before), (-1, balances.held_after)):
        rent += sign * sum(
            held.units for held in side if held.owner == wallet and held.mint == SOL_MINT
        )
    return rent


def _withheld(own: Counter[str], others: Counter[str]) -> dict[str, int]:
    # SOL is wrapped and unwrapped on the way; of any other mint a swap makes and burns nothing.
    lost = {mint: -(own[mint] + others[mint]) for mint in own.keys() | others.keys()}
    return {mint: units for mint, units in lost.items() if units > 0 and mint != SOL_MINT}


def _balances(meta: Mapping[str, object], keys: Sequence[str]) -> _Balances:
    before, after = (_wholes(meta.get(name)) for name in ("preBalances", "postBalances"))
    if not len(keys) == len(before) == len(after) or not keys:
        raise GarbledAnswer("balances that do not fit the accounts")
    return _Balances(
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
        *_texts(_mapping(loaded).get("writable")),
        *_texts(_mapping(loaded).get("readonly")),
    ]


def _held(listed: object, accounts: int) -> list[_Held]:
    if not isinstance(listed, list):
        raise GarbledAnswer("no token balances")
    return [_one_held(_mapping(each), accounts) for each in listed]


def _one_held(told: Mapping[str, object], accounts: int) -> _Held:
    place = _whole(told.get("accountIndex"))
    amount = _part(told, "uiTokenAmount").get("amount")
    mint, owner = told.get("mint"), told.get("owner")
    is_number = isinstance(amount, str) and amount.isascii() and amount.isdigit()
    if not is_number or len(str(amount)) > len(str(_LARGEST)) or place >= accounts:
        raise GarbledAnswer("a token balance that is no number")
    if not isinstance(mint, str) or not isinstance(owner, str):
        raise GarbledAnswer("a token balance without mint or owner")
    return _Held(place=place, owner=owner, mint=mint, units=int(str(amount)))


def _part(found: object, name: str) -> Mapping[str, object]:
    return _mapping(_mapping(found).get(name))


def _mapping(found: object) -> Mapping[str, object]:
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
    return [_whole(each) for each in found]


def _whole(found: object) -> int:
    if type(found) is not int or not 0 <= found < _LARGEST:
        raise GarbledAnswer("no whole number")
    return found
