"""Address lookup tables: how one lies on the chain, and what a transaction loads from some."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from solders.account import Account
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

TABLE_PROGRAM = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
HEADER_BYTES, ADDRESS_BYTES = 56, 32
NEVER_CLOSED = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedAddresses:
    """What a transaction names through tables, in the order in which it counts them."""

    writable: Sequence[Pubkey] = ()
    readonly: Sequence[Pubkey] = ()


NOTHING_LOADED = LoadedAddresses()


def table_data(addresses: Sequence[Pubkey], extended_slot: int) -> bytes:
    """Write a table without authority, as of Agave's `address_lookup_table::state`."""
    header = (1).to_bytes(4, "little") + NEVER_CLOSED.to_bytes(8, "little")
    header += extended_slot.to_bytes(8, "little") + bytes(2)
    return header.ljust(HEADER_BYTES, b"\0") + b"".join(bytes(each) for each in addresses)


def loaded_addresses(
    transaction: VersionedTransaction, account: Callable[[Pubkey], Account | None]
) -> LoadedAddresses:
    """Give what a transaction loads; an index that no table has gives nothing."""
    message = transaction.message
    if not isinstance(message, MessageV0):
        return NOTHING_LOADED
    writable: list[Pubkey] = []
    readonly: list[Pubkey] = []
    for lookup in message.address_table_lookups:
        table = account(lookup.account_key)
        data = table.data[HEADER_BYTES:] if table is not None else b""
        writable += _chosen(data, bytes(lookup.writable_indexes))
        readonly += _chosen(data, bytes(lookup.readonly_indexes))
    return LoadedAddresses(writable=writable, readonly=readonly)


def _chosen(data: bytes, indexes: bytes) -> list[Pubkey]:
    parts = (data[at * ADDRESS_BYTES : (at + 1) * ADDRESS_BYTES] for at in indexes)
    return [Pubkey.from_bytes(part) for part in parts if len(part) == ADDRESS_BYTES]
