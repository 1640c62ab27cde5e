"""Reads address lookup tables, so that a transaction can be judged by what it really names."""

from bot.adapters.solana.pools.account import AccountBytes
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import ADDRESS_BYTES, encode_address

TABLE_PROGRAM = "AddressLookupTab1e1111111111111111111111111"
_HEADER_BYTES = 56
_LOOKUP_TABLE = 1
_MOST_ADDRESSES = 256


def read_lookup_table(account: AccountBytes | None) -> tuple[str, ...]:
    """Give the addresses of a table; raises `UnreadableAccount`.

    Source: agave `address_lookup_table::state`: type u32 (1), then metadata up to byte 56.
    """
    if account is None or account.owner != TABLE_PROGRAM:
        raise UnreadableAccount("not a lookup table")
    data = account.data
    body = data[_HEADER_BYTES:]
    if int.from_bytes(data[:4], "little") != _LOOKUP_TABLE or len(body) % ADDRESS_BYTES:
        raise UnreadableAccount("not an initialised lookup table")
    if len(body) > _MOST_ADDRESSES * ADDRESS_BYTES:
        raise UnreadableAccount("a lookup table holds at most 256 addresses")
    return tuple(
        encode_address(body[at : at + ADDRESS_BYTES]) for at in range(0, len(body), ADDRESS_BYTES)
    )
