"""Times the vault beside the primitives that it stands on, and counts its nonces."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.adapters.vault.envelope import NONCE_BYTES, Envelope, drawn
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from tests.builders.sealed_keys import older, ring

_ROUNDS, _EACH = 7, 300
_MICROSECONDS = 1e6
_MESSAGE = bytes(600)
_BOUND_TO = b"1001|1|solana|4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Microseconds of one call, once for each round; all take turns."""

    seal: Sequence[float]
    bare_seal: Sequence[float]
    fernet_seal: Sequence[float]
    open: Sequence[float]
    bare_open: Sequence[float]
    fernet_open: Sequence[float]
    sign: Sequence[float]
    bare_sign: Sequence[float]
    create: Sequence[float]
    reseal: Sequence[float]


def measured() -> Speed:
    """Time everything in turns, so that what else the machine does hits all alike."""
    calls = _calls()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(_ROUNDS):
        for name, call in calls.items():
            times[name].append(_microseconds(call))
    return Speed(**times)


def _calls() -> dict[str, Callable[[], object]]:
    keyring = ring(1, 2)
    envelope, vault, seed = Envelope(keyring), SealedKeyVault(keyring), drawn(32)
    wrapped, sealed = envelope.seal(seed, _BOUND_TO)
    key, old = vault.create(1001, 1), SealedKeyVault(older(keyring, 1)).create(1001, 2)
    plain, fernet = bytes(seed.reveal()), Fernet(Fernet.generate_key())
    wrapping, nonce, token = AESGCM(bytes(drawn(32).reveal())), bytes(NONCE_BYTES), b""
    token = fernet.encrypt(plain)
    box = wrapping.encrypt(nonce, plain, _BOUND_TO)

    def bare_seal() -> None:
        data_key = os.urandom(32)
        wrapping.encrypt(os.urandom(NONCE_BYTES), data_key, _BOUND_TO)
        AESGCM(data_key).encrypt(os.urandom(NONCE_BYTES), plain, _BOUND_TO)

    def bare_open() -> None:
        AESGCM(plain)
        wrapping.decrypt(nonce, box, _BOUND_TO)
        wrapping.decrypt(nonce, box, _BOUND_TO)

    return {
        "seal": lambda: envelope.seal(seed, _BOUND_TO),
        "bare_seal": bare_seal,
        "fernet_seal": lambda: fernet.encrypt(plain),
        "open": lambda: envelope.open(2, wrapped, sealed, _BOUND_TO),
        "bare_open": bare_open,
        "fernet_open": lambda: fernet.decrypt(token),
        "sign": lambda: vault.sign(key, _MESSAGE),
        "bare_sign": lambda: Ed25519PrivateKey.from_private_bytes(plain).sign(_MESSAGE),
        "create": lambda: vault.create(1001, 1),
        "reseal": lambda: vault.reseal(old),
    }


def _microseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(_EACH):
        call()
    return (time.perf_counter() - began) / _EACH * _MICROSECONDS


def nonces_repeated(count: int) -> int:
    """Seal so often under one wrapping key; gives how many nonces of it came again."""
    envelope, seed = Envelope(ring(1)), drawn(32)
    nonces = {envelope.seal(seed, b"")[0][:NONCE_BYTES] for _ in range(count)}
    return count - len(nonces)
