"""Token-2022 extensions of a mint: their names, and what they mean to a holder."""

import struct
from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import isfinite

from bot.adapters.solana.pools.fields import (
    optional_address,
    signed,
    slice_at,
    u8,
    u16,
    u32,
    u64,
)
from bot.domain.errors import UnreadableAccount
from bot.domain.token_rules import NO_RULES, TokenRules, UiMultiplier
from bot.domain.transfer_fees import BPS, FeeSchedule, TransferFee

FIRST_EXTENSION = 166
TRANSFER_FEE, CLOSE_AUTHORITY, CONFIDENTIAL, DEFAULT_STATE = 1, 3, 4, 6
NON_TRANSFERABLE, INTEREST, PERMANENT_DELEGATE, TRANSFER_HOOK = 9, 10, 12, 14
TOKEN_METADATA, SCALED_UI_AMOUNT, PAUSABLE = 19, 25, 26

# Numbers and names: `ExtensionType` of solana-program/token-2022.
NAMES = {
    1: "TransferFeeConfig",
    2: "TransferFeeAmount",
    3: "MintCloseAuthority",
    4: "ConfidentialTransferMint",
    5: "ConfidentialTransferAccount",
    6: "DefaultAccountState",
    7: "ImmutableOwner",
    8: "MemoTransfer",
    9: "NonTransferable",
    10: "InterestBearingConfig",
    11: "CpiGuard",
    12: "PermanentDelegate",
    13: "NonTransferableAccount",
    14: "TransferHook",
    15: "TransferHookAccount",
    16: "ConfidentialTransferFeeConfig",
    17: "ConfidentialTransferFeeAmount",
    18: "MetadataPointer",
    19: "TokenMetadata",
    20: "GroupPointer",
    21: "TokenGroup",
    22: "GroupMemberPointer",
    23: "TokenGroupMember",
    24: "ConfidentialMintBurn",
    25: "ScaledUiAmount",
    26: "Pausable",
    27: "PausableAccount",
    28: "PermissionedBurn",
}
_FROZEN = 2


def read_extensions(data: bytes) -> Mapping[int, bytes]:
    """Give each extension's value by its number, in the account's order.

    Raises `UnreadableAccount` if a length runs past the end.
    """
    return dict(_entries(data))


def _entries(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = FIRST_EXTENSION
    while offset + 4 <= len(data):
        number, length = u16(data, offset), u16(data, offset + 2)
        if number == 0:
            return
        yield number, slice_at(data, offset + 4, length)
        offset += 4 + length


def extension_name(number: int) -> str:
    """Give an extension's name, or its number for one that is newer than this list."""
    return NAMES.get(number, f"Extension{number}")


def read_rules(extensions: Mapping[int, bytes]) -> TokenRules:
    """Read what the extensions mean to a holder; raises `UnreadableAccount`.

    Layouts: `extension/*/mod.rs` of solana-program/token-2022.
    """
    if not extensions:
        return NO_RULES
    pause_authority, is_paused = _pausing(extensions)
    rules = TokenRules(
        fees=_fees(extensions.get(TRANSFER_FEE)),
        fee_authority=_address(extensions, TRANSFER_FEE, 0),
        hook_program=_address(extensions, TRANSFER_HOOK, 32),
        hook_authority=_address(extensions, TRANSFER_HOOK, 0),
        permanent_delegate=_address(extensions, PERMANENT_DELEGATE, 0),
        pause_authority=pause_authority,
        is_paused=is_paused,
        is_born_frozen=_flag(extensions, DEFAULT_STATE, 0) == _FROZEN,
        is_transferable=NON_TRANSFERABLE not in extensions,
        close_authority=_address(extensions, CLOSE_AUTHORITY, 0),
        is_confidential=CONFIDENTIAL in extensions,
        is_interest_bearing=INTEREST in extensions,
        ui=_ui_multiplier(extensions.get(SCALED_UI_AMOUNT)),
        unknown=tuple(extension_name(number) for number in extensions if number not in NAMES),
    )
    return NO_RULES if rules == NO_RULES else rules


def _fees(value: bytes | None) -> FeeSchedule:
    # The withdrawing authority stands at 32 and what was withheld at 64; then epoch, maximum
    # and rate of the older fee and of the newer one.
    if value is None:
        return FeeSchedule()
    return FeeSchedule(older=_fee(value, 72), newer=_fee(value, 90), newer_epoch=u64(value, 90))


def _fee(value: bytes, offset: int) -> TransferFee:
    bps = u16(value, offset + 16)
    if bps > BPS:
        raise UnreadableAccount(f"a transfer fee of {bps} bps")
    return TransferFee(bps=bps, maximum=u64(value, offset + 8))


def _pausing(extensions: Mapping[int, bytes]) -> tuple[str | None, bool]:
    return _address(extensions, PAUSABLE, 0), _flag(extensions, PAUSABLE, 32) == 1


def _ui_multiplier(value: bytes | None) -> UiMultiplier:
    if value is None:
        return UiMultiplier()
    return UiMultiplier(
        older=_multiplier(value, 32), newer=_multiplier(value, 48), newer_at=signed(value, 40, 8)
    )


def _multiplier(value: bytes, offset: int) -> Decimal:
    number: float = struct.unpack("<d", slice_at(value, offset, 8))[0]
    if not isfinite(number) or number <= 0:
        raise UnreadableAccount("a multiplier that is no positive number")
    # The shortest decimal that means this number: what its issuer typed.
    return Decimal(repr(number))


def _address(extensions: Mapping[int, bytes], number: int, offset: int) -> str | None:
    value = extensions.get(number)
    return None if value is None else optional_address(value, offset)


def _flag(extensions: Mapping[int, bytes], number: int, offset: int) -> int:
    value = extensions.get(number)
    return 0 if value is None else u8(value, offset)


def read_texts(data: bytes, offset: int, count: int) -> tuple[str, ...]:
    """Read length-prefixed UTF-8 texts one after another, padding zeros stripped."""
    texts = []
    for _ in range(count):
        length = u32(data, offset)
        raw = slice_at(data, offset + 4, length)
        texts.append(raw.decode("utf-8", errors="replace").rstrip("\0"))
        offset += 4 + length
    return tuple(texts)


def read_name_and_symbol(value: bytes) -> tuple[str, str]:
    """Read name and symbol of a `TokenMetadata` extension: raw text, to be cleaned."""
    name, symbol = read_texts(value, 64, 2)
    return name, symbol
