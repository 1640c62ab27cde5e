"""Solana transaction messages, legacy and v0, read in their one canonical form."""

from bot.domain.errors import UnreadableMessage
from bot.domain.identifiers import ADDRESS_BYTES
from bot.domain.signing.byte_reader import ByteReader
from bot.domain.values import value

LARGEST_TRANSACTION_BYTES = 1232
SIGNATURE_BYTES = 64
_VERSIONED, _VERSION_0 = 0x80, 0x80
_MOST_ACCOUNTS = 256


@value
class Instruction:
    """One call: the program's place among the accounts, the places of its accounts, its data."""

    program_place: int
    account_places: tuple[int, ...]
    data: bytes


@value
class TableUse:
    """What a message takes from one lookup table, by place in the table."""

    table: bytes
    writable: tuple[int, ...]
    readonly: tuple[int, ...]


@value
class Message:
    """What is signed: who signs, which accounts with which rights, and the calls in order.

    `keys` are the static accounts: signers first (the fee payer is the very first), of either
    kind the writable ones first.
    """

    is_versioned: bool
    signer_count: int
    readonly_signer_count: int
    readonly_other_count: int
    keys: tuple[bytes, ...]
    blockhash: bytes
    instructions: tuple[Instruction, ...]
    table_uses: tuple[TableUse, ...]

    @property
    def signers(self) -> tuple[bytes, ...]:
        """Who has to sign, the fee payer first."""
        return self.keys[: self.signer_count]

    def is_writable(self, place: int) -> bool:
        """Tell whether a static account may be changed."""
        if place < self.signer_count:
            return place < self.signer_count - self.readonly_signer_count
        return place < len(self.keys) - self.readonly_other_count


def parse_message(raw: bytes) -> Message:
    """Read a message of which every byte is accounted for; raises `UnreadableMessage`.

    Layout: https://solana.com/docs/core/transactions and solana-message's `legacy` and `v0`.
    What the runtime would refuse anyway is refused here: doubled keys, places out of range, a
    fee payer that is no writable signer, a program that is the fee payer or from a table.
    """
    reader = ByteReader(raw)
    first = reader.byte("its header")
    is_versioned = bool(first & _VERSIONED)
    if is_versioned and first != _VERSION_0:
        raise UnreadableMessage(f"version {first & ~_VERSIONED} is not known")
    message = Message(
        is_versioned=is_versioned,
        signer_count=reader.byte("its header") if is_versioned else first,
        readonly_signer_count=reader.byte("its header"),
        readonly_other_count=reader.byte("its header"),
        keys=_keys(reader),
        blockhash=reader.take(ADDRESS_BYTES, "the blockhash"),
        instructions=_instructions(reader),
        table_uses=_table_uses(reader) if is_versioned else (),
    )
    reader.end()
    _demand_size(raw, message)
    _demand_sound_header(message)
    _demand_sound_places(message)
    return message


def _keys(reader: ByteReader) -> tuple[bytes, ...]:
    length = reader.count("accounts") * ADDRESS_BYTES
    keys = reader.take(length, "the accounts")
    return tuple(keys[at : at + ADDRESS_BYTES] for at in range(0, length, ADDRESS_BYTES))


def _instructions(reader: ByteReader) -> tuple[Instruction, ...]:
    return tuple(_instruction(reader) for _ in range(reader.count("instructions")))


def _instruction(reader: ByteReader) -> Instruction:
    program_place = reader.byte("an instruction")
    account_places = reader.take(reader.count("an instruction's accounts"), "an instruction")
    data = reader.take(reader.count("an instruction's data"), "an instruction's data")
    return Instruction(program_place=program_place, account_places=tuple(account_places), data=data)


def _table_uses(reader: ByteReader) -> tuple[TableUse, ...]:
    return tuple(_table_use(reader) for _ in range(reader.count("lookup tables")))


def _table_use(reader: ByteReader) -> TableUse:
    return TableUse(
        table=reader.take(ADDRESS_BYTES, "a lookup table"),
        writable=tuple(reader.take(reader.count("a table's places"), "a lookup table")),
        readonly=tuple(reader.take(reader.count("a table's places"), "a lookup table")),
    )


def _demand_size(raw: bytes, message: Message) -> None:
    size = 1 + SIGNATURE_BYTES * message.signer_count + len(raw)
    if size > LARGEST_TRANSACTION_BYTES:
        raise UnreadableMessage(f"signed it has {size} bytes, over {LARGEST_TRANSACTION_BYTES}")


def _demand_sound_header(message: Message) -> None:
    if not message.readonly_signer_count < message.signer_count:
        raise UnreadableMessage("its fee payer is no writable signer")
    if message.signer_count + message.readonly_other_count > len(message.keys):
        raise UnreadableMessage("its header counts more accounts than it has")
    if len(set(message.keys)) != len(message.keys):
        raise UnreadableMessage("an account is named twice")


def _demand_sound_places(message: Message) -> None:
    tables = [use.table for use in message.table_uses]
    if len(set(tables)) != len(tables):
        raise UnreadableMessage("a lookup table is named twice")
    if any(not use.writable + use.readonly for use in message.table_uses):
        raise UnreadableMessage("a lookup table is named and not used")
    taken = sum(len(use.writable) + len(use.readonly) for use in message.table_uses)
    accounts = len(message.keys) + taken
    if accounts > _MOST_ACCOUNTS:
        raise UnreadableMessage(f"it has {accounts} accounts, over {_MOST_ACCOUNTS}")
    for instruction in message.instructions:
        if not 0 < instruction.program_place < len(message.keys):
            raise UnreadableMessage("a program is the fee payer or from a lookup table")
        if any(place >= accounts for place in instruction.account_places):
            raise UnreadableMessage("an instruction names an account that is not there")
