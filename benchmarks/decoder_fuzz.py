"""Feeds the decoders millions of random and spoilt accounts: a reading, or our own error.

Run from the root of the project: python -m benchmarks.decoder_fuzz [--inputs N] [--seconds S]
[--seed N]. It ends with 1 at the first other error, and prints how to have it again. Genuine
accounts are read from ../shared/data/solana_accounts; without them only random bytes are tried.
"""

import argparse
import json
import sys
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.adapters.solana.addresses import extra_accounts
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import pool_kind, read_pool
from bot.adapters.solana.pools.metadata import read_metadata
from bot.adapters.solana.pools.mints import read_holding, read_mint
from bot.adapters.solana.pools.programs import METAPLEX_METADATA, account_mark
from bot.adapters.solana.pools.pyth import read_reference_price
from bot.adapters.solana.pools.tick_arrays import read_tick_array
from bot.domain.errors import PoolTooThin, UnreadableAccount
from bot.domain.identifiers import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT
from bot.domain.pools.reading import Direction

_GENUINE = Path(__file__).parents[2] / "shared" / "data" / "solana_accounts"
_MARKS = ("Pool", "PoolState", "LbPair", "Whirlpool", "BondingCurve", "VirtualPool")
_SHARE_RANDOM, _SHARE_MARKED, _SHARE_UNCUT = 0.3, 0.85, 0.8
_MOST_SPOILT = 6
_LONGEST = 1_600
_REPORT_EVERY = 250_000
_SALE = 10**6
Accounts = dict[str, AccountBytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Genuine:
    """The accounts of one kind, by address, and the owners and lengths that are known."""

    families: tuple[Accounts, ...]
    owners: tuple[str, ...]
    lengths: tuple[int, ...]


def main() -> None:
    """Read the arguments, feed, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=3_600.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    outcomes, began = Counter[str](), time.monotonic()
    genuine = _load()
    for number in range(asked.inputs):
        chance = Random(f"{asked.seed}:{number}")  # noqa: S311 (no secret)
        try:
            outcomes[_feed(chance, genuine)] += 1
        except Exception:
            print(f"input {number} of seed {asked.seed} broke a decoder", file=sys.stderr)
            raise
        if number % _REPORT_EVERY == _REPORT_EVERY - 1:
            print(f"{number + 1} inputs, {time.monotonic() - began:.0f} s", flush=True)
        if time.monotonic() - began > asked.seconds:
            break
    total, seconds = sum(outcomes.values()), time.monotonic() - began
    print(
        f"{total} inputs in {seconds:.0f} s, {seconds / total * 1e6:.1f} us each: {dict(outcomes)}"
    )


def _feed(chance: Random, genuine: Genuine) -> str:
    if not genuine.families or chance.random() < _SHARE_RANDOM:
        return _read(USDC_MINT, {USDC_MINT: _random_account(chance, genuine)}, USDC_MINT)
    family = chance.choice(genuine.families)
    victim = chance.choice(list(family))
    pools = [place for place, account in family.items() if pool_kind(account)]
    address = chance.choice(pools) if pools else victim
    around = family | {victim: _spoilt(chance, family[victim])}
    _read(victim, around, victim)
    return _read(address, around, address)


def _read(address: str, accounts: Accounts, place: str) -> str:
    """Read an account as whatever it may be; only `UnreadableAccount` may be raised."""
    account = accounts[place]
    readers: tuple[Callable[[], object], ...] = (
        lambda: extra_accounts(place, account),
        lambda: read_mint(place, account, 3),
        lambda: read_holding(account),
        lambda: read_metadata(account),
        lambda: read_reference_price(account),
        lambda: read_tick_array(account, 64),
    )
    if pool_kind(account) is None:
        outcomes = [_is_read(reader) for reader in readers]
        return "read" if any(outcomes) else "refused"
    _is_read(readers[0])
    return _traded(address, accounts)


def _is_read(reader: Callable[[], object]) -> bool:
    try:
        reader()
    except UnreadableAccount:
        return False
    return True


def _traded(address: str, accounts: Mapping[str, AccountBytes]) -> str:
    try:
        reading = read_pool(address, accounts, 1, now_seconds=5, base_mint=USDC_MINT)
    except UnreadableAccount:
        return "refused"
    assert reading.price >= 0
    assert reading.curve.depth_quote_units() >= 0
    for direction in Direction:
        try:
            reading.curve.swap_exact_in(direction, _SALE)
        except PoolTooThin:
            continue
    return "pool read"


def _random_account(chance: Random, genuine: Genuine) -> AccountBytes:
    mark = account_mark(chance.choice(_MARKS)) if chance.random() < _SHARE_MARKED else b""
    length = (
        chance.choice(genuine.lengths)
        if chance.random() < _SHARE_MARKED
        else chance.randrange(_LONGEST)
    )
    data = (mark + chance.randbytes(length))[:length]
    return AccountBytes(owner=chance.choice(genuine.owners), data=data)


def _spoilt(chance: Random, account: AccountBytes) -> AccountBytes:
    data = bytearray(account.data)
    for _ in range(chance.randrange(_MOST_SPOILT + 1)):
        if not data:
            break
        at, size = chance.randrange(len(data)), chance.choice((1, 1, 2, 4, 8, 16))
        value = chance.choice((chance.randbytes(size), bytes(size), b"\xff" * size))
        data[at : at + size] = value[: len(data) - at]
    end = len(data) if chance.random() < _SHARE_UNCUT else chance.randrange(len(data) + 1)
    return AccountBytes(owner=account.owner, data=bytes(data[:end]))


def _load() -> Genuine:
    families: dict[str, Accounts] = {}
    for path in sorted(_GENUINE.glob("*/*.json")):
        dump = json.loads(path.read_bytes())
        account = dump["account"]
        found = AccountBytes(owner=account["owner"], data=b64decode(account["data"][0]))
        families.setdefault(path.parent.name, {}).setdefault(dump["pubkey"], found)
    everything = [account for family in families.values() for account in family.values()]
    owners = {account.owner for account in everything}
    return Genuine(
        families=tuple(families.values()),
        owners=tuple(sorted({*owners, METAPLEX_METADATA, TOKEN_PROGRAM, TOKEN_2022_PROGRAM})),
        lengths=tuple(sorted({82, 165, *(len(account.data) for account in everything)})),
    )


if __name__ == "__main__":
    main()
