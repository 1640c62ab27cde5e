"""Reads what a transaction did to a wallet from the balances in its meta, to the last unit."""

from collections import Counter
from collections.abc import Collection

import orjson

from bot.adapters.solana.meta_balances import Balances, balances_of, mapping, part, whole
from bot.domain.identifiers import SOL_MINT
from bot.ports.chain_sending import WalletChange

_LONGEST_ERROR = 160


def read_wallet_change(
    found: object, signature: str, wallet: str, tip_accounts: Collection[str] = ()
) -> WalletChange | None:
    """Read the result of getTransaction in the encoding "json"; None where there is none.

    Raises `GarbledAnswer` where anything is missing or does not fit: amounts are never guessed.
    """
    if found is None:
        return None
    meta, balances = part(found, "meta"), balances_of(found, signature)
    keys = balances.keys
    own = Counter[str]()
    others = Counter[str]()
    for sign, _, held in balances.sides:
        for each in held:
            (own if each.owner == wallet else others)[each.mint] += sign * each.units
    is_payer = keys[0] == wallet
    tips = (balances.change(place) for place, key in enumerate(keys) if key in tip_accounts)
    return WalletChange(
        signature=signature,
        slot=whole(mapping(found).get("slot")),
        error=error_words(meta.get("err")),
        lamports=balances.change(keys.index(wallet)) if wallet in keys else 0,
        fee_lamports=whole(meta.get("fee")) if is_payer else 0,
        rent_lamports=rents_of(balances, wallet).total(),
        tip_lamports=sum(max(0, tip) for tip in tips) if is_payer else 0,
        tokens={mint: units for mint, units in own.items() if units},
        withheld=_withheld(own, others),
    )


def error_words(error: object) -> str | None:
    """Give the chain's error as it was told, None where there is none."""
    if error is None:
        return None
    return orjson.dumps(error).decode()[:_LONGEST_ERROR]


def rents_of(balances: Balances, wallet: str) -> Counter[str]:
    """Give by mint what the wallet's token accounts hold more for themselves than before.

    An account of wrapped SOL holds its amount as lamports too: that is no rent. One that changed
    hands counts with the hands it was in.
    """
    rents = Counter[str]()
    for sign, lamports, held in balances.sides:
        for each in held:
            if each.owner == wallet:
                wrapped = each.units if each.mint == SOL_MINT else 0
                rents[each.mint] += sign * (lamports[each.place] - wrapped)
    return rents


def _withheld(own: Counter[str], others: Counter[str]) -> dict[str, int]:
    # SOL is wrapped and unwrapped on the way; of any other mint a swap makes and burns nothing.
    lost = {mint: -(own[mint] + others[mint]) for mint in own.keys() | others.keys()}
    return {mint: units for mint, units in lost.items() if units > 0 and mint != SOL_MINT}
