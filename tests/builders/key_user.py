"""A process that uses wallets' keys and then waits, so that its memory can be looked through.

Run as `python -m tests.builders.key_user KEYS FOLDER [WORD...]`: KEYS holds master keys and
`keys.json`, FOLDER is where a core would lie. With `keep` it holds on to one seed, as a careless
program would; with `forbid` it forbids that it is dumped; with `busy` it goes on signing.
"""

import os
import resource
import sys
from pathlib import Path

import orjson

from bot.adapters.vault.keyring import keyring_from_folder
from bot.adapters.vault.no_dumps import forbid_dumps
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.live_wallets import SealedKey

ROUNDS = 20


def write_down(folder: Path, keys: list[SealedKey]) -> None:
    """Write sealed keys where the process finds them."""
    rows = [
        [
            *(key.user_id, key.number, key.chain, key.address, key.key_version),
            *(key.wrapped_key.hex(), key.sealed.hex()),
        ]
        for key in keys
    ]
    (folder / "keys.json").write_bytes(orjson.dumps(rows))


def read_back(folder: Path) -> list[SealedKey]:
    """Read them again."""
    return [
        SealedKey(
            user_id=user_id,
            number=number,
            chain=chain,
            address=address,
            key_version=version,
            wrapped_key=bytes.fromhex(wrapped),
            sealed=bytes.fromhex(sealed),
        )
        for user_id, number, chain, address, version, wrapped, sealed in orjson.loads(
            (folder / "keys.json").read_bytes()
        )
    ]


def main(keys_folder: Path, folder: Path, words: list[str]) -> None:
    """Sign and seal anew with every key, say so, and wait for the end of the input."""
    os.chdir(folder)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    if "forbid" in words:
        forbid_dumps()
    keys, vault = read_back(keys_folder), SealedKeyVault(keyring_from_folder(keys_folder))
    kept = []
    for number in range(ROUNDS):
        for key in keys:
            vault.sign(key, b"message %d" % number)
            vault.reseal(key)
    if "keep" in words:
        with vault._opened(keys[0]) as seed:
            kept.append(bytes(seed.reveal()))
    sys.stdout.write("used\n")
    sys.stdout.flush()
    while "busy" in words:
        for key in keys:
            vault.sign(key, b"message")
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]), sys.argv[3:])
