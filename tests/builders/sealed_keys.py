"""Rings of master keys, sealed keys by the dozen, and every way to swap parts of two of them."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from bot.adapters.vault.envelope import drawn
from bot.adapters.vault.keyring import Keyring
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.live_wallets import SealedKey

PARTS = tuple(field.name for field in fields(SealedKey))


def ring(*versions: int) -> Keyring:
    """Give a ring of fresh master keys."""
    return Keyring(keys={version: drawn(32) for version in versions or (1,)}, came_from="a test")


def older(keyring: Keyring, *versions: int) -> Keyring:
    """Give the ring as it was with these versions only."""
    keys = {version: keyring.keys[version] for version in versions}
    return Keyring(keys=keys, came_from=keyring.came_from)


def wallets_under(keyring: Keyring, count: int, *, each: int = 2) -> list[SealedKey]:
    """Give so many wallets, `each` to a person, under the ring's versions in turn."""
    vaults = [
        SealedKeyVault(older(keyring, *keyring.versions[: place + 1]))
        for place in range(len(keyring.versions))
    ]
    places = zip(range(count), itertools.cycle(vaults), strict=False)
    return [vault.create(1000 + place // each, 1 + place % each) for place, vault in places]


def swaps(keys: Sequence[SealedKey]) -> Iterator[tuple[SealedKey, SealedKey]]:
    """Give every pair with every choice of parts swapped between the two, but for no change."""
    choices = [
        chosen
        for count in range(1, len(PARTS) + 1)
        for chosen in itertools.combinations(PARTS, count)
    ]
    for first, second in itertools.combinations(keys, 2):
        for chosen in choices:
            one = replace(first, **{name: getattr(second, name) for name in chosen})
            other = replace(second, **{name: getattr(first, name) for name in chosen})
            if {one, other} != {first, second}:
                yield one, other
