"""Reads what moved in a wallet, and with whom, from the balances in a transaction's meta."""

from collections import Counter
from datetime import UTC, datetime

from bot.adapters.solana.meta_balances import Balances, balances_of, mapping, whole
from bot.adapters.solana.transaction_meta import rents_of
from bot.domain.identifiers import SOL_MINT
from bot.domain.movements import Movement, TokenPlace


def read_movement(found: object, signature: str, wallet: str) -> Movement | None:
    """Read the result of getTransaction in the encoding "json"; None where there is none.

    What a failed transaction changed is its fee. Raises `GarbledAnswer` where anything is missing.
    """
    if found is None:
        return None
    balances = balances_of(found, signature)
    tokens = _tokens_by_owner(balances)
    own = tokens.pop(wallet, Counter[str]())
    wrapped = own.pop(SOL_MINT, 0)
    keys = balances.keys
    lamports = balances.change(keys.index(wallet)) if wallet in keys else 0
    rents = {mint: rent for mint, rent in rents_of(balances, wallet).items() if rent}
    own_tokens = {mint: units for mint, units in own.items() if units}
    held = [each for each in balances.held_after if each.owner == wallet]
    block_time = mapping(found).get("blockTime")
    return Movement(
        signature=signature,
        slot=whole(mapping(found).get("slot")),
        lamports=lamports + wrapped,
        rents=rents,
        tokens=own_tokens,
        places=tuple(
            TokenPlace(address=keys[each.place], mint=each.mint, program=each.program)
            for each in held
        ),
        counterpart=_counterpart(balances, wallet, lamports + wrapped, own_tokens, tokens),
        sent_at=None if block_time is None else datetime.fromtimestamp(whole(block_time), UTC),
    )


def _tokens_by_owner(balances: Balances) -> dict[str, Counter[str]]:
    by_owner: dict[str, Counter[str]] = {}
    for sign, _, held in balances.sides:
        for each in held:
            by_owner.setdefault(each.owner, Counter())[each.mint] += sign * each.units
    return by_owner


def _counterpart(
    balances: Balances,
    wallet: str,
    lamports: int,
    own: dict[str, int],
    others: dict[str, Counter[str]],
) -> str | None:
    """Give who lost the most of what came, or got the most of what left: tokens before SOL."""
    if own:
        mint, units = max(own.items(), key=lambda item: abs(item[1]))
        opposite = {owner: -moved[mint] * _sign(units) for owner, moved in others.items()}
    else:
        held = {each.place for _, _, side in balances.sides for each in side}
        opposite = {
            key: -balances.change(place) * _sign(lamports)
            for place, key in enumerate(balances.keys)
            if key != wallet and place not in held
        }
    most = max(opposite, key=lambda who: opposite[who], default=None)
    return most if most is not None and opposite[most] > 0 else None


def _sign(number: int) -> int:
    return 1 if number > 0 else -1
