"""Token-2022 extensions of a mint: their names, what they risk, and the transfer fee."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.adapters.solana.pools.fields import optional_address, slice_at, u8, u16, u32, u64

FIRST_EXTENSION = 166
TRANSFER_FEE, DEFAULT_STATE, NON_TRANSFERABLE, PERMANENT_DELEGATE = 1, 6, 9, 12
TRANSFER_HOOK, TOKEN_METADATA, PAUSABLE, CLOSE_AUTHORITY = 14, 19, 26, 3

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFee:
    """What every transfer of a token loses: hundredths of a percent, at most `maximum`."""

    bps: int = 0
    maximum: int = 0


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


def transfer_fee(value: bytes, epoch: int | None) -> TransferFee:
    """Give the fee in force at an epoch: the newer one from its epoch on.

    Without an epoch the newer one is given. Layout: older fee at 72, newer at 90, each
    epoch, maximum and rate (token-2022 `TransferFeeConfig`).
    """
    newer_epoch = u64(value, 90)
    offset = 72 if epoch is not None and epoch < newer_epoch else 90
    return TransferFee(bps=u16(value, offset + 16), maximum=u64(value, offset + 8))


def risks_of(extensions: Mapping[int, bytes], fee: TransferFee) -> tuple[str, ...]:
    """Name what somebody could do to a holder: take, freeze, block, or charge."""
    found = {
        "permanent delegate": _has_address(extensions, PERMANENT_DELEGATE, 0),
        "not transferable": NON_TRANSFERABLE in extensions,
        "transfer hook": _has_address(extensions, TRANSFER_HOOK, 32),
        "frozen by default": _flag(extensions, DEFAULT_STATE, 0) == _FROZEN,
        "paused": _flag(extensions, PAUSABLE, 32) == 1,
        "can be paused": _has_address(extensions, PAUSABLE, 0),
        "transfer fee": fee.bps > 0,
        "transfer fee can rise": _has_address(extensions, TRANSFER_FEE, 0),
        "mint can be closed": _has_address(extensions, CLOSE_AUTHORITY, 0),
    }
    return tuple(name for name, is_so in found.items() if is_so)


def _has_address(extensions: Mapping[int, bytes], number: int, offset: int) -> bool:
    value = extensions.get(number)
    return value is not None and optional_address(value, offset) is not None


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
