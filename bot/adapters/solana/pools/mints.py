"""Mint accounts of SPL Token and Token-2022: decimals, supply, authorities, extensions."""

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.extensions import (
    TOKEN_METADATA,
    extension_name,
    read_extensions,
    read_name_and_symbol,
    read_rules,
)
from bot.adapters.solana.pools.fields import address, u8, u32, u64
from bot.adapters.solana.pools.holdings import HOLDING_BYTES, read_holding
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from bot.domain.tokens import MintReading

__all__ = ["MINT_BYTES", "is_mint_shaped", "read_holding", "read_mint"]

MINT_BYTES = 82
_MULTISIG_BYTES = 355
_IS_MINT = 1


def read_mint(mint: str, account: AccountBytes, epoch: int | None = None) -> MintReading:
    """Read a mint; raises `UnreadableAccount`.

    The transfer fee is the one in force at `epoch`, or the newer one where that is
    unknown. Source: spl-token `Mint` (82 bytes); Token-2022 pads it to 165, then a type
    byte and the extensions.
    """
    if not is_mint_shaped(account):
        raise UnreadableAccount("not a mint")
    data = account.data
    if u8(data, 45) != 1:
        raise UnreadableAccount("a mint that was never set up")
    extensions = read_extensions(data)
    rules = read_rules(extensions)
    fee = rules.fees.newer if epoch is None else rules.fees.at_epoch(epoch)
    metadata = extensions.get(TOKEN_METADATA)
    name, symbol = (None, None) if metadata is None else read_name_and_symbol(metadata)
    return MintReading(
        mint=mint,
        program=account.owner,
        decimals=u8(data, 44),
        supply=u64(data, 36),
        mint_authority=_authority(data, 0),
        freeze_authority=_authority(data, 46),
        extensions=tuple(extension_name(number) for number in extensions),
        transfer_fee_bps=fee.bps,
        transfer_fee_maximum=fee.maximum,
        rules=rules,
        risks=rules.risks(fee),
        name=name,
        symbol=symbol,
    )


def is_mint_shaped(account: AccountBytes) -> bool:
    """Tell whether owner, length and type byte are those of a mint."""
    length = len(account.data)
    if account.owner == TOKEN_PROGRAM:
        return length == MINT_BYTES
    if account.owner != TOKEN_2022_PROGRAM or length == _MULTISIG_BYTES:
        return False
    is_extended = length > HOLDING_BYTES and account.data[HOLDING_BYTES] == _IS_MINT
    return length == MINT_BYTES or is_extended


def _authority(data: bytes, offset: int) -> str | None:
    return address(data, offset + 4) if u32(data, offset) else None
