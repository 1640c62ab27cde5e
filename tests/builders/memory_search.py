"""Looks for bytes in the memory of a process, as whoever dumps it would."""

import base64
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from solders.pubkey import Pubkey

from bot.adapters.vault.envelope import Envelope
from bot.adapters.vault.keyring import Keyring
from bot.domain.live_wallets import SealedKey

_CHUNK_BYTES = 16 * 2**20
_OVERLAP_BYTES = 256


def found_in_process(pid: int, wanted: Mapping[str, bytes]) -> set[str]:
    """Give the names of those that lie in a process's readable and writable memory."""
    found: set[str] = set()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for begin, end in _writable(pid):
            for start in range(begin, end, _CHUNK_BYTES):
                length = min(_CHUNK_BYTES + _OVERLAP_BYTES, end - start)
                try:
                    piece = os.pread(memory.fileno(), length, start)
                except OSError:
                    continue  # the kernel's own pages
                found |= {name for name, content in wanted.items() if content in piece}
    return found


def _writable(pid: int) -> Iterable[tuple[int, int]]:
    for line in Path(f"/proc/{pid}/maps").read_text("ascii").splitlines():
        span, rights = line.split()[:2]
        if rights.startswith("rw"):
            begin, end = span.split("-")
            yield int(begin, 16), int(end, 16)


def found_in_folder(folder: Path, wanted: Mapping[str, bytes]) -> set[str]:
    """Give the names of those that lie in a file below a folder."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            # Zeros, of which a new database has many, are slow to search and hold nothing.
            content = content.rstrip(b"\0")
            found |= {name for name, piece in wanted.items() if piece in content}
    return found


def seed_of(keyring: Keyring, key: SealedKey) -> bytes:
    """Open a key without the vault, for a test that looks for what it must not find."""
    return bytes(Envelope(keyring).open(*_layers(key), _bound_to(key)).reveal())


def canaries_of(keyring: Keyring, keys: Iterable[SealedKey]) -> dict[str, bytes]:
    """Give what must not be found: seeds, bare and as texts, what follows from them, data keys."""
    wanted = {}
    for key in keys:
        seed, name = seed_of(keyring, key), f"{key.user_id}/{key.number}"
        scalar = bytearray(hashlib.sha512(seed).digest()[:32])
        wanted[f"{name} unclamped"] = bytes(scalar)
        scalar[0] &= 248
        scalar[31] = scalar[31] & 63 | 64
        wanted[f"{name} scalar"] = bytes(scalar)
        wanted[f"{name} seed"] = seed
        wanted[f"{name} hex"] = seed.hex().encode()
        wanted[f"{name} base64"] = base64.b64encode(seed)[:40]
        wanted[f"{name} base58"] = str(Pubkey(seed)).encode()
        wanted[f"{name} data key"] = data_key_of(keyring, key)
    return wanted


def data_key_of(keyring: Keyring, key: SealedKey) -> bytes:
    """Unwrap a key's data key."""
    wrapping: AESGCM = Envelope(keyring)._wrapping(key.key_version)
    words = b"kitrader|1|aes-256-gcm|data key|%d|%s" % (key.key_version, _bound_to(key))
    return wrapping.decrypt(key.wrapped_key[:12], key.wrapped_key[12:], words)


def _layers(key: SealedKey) -> tuple[int, bytes, bytes]:
    return key.key_version, key.wrapped_key, key.sealed


def _bound_to(key: SealedKey) -> bytes:
    return f"{key.user_id}|{key.number}|{key.chain}|{key.address}".encode()
