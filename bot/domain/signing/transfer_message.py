"""Writes the message of a payment: SOL or a token, to one wallet, and nothing besides.

The legacy layout of https://solana.com/docs/core/transactions, which `parse_message` reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.identifiers import SOL_MINT, decode_address
from bot.domain.signing import programs
from bot.domain.signing.derived_addresses import token_account
from bot.domain.signing.intents import TransferIntent

NATIVE_UNITS, TOKEN_UNITS = 1_000, 90_000
"""Compute that a payment asks for: of SOL, and of a token with its account made on the way."""
_LIMIT, _PRICE = b"\x02", b"\x03"
_TRANSFER = b"\x02\0\0\0"
_CREATE_IF_NEEDED, _TRANSFER_CHECKED = b"\x01", b"\x0c"
_SHORT = 0x7F


@dataclass(frozen=True, slots=True)
class _Call:
    program: bytes
    accounts: tuple[tuple[bytes, bool], ...]  # each with whether it may be changed
    data: bytes


def units_of(intent: TransferIntent) -> int:
    """Give the compute that a payment asks for."""
    return NATIVE_UNITS if intent.mint == SOL_MINT else TOKEN_UNITS


def writable_of(intent: TransferIntent) -> tuple[str, ...]:
    """Give the accounts whose market of fees counts."""
    return (intent.wallet, intent.destination)


def transfer_message(
    intent: TransferIntent, *, decimals: int, blockhash: str, micro_lamports: int
) -> bytes:
    """Give the message that fulfils an intent, at a price for a compute unit."""
    budget = (
        _Call(programs.COMPUTE_BUDGET, (), _LIMIT + units_of(intent).to_bytes(4, "little")),
        _Call(programs.COMPUTE_BUDGET, (), _PRICE + micro_lamports.to_bytes(8, "little")),
    )
    paid = (_native(intent),) if intent.mint == SOL_MINT else _token(intent, decimals)
    return _written(decode_address(intent.wallet), (*budget, *paid), decode_address(blockhash))


def _native(intent: TransferIntent) -> _Call:
    accounts = ((decode_address(intent.wallet), True), (decode_address(intent.destination), True))
    return _Call(programs.SYSTEM, accounts, _TRANSFER + intent.amount.to_bytes(8, "little"))


def _token(intent: TransferIntent, decimals: int) -> tuple[_Call, ...]:
    wallet, owner = decode_address(intent.wallet), decode_address(intent.destination)
    mint, program = decode_address(intent.mint), decode_address(intent.token_program)
    source, destination = (token_account(each, mint, program) for each in (wallet, owner))
    made = _Call(
        programs.ASSOCIATED_TOKEN,
        (
            (wallet, True),
            (destination, True),
            (owner, False),
            (mint, False),
            (programs.SYSTEM, False),
            (program, False),
        ),
        _CREATE_IF_NEEDED,
    )
    amount = intent.amount.to_bytes(8, "little")
    sent = _Call(
        program,
        ((source, True), (mint, False), (destination, True), (wallet, True)),
        _TRANSFER_CHECKED + amount + decimals.to_bytes(1, "little"),
    )
    return made, sent


def _written(payer: bytes, calls: Sequence[_Call], blockhash: bytes) -> bytes:
    """Put calls into bytes; the payer alone signs, and stands first."""
    named = {key: False for call in calls for key, _ in call.accounts}
    for call in calls:
        for key, is_writable in call.accounts:
            named[key] |= is_writable
        named.setdefault(call.program, False)
    others = [key for key in named if key != payer]
    writable = [key for key in others if named[key]]
    readonly = [key for key in others if not named[key]]
    keys = [payer, *writable, *readonly]
    place = {key: number for number, key in enumerate(keys)}
    header = bytes((1, 0, len(readonly), _short(len(keys))))
    body = b"".join(_call_bytes(call, place) for call in calls)
    return header + b"".join(keys) + blockhash + bytes((_short(len(calls)),)) + body


def _call_bytes(call: _Call, place: dict[bytes, int]) -> bytes:
    accounts = bytes(place[key] for key, _ in call.accounts)
    counted = bytes((place[call.program], _short(len(accounts)))) + accounts
    return counted + bytes((_short(len(call.data)),)) + call.data


def _short(count: int) -> int:
    """Give a count that one byte holds, as all of a payment's do."""
    assert count <= _SHORT, "a payment has few accounts and little data"  # noqa: S101
    return count
