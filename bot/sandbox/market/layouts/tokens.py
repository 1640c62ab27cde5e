"""Mints, token accounts and metadata, of SPL Token, Token-2022 and Metaplex."""

from collections.abc import Sequence

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.extensions import Extension, withheld_nothing, written

MINT_SIZE = 82
TOKEN_ACCOUNT_SIZE = 165
METADATA_SIZE = 607
METADATA_KEY = 4
NAME_BYTES, SYMBOL_BYTES, URI_BYTES = 32, 10, 200
FUNGIBLE = 2
ACCOUNT_TYPE_MINT, ACCOUNT_TYPE_TOKEN_ACCOUNT = 1, 2
EXTENSION_IMMUTABLE_OWNER, EXTENSION_METADATA_POINTER, EXTENSION_TOKEN_METADATA = 7, 18, 19


def spl_mint(
    supply: int,
    decimals: int,
    mint_authority: Pubkey | None = None,
    freeze_authority: Pubkey | None = None,
) -> bytes:
    """Write a mint of SPL Token; supply in base units."""
    data = AccountData(MINT_SIZE)
    if mint_authority is not None:
        data.unsigned(0, 1, 32)
        data.key(4, mint_authority)
    data.unsigned(36, supply)
    data.unsigned(44, decimals, 8)
    data.unsigned(45, 1, 8)
    if freeze_authority is not None:
        data.unsigned(46, 1, 32)
        data.key(50, freeze_authority)
    return bytes(data)


def token_2022_mint(
    mint: Pubkey,
    base: bytes,
    name: str,
    symbol: str,
    uri: str,
    *,
    extensions: Sequence[Extension] = (),
) -> bytes:
    """Write a Token-2022 mint with its metadata inside, as pump.fun's create_v2 makes it."""
    pointer = bytes(32) + bytes(mint)
    metadata = bytes(32) + bytes(mint) + _string(name) + _string(symbol) + _string(uri) + bytes(4)
    return (
        base.ljust(TOKEN_ACCOUNT_SIZE, b"\0")
        + bytes([ACCOUNT_TYPE_MINT])
        + written(
            (
                *extensions,
                (EXTENSION_METADATA_POINTER, pointer),
                (EXTENSION_TOKEN_METADATA, metadata),
            )
        )
    )


def token_account(
    mint: Pubkey,
    owner: Pubkey,
    amount: int,
    *,
    native_reserve_lamports: int | None = None,
    immutable_owner: bool = False,
    withholds_fee: bool = False,
) -> bytes:
    """Write an initialised token account; wrapped SOL carries its rent reserve.

    `immutable_owner` adds the one extension that Token-2022 associated accounts always have,
    `withholds_fee` that of every account of a mint with a transfer fee.
    """
    data = AccountData(TOKEN_ACCOUNT_SIZE)
    data.key(0, mint)
    data.key(32, owner)
    data.unsigned(64, amount)
    data.unsigned(108, 1, 8)
    if native_reserve_lamports is not None:
        data.unsigned(109, 1, 32)
        data.unsigned(113, native_reserve_lamports)
    extensions = [(EXTENSION_IMMUTABLE_OWNER, b"")] if immutable_owner else []
    extensions += [withheld_nothing()] if withholds_fee else []
    tail = bytes([ACCOUNT_TYPE_TOKEN_ACCOUNT]) + written(extensions) if extensions else b""
    return bytes(data) + tail


def metaplex_metadata(
    mint: Pubkey, update_authority: Pubkey, name: str, symbol: str, uri: str
) -> bytes:
    """Write a Metaplex metadata account with its strings padded to their full length."""
    data = AccountData(METADATA_SIZE)
    data.unsigned(0, METADATA_KEY, 8)
    data.key(1, update_authority)
    data.key(33, mint)
    data.raw(65, _padded_string(name, NAME_BYTES))
    data.raw(101, _padded_string(symbol, SYMBOL_BYTES))
    data.raw(115, _padded_string(uri, URI_BYTES))
    data.raw(319, bytes([0, 0, 0, 0, 0, 1, 0xFE, 1, FUNGIBLE]))
    return bytes(data)


def _string(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(4, "little") + raw


def _padded_string(text: str, size: int) -> bytes:
    raw = text.encode()
    if len(raw) > size:
        raise ValueError(f"{text!r} is longer than {size} bytes")
    return size.to_bytes(4, "little") + raw.ljust(size, b"\0")
