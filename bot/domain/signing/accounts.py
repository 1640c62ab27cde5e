"""The accounts of a message, those from lookup tables included, each with its rights."""

from collections.abc import Mapping, Sequence

from bot.domain.errors import UnreadableAccount, UnreadableMessage
from bot.domain.identifiers import decode_address, encode_address
from bot.domain.signing.message import Message, TableUse
from bot.domain.values import value


@value
class Account:
    """One account of a message.

    `is_static` is false for one from a lookup table: then `key` is what the asker says stands
    there, and nothing may depend on it that the chain does not check itself.
    """

    key: bytes
    is_static: bool
    is_signer: bool
    is_writable: bool


def accounts_of(
    message: Message, lookup_tables: Mapping[str, Sequence[str]]
) -> tuple[Account, ...]:
    """Give every account by place: the static ones, then the tables' writable, then the others.

    Raises `UnreadableMessage` for a table that was not given, or a place beyond its end.
    """
    static = tuple(
        Account(
            key=key,
            is_static=True,
            is_signer=place < message.signer_count,
            is_writable=message.is_writable(place),
        )
        for place, key in enumerate(message.keys)
    )
    uses = message.table_uses
    writable = [_loaded(use, place, lookup_tables, True) for use in uses for place in use.writable]
    readonly = [_loaded(use, place, lookup_tables, False) for use in uses for place in use.readonly]
    accounts = (*static, *writable, *readonly)
    if len({account.key for account in accounts}) != len(accounts):
        raise UnreadableMessage("a lookup table repeats an account")
    return accounts


def _loaded(
    use: TableUse, place: int, lookup_tables: Mapping[str, Sequence[str]], is_writable: bool
) -> Account:
    name = encode_address(use.table)
    table = lookup_tables.get(name)
    if table is None:
        raise UnreadableMessage(f"the lookup table {name} was not given")
    if place >= len(table):
        raise UnreadableMessage(f"the lookup table {name} has no place {place}")
    try:
        key = decode_address(table[place])
    except UnreadableAccount as error:
        raise UnreadableMessage(f"the lookup table {name} holds no address: {error}") from error
    return Account(key=key, is_static=False, is_signer=False, is_writable=is_writable)
