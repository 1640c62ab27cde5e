"""Metaplex metadata accounts: a token's self-given name, symbol and link."""

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.extensions import read_texts
from bot.adapters.solana.pools.fields import address, u8
from bot.adapters.solana.pools.programs import METAPLEX_METADATA
from bot.domain.errors import UnreadableAccount
from bot.domain.tokens import MetadataReading

_METADATA_KEY = 4


def read_metadata(account: AccountBytes) -> MetadataReading:
    """Read name, symbol and link; raises `UnreadableAccount`.

    What follows them (creators and so on) is not looked at: some genuine accounts are
    faulty there. Source: mpl-token-metadata `Metadata`: key 0, update authority 1, mint
    33, then three texts padded with zeros.
    """
    data = account.data
    if account.owner != METAPLEX_METADATA or u8(data, 0) != _METADATA_KEY:
        raise UnreadableAccount("not a metadata account")
    name, symbol, uri = read_texts(data, 65, 3)
    return MetadataReading(
        mint=address(data, 33),
        name=name,
        symbol=symbol,
        uri=uri,
        update_authority=address(data, 1),
    )
