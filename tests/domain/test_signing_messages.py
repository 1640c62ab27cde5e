"""The parser of messages agrees with the chain's own library, and takes one form of each only."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from bot.domain.errors import UnreadableMessage
from bot.domain.signing.byte_reader import ByteReader
from bot.domain.signing.derived_addresses import is_on_curve, program_address, token_account
from bot.domain.signing.jupiter import swap_account
from bot.domain.signing.message import Message, parse_message
from tests.builders.signing import TOKEN, TOKEN_2022, Honest, Scene, ata, key_of

SCENE = Scene()
EVERYTHING = SCENE.everything()
BUY = SCENE.buy().raw()


def counted(number: int) -> bytes:
    """A count as short as can be."""
    parts = []
    while True:
        number, low = number >> 7, number & 0x7F
        parts.append(low | (0x80 if number else 0))
        if not number:
            return bytes(parts)


def written(message: Message) -> bytes:
    """The bytes of a message."""
    head = [message.signer_count, message.readonly_signer_count, message.readonly_other_count]
    parts = [b"\x80" if message.is_versioned else b"", bytes(head), counted(len(message.keys))]
    parts += [*message.keys, message.blockhash, counted(len(message.instructions))]
    for part in message.instructions:
        parts += [bytes([part.program_place]), counted(len(part.account_places))]
        parts += [bytes(part.account_places), counted(len(part.data)), part.data]
    if message.is_versioned:
        parts.append(counted(len(message.table_uses)))
    for use in message.table_uses:
        parts += [use.table, counted(len(use.writable)), bytes(use.writable)]
        parts += [counted(len(use.readonly)), bytes(use.readonly)]
    return b"".join(parts)


@pytest.mark.parametrize("honest", EVERYTHING, ids=lambda honest: honest.name)
def test_a_message_reads_as_the_chains_library_wrote_it(honest: Honest) -> None:
    theirs, ours = honest.compiled(), parse_message(honest.raw())
    header = theirs.header
    assert [bytes(key) for key in theirs.account_keys] == list(ours.keys)
    assert header.num_required_signatures == ours.signer_count
    assert header.num_readonly_signed_accounts == ours.readonly_signer_count
    assert header.num_readonly_unsigned_accounts == ours.readonly_other_count
    assert bytes(theirs.recent_blockhash) == ours.blockhash
    for place in range(len(ours.keys)):
        assert theirs.is_signer(place) == (ours.keys[place] in ours.signers)
    assert [(part.program_id_index, bytes(part.accounts), bytes(part.data))
            for part in theirs.instructions] == [
        (part.program_place, bytes(part.account_places), part.data) for part in ours.instructions
    ]  # fmt: skip


@given(st.binary(max_size=1400))
def test_noise_is_refused_or_reads_back_as_it_was(raw: bytes) -> None:
    try:
        message = parse_message(raw)
    except UnreadableMessage:
        return
    assert written(message) == raw


@given(st.sampled_from(EVERYTHING), st.integers(0), st.integers(1, 255))
def test_what_reads_has_no_second_form(honest: Honest, at: int, change: int) -> None:
    raw = bytearray(honest.raw())
    raw[at % len(raw)] ^= change
    try:
        message = parse_message(bytes(raw))
    except UnreadableMessage:
        return
    assert written(message) == bytes(raw)


@given(st.integers(0, 0xFFFF))
def test_a_count_is_read_in_its_shortest_form_only(number: int) -> None:
    short = counted(number)
    assert ByteReader(short).count("things") == number
    longer = short[:-1] + bytes([short[-1] | 0x80, 0])
    with pytest.raises(UnreadableMessage):
        ByteReader(longer).count("things")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x80",
        b"\x81" + BUY[1:],  # version 1
        BUY + b"\0",
        BUY[:-1],
        b"\x80\x00" + BUY[2:],  # nobody signs
        b"\x80\x02\x02" + BUY[3:],  # the fee payer is read-only
        BUY[:3] + b"\xff" + BUY[4:],  # more read-only accounts than there are
    ],
)
def test_a_message_that_is_none_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        parse_message(raw)


@pytest.mark.parametrize("count", [b"\xff\xff\x04", b"\x80\x80\x80", b"\xff\xff\xff\x01", b"\x80"])
def test_a_count_beyond_sixteen_bits_is_refused(count: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        ByteReader(count).count("things")


def test_doubled_keys_and_places_out_of_range_are_refused() -> None:
    message = parse_message(BUY)
    first = message.instructions[2]
    for wrong in (
        replace(message, keys=(*message.keys[:-1], message.keys[0])),
        replace(message, instructions=(replace(first, program_place=0),)),
        replace(message, instructions=(replace(first, program_place=len(message.keys)),)),
        replace(message, instructions=(replace(first, account_places=(200,)),)),
    ):
        with pytest.raises(UnreadableMessage):
            parse_message(written(wrong))


@given(st.binary(min_size=32, max_size=32))
def test_the_curve_is_the_chains(raw: bytes) -> None:
    assert is_on_curve(raw) == Pubkey(raw).is_on_curve()


@pytest.mark.parametrize("y", [0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 2**255 - 1, 2**255 + 1])
def test_the_curve_is_the_chains_at_its_edges(y: int) -> None:
    for number in (y, y | 1 << 255):
        raw = number.to_bytes(32, "little")
        assert is_on_curve(raw) == Pubkey(raw).is_on_curve()


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_token_accounts_are_derived_as_the_chain_does(owner: bytes, mint: bytes) -> None:
    for program in (TOKEN, TOKEN_2022):
        derived = token_account(owner, mint, bytes(program))
        assert Pubkey(derived) == ata(Pubkey(owner), Pubkey(mint), program)
    theirs = Pubkey.find_program_address([owner, mint], Pubkey(mint))
    assert program_address((owner, mint), mint) == (bytes(theirs[0]), theirs[1])


def test_jupiters_account_for_wrapped_sol_is_that_of_a_genuine_order() -> None:
    user = Pubkey.from_string("GpLjUnj5q8V6jkaaT7q26rQ4hzn7KYoebLRWfk16hTwh")
    theirs = Pubkey.from_string("7rWTpSLwaYgs32kjYYcSy4kKbJeeMg9BpGTRb2UhTjaY")
    assert swap_account(bytes(user)) == (bytes(theirs), 255)
    assert not is_on_curve(bytes(theirs))
    assert is_on_curve(bytes(key_of("anybody").pubkey()))
