"""Whether a changed message takes no more and brings no less, as another library reads both."""

import struct
from collections.abc import Sequence

from solders.message import Message, MessageV0
from solders.pubkey import Pubkey

from tests.builders.signing import JUPITER, MEMO, SYSTEM, Honest
from tests.builders.tampering import BUDGET, route_name

Effect = tuple[Pubkey, tuple[Pubkey, ...], bytes]
_FIXED_OF_PLAIN, _FIXED_OF_SHARED = 10, 12


def is_no_worse(honest: Honest, raw: bytes) -> bool:
    """Compare the effects, one instruction after the other.

    Left alone are: another blockhash, a lower fee, less going out beside the exchange, more
    coming in, another way through Jupiter's pools, decimals that the chain refuses, other words
    in a memo, and rights that no instruction uses.
    """
    before, after = effects(honest, honest.raw()), effects(honest, raw)
    return (
        len(before) == len(after)
        and priority_of(after) <= priority_of(before)
        and all(is_kept(honest, *pair) for pair in zip(before, after, strict=True))
    )


def effects(honest: Honest, raw: bytes) -> Sequence[Effect]:
    """Program, accounts and data of each instruction, and the fee payer before them."""
    is_versioned = bool(raw[0] & 0x80)
    message = MessageV0.from_bytes(raw[1:]) if is_versioned else Message.from_bytes(raw)
    keys, readonly = list(message.account_keys), []
    for lookup in message.address_table_lookups if isinstance(message, MessageV0) else ():
        table = [Pubkey.from_string(text) for text in honest.lookup_tables[str(lookup.account_key)]]
        keys += [table[at] for at in lookup.writable_indexes]
        readonly += [table[at] for at in lookup.readonly_indexes]
    keys += readonly
    payer: Effect = (keys[0], (), b"fee payer")
    return [
        payer,
        *(
            (keys[part.program_id_index], tuple(keys[at] for at in part.accounts), bytes(part.data))
            for part in message.instructions
        ),
    ]


def priority_of(found: Sequence[Effect]) -> int:
    """The priority fee in lamports."""
    data = {data[0]: data for program, _, data in found if program == BUDGET}
    return -(-number(data[2], 1, 4) * number(data[3], 1, 8) // 1_000_000)


def is_kept(honest: Honest, one: Effect, other: Effect) -> bool:
    """Whether the second effect is no worse for the wallet than the first."""
    (program, accounts, data), (program_now, accounts_now, data_now) = one, other
    if program != program_now:
        return False
    if program in (BUDGET, MEMO, JUPITER):
        return program != JUPITER or is_route_kept(one, other)
    if accounts != accounts_now or len(data) != len(data_now):
        return False
    if program == SYSTEM:
        return data_now[:4] == data[:4] and number(data_now, 4, 8) <= number(data, 4, 8)
    if data[:1] != b"\x0c":
        return data == data_now
    before, now = number(data, 1, 8), number(data_now, 1, 8)
    is_ours = accounts[3] == honest.payer
    return data_now[:1] == b"\x0c" and (now == before if is_ours else now >= before)


def is_route_kept(one: Effect, other: Effect) -> bool:
    """Whether a route keeps its accounts and is no worse in its terms."""
    is_plain = one[2][:8] == route_name()
    at, fixed = (8, _FIXED_OF_PLAIN) if is_plain else (9, _FIXED_OF_SHARED)
    terms, now = (struct.unpack("<QQHHH", data[at : at + 22]) for _, _, data in (one, other))
    return (
        one[2][:at] == other[2][:at]
        and one[1][:fixed] == other[1][:fixed]
        and now[0] <= terms[0]
        and least_of(now) >= least_of(terms)
        and now[4] == 0
    )


def least_of(terms: tuple[int, ...]) -> int:
    """What a route brings at worst."""
    quoted, slippage, fee = terms[1:4]
    return (quoted - quoted * slippage // 10_000) * (10_000 - fee) // 10_000


def number(data: bytes, at: int, size: int) -> int:
    """A number in little-endian order."""
    return int.from_bytes(data[at : at + size], "little")
