"""Makes a transaction of our own from the instructions of `/build`, small enough to be sent."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import CompileError, MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from bot.adapters.venues.jupiter.reading import Garbled, units

MOST_UNITS = 1_400_000
"""The most compute units that one transaction may ask for."""
_SPARE_PERCENT, _SPARE_UNITS = 20, 1_000
_MICRO = 1_000_000
_HASH_BYTES = 32
_BYTE_VALUES = range(256)
_MOST_INSTRUCTIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a transaction is made of: instructions in their order, tables, blockhash."""

    instructions: tuple[Instruction, ...]
    tables: tuple[AddressLookupTableAccount, ...]
    blockhash: Hash
    last_valid_block_height: int


def read_recipe(found: Mapping[str, object]) -> Recipe:
    """Read the answer of `/build`, but for its compute budget: that is ours to choose.

    Raises `Garbled`. Source: Jupiter's docs repository at 1dda348, Swap v2 `/build`.
    """
    listed = [*_list(found, "setupInstructions"), found.get("swapInstruction")]
    for name in ("cleanupInstruction", "tipInstruction"):
        listed += [found[name]] if found.get(name) is not None else []
    last = listed.pop() if found.get("tipInstruction") is not None else None
    listed += _list(found, "otherInstructions")
    listed += [] if last is None else [last]
    if len(listed) > _MOST_INSTRUCTIONS:
        raise Garbled("too many instructions")
    stamp = found.get("blockhashWithMetadata")
    if not isinstance(stamp, dict):
        raise Garbled("no blockhash")
    return Recipe(
        instructions=tuple(_instruction(each) for each in listed),
        tables=_tables(found.get("addressesByLookupTableAddress")),
        blockhash=_blockhash(stamp.get("blockhash")),
        last_valid_block_height=units(stamp, "lastValidBlockHeight"),
    )


def compiled(recipe: Recipe, payer: str, *, unit_limit: int, unit_price: int) -> bytes:
    """Give the unsigned transaction with this compute budget; raises `Garbled`."""
    budget = [set_compute_unit_limit(unit_limit), set_compute_unit_price(unit_price)]
    try:
        message = MessageV0.try_compile(
            Pubkey.from_string(payer),
            [*budget, *recipe.instructions],
            list(recipe.tables),
            recipe.blockhash,
        )
    except CompileError as error:
        raise Garbled("instructions that make no transaction") from error
    nobody = [Signature.default()] * message.header.num_required_signatures
    return bytes(VersionedTransaction.populate(message, nobody))


def unit_limit_of(used_units: int) -> int:
    """Give the limit for a swap that used so many units in a trial: a fifth more."""
    return min(MOST_UNITS, used_units * (100 + _SPARE_PERCENT) // 100 + _SPARE_UNITS)


def fee_of(unit_limit: int, unit_price: int) -> int:
    """Give the priority fee in lamports, rounded up as the chain does."""
    return -(-unit_limit * unit_price // _MICRO)


def _list(found: Mapping[str, object], name: str) -> Sequence[object]:
    value = found.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Garbled(f"{name} is no list")
    return value


def _instruction(found: object) -> Instruction:
    try:
        told = _mapping(found)
        metas = [_meta(_mapping(each)) for each in _list(told, "accounts")]
        data = b64decode(str(told["data"]), validate=True)
        return Instruction(Pubkey.from_string(str(told["programId"])), data, metas)
    except (KeyError, ValueError) as error:
        raise Garbled("an instruction that is none") from error


def _meta(told: Mapping[str, object]) -> AccountMeta:
    is_signer, is_writable = told["isSigner"], told["isWritable"]
    if not isinstance(is_signer, bool) or not isinstance(is_writable, bool):
        raise Garbled("an account without its rights")
    key = Pubkey.from_string(str(told["pubkey"]))
    return AccountMeta(key, is_signer=is_signer, is_writable=is_writable)


def _tables(found: object) -> tuple[AddressLookupTableAccount, ...]:
    if found is None:
        return ()
    try:
        return tuple(
            AddressLookupTableAccount(
                Pubkey.from_string(str(key)), [Pubkey.from_string(str(each)) for each in listed]
            )
            for key, listed in _mapping(found).items()
            if isinstance(listed, list)
        )
    except ValueError as error:
        raise Garbled("a lookup table that is none") from error


def _blockhash(found: object) -> Hash:
    listed = found if isinstance(found, list) else []
    numbers = [int(each) for each in listed if each in _BYTE_VALUES]
    if len(numbers) != _HASH_BYTES:
        raise Garbled("no blockhash")
    return Hash(bytes(numbers))


def _mapping(found: object) -> Mapping[str, object]:
    if not isinstance(found, dict):
        raise Garbled("not an object")
    return found
