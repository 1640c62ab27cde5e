"""The vault of wallets' keys: nothing opens but where it was sealed, and nothing else signs."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from bot.adapters.vault.envelope import Envelope, drawn
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.live_wallets import KeyDamaged, KeyFault, MasterKeyMissing, SealedKey
from bot.domain.secrets import Secret
from bot.ports.key_vault import KeyVault
from tests.builders.examples import examples
from tests.builders.sealed_keys import older, ring, swaps, wallets_under

RING = ring(1, 2)
VAULT: KeyVault = SealedKeyVault(RING)
KEY_TO_FLIP = VAULT.create(7, 1)
WALLETS = 20


def fault_of(vault: KeyVault, key: SealedKey) -> KeyFault | None:
    try:
        vault.check(key)
    except KeyDamaged as error:
        return error.fault
    return None


def test_a_wallet_signs_what_its_address_verifies() -> None:
    key = VAULT.create(7, 1)
    assert (key.user_id, key.number, key.chain, key.key_version) == (7, 1, "solana", 2)
    signature = VAULT.sign(key, b"a message")
    public = Ed25519PublicKey.from_public_bytes(bytes(Pubkey.from_string(key.address)))
    public.verify(signature, b"a message")
    assert len(signature) == 64


def test_no_two_wallets_share_a_key() -> None:
    keys = [VAULT.create(7, 1) for _ in range(50)]
    for part in ("address", "wrapped_key", "sealed"):
        assert len({getattr(key, part) for key in keys}) == 50


def test_every_swap_of_any_parts_among_twenty_wallets_is_found() -> None:
    originals = wallets_under(RING, WALLETS)
    assert [fault_of(VAULT, key) for key in originals] == [None] * WALLETS
    tried = set(originals)
    for swapped in swaps(originals):
        for key in swapped:
            if key not in tried:
                assert fault_of(VAULT, key) is KeyFault.DOES_NOT_OPEN, key
                tried.add(key)
    assert len(tried) > 6_000


@given(
    place=st.integers(0, 59), bit=st.integers(0, 7), part=st.sampled_from(["wrapped_key", "sealed"])
)
def test_every_flipped_bit_is_found(place: int, bit: int, part: str) -> None:
    key = KEY_TO_FLIP
    changed = bytearray(getattr(key, part))
    changed[place] ^= 1 << bit
    assert fault_of(VAULT, replace(key, **{part: bytes(changed)})) is KeyFault.DOES_NOT_OPEN


@settings(max_examples=examples(20))
@given(
    wrapped_key=st.binary(max_size=130),
    sealed=st.binary(max_size=130),
    address=st.text(max_size=50) | st.just("\ud800"),
    chain=st.sampled_from(["solana", "", "bitcoin", "solana|x"]),
    number=st.integers(-5, 2**40),
)
def test_whatever_lies_in_a_row_is_damage_and_never_a_crash(
    wrapped_key: bytes, sealed: bytes, address: str, chain: str, number: int
) -> None:
    key = SealedKey(
        user_id=7,
        number=number,
        chain=chain,
        address=address,
        key_version=2,
        wrapped_key=wrapped_key,
        sealed=sealed,
    )
    assert fault_of(VAULT, key) in {KeyFault.MALFORMED, KeyFault.DOES_NOT_OPEN}


@pytest.mark.parametrize("length", [0, 1, 12, 28, 59, 61])
def test_a_part_of_another_length_is_damage(length: int) -> None:
    for part in ("wrapped_key", "sealed"):
        cut = replace(KEY_TO_FLIP, **{part: (getattr(KEY_TO_FLIP, part) * 2)[:length]})
        assert fault_of(VAULT, cut) is KeyFault.MALFORMED


def test_a_key_that_is_not_that_of_its_address_signs_nothing() -> None:
    mine, other = VAULT.create(7, 1), VAULT.create(8, 1)
    # Whoever has the master key can seal so; the address is held against the key all the same.
    bound_to = f"7|1|solana|{mine.address}".encode()
    wrapped_key, sealed = Envelope(RING).seal(drawn(32), bound_to)
    forged = replace(mine, wrapped_key=wrapped_key, sealed=sealed)
    for use in (lambda key: VAULT.sign(key, b"m"), VAULT.check, VAULT.reseal):
        with pytest.raises(KeyDamaged) as refused:
            use(forged)
        assert refused.value.fault is KeyFault.OTHER_ADDRESS
    VAULT.check(other)


def test_without_the_master_key_of_its_version_nothing_opens() -> None:
    vault = SealedKeyVault(older(RING, 1))
    key = VAULT.create(7, 1)
    for use in (lambda key: vault.sign(key, b"m"), vault.check, vault.reseal):
        with pytest.raises(MasterKeyMissing, match="no master key of version 2"):
            use(key)


def test_with_another_master_key_nothing_opens() -> None:
    vault = SealedKeyVault(ring(1, 2))
    key = VAULT.create(7, 1)
    assert fault_of(vault, key) is KeyFault.DOES_NOT_OPEN
    with pytest.raises(KeyDamaged, match="wallet 1 of user 7: does_not_open"):
        vault.sign(key, b"m")


def test_resealing_moves_to_the_newest_version_with_a_new_data_key() -> None:
    key = SealedKeyVault(older(RING, 1)).create(7, 1)
    anew = VAULT.reseal(key)
    assert (key.key_version, anew.key_version, anew.address) == (1, 2, key.address)
    assert VAULT.sign(anew, b"m") == VAULT.sign(key, b"m")
    mixed = [replace(key, sealed=anew.sealed), replace(anew, key_version=1)]
    mixed += [replace(anew, wrapped_key=key.wrapped_key), replace(key, key_version=2)]
    assert [fault_of(VAULT, each) for each in mixed] == [KeyFault.DOES_NOT_OPEN] * 4


def test_no_nonce_comes_twice() -> None:
    envelope, content, count = Envelope(RING), drawn(32), 2_000
    nonces = {part[:12] for _ in range(count) for part in envelope.seal(content, b"x")}
    assert len(nonces) == 2 * count


def test_an_envelope_holds_contents_of_any_length() -> None:
    envelope = Envelope(RING)
    for content in (b"", b"x", bytes(1000)):
        opened = envelope.open(2, *envelope.seal(Secret(content), b"x"), b"x")
        assert bytes(opened.reveal()) == content
