"""Reads a mint's decimals, supply, name and symbol from the chain."""

from dataclasses import dataclass

from solders.account import Account
from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.addresses import (
    METADATA_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    derive,
)
from bot.sandbox.solana_rpc.chain import Chain

MINT_SIZE = 82
TLV_START = 166
METADATA_EXTENSION = 19
STRING_LIMIT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What a price site shows of a token; supply in base units."""

    mint: Pubkey
    decimals: int
    supply_units: int
    name: str
    symbol: str


def read_token(chain: Chain, mint: Pubkey) -> TokenFacts | None:
    """Read a token; None if there is no such mint. One without metadata has empty names."""
    account = chain.account(mint)
    if account is None or account.owner not in (TOKEN_PROGRAM, TOKEN_2022_PROGRAM):
        return None
    if len(account.data) < MINT_SIZE:
        return None
    name, symbol = _extension_names(account.data) or _metaplex_names(chain, mint) or ("", "")
    return TokenFacts(
        mint=mint,
        decimals=account.data[44],
        supply_units=int.from_bytes(account.data[36:44], "little"),
        name=name,
        symbol=symbol,
    )


def _metaplex_names(chain: Chain, mint: Pubkey) -> tuple[str, str] | None:
    address = derive(METADATA_PROGRAM, b"metadata", METADATA_PROGRAM, mint)
    account: Account | None = chain.account(address)
    if account is None or account.owner != METADATA_PROGRAM:
        return None
    return _two_strings(account.data, 65)


def _extension_names(data: bytes) -> tuple[str, str] | None:
    offset = TLV_START
    while offset + 4 <= len(data):
        kind = int.from_bytes(data[offset : offset + 2], "little")
        length = int.from_bytes(data[offset + 2 : offset + 4], "little")
        if kind == METADATA_EXTENSION:
            return _two_strings(data, offset + 4 + 64)
        offset += 4 + length
    return None


def _two_strings(data: bytes, offset: int) -> tuple[str, str]:
    first, offset = _string(data, offset)
    second, _ = _string(data, offset)
    return first, second


def _string(data: bytes, offset: int) -> tuple[str, int]:
    length = min(int.from_bytes(data[offset : offset + 4], "little"), STRING_LIMIT)
    end = offset + 4 + length
    return data[offset + 4 : end].decode("utf-8", "replace").strip("\0"), end
