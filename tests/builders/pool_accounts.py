"""Genuine account dumps, where they are at hand, and small accounts made to measure."""

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.adapters.solana.pools.account import AccountBytes
from bot.domain.identifiers import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, decode_address

GENUINE = Path(__file__).parents[3] / "shared" / "data" / "solana_accounts"


def genuine_folder() -> Path:
    if not GENUINE.is_dir():
        pytest.skip("genuine account dumps are not at hand")
    return GENUINE


def genuine_account(name: str) -> AccountBytes:
    """Read one dump by its path below the folder, without its ending."""
    account = json.loads((genuine_folder() / f"{name}.json").read_bytes())["account"]
    return AccountBytes(owner=account["owner"], data=b64decode(account["data"][0]))


def genuine_accounts(folder: str) -> dict[str, AccountBytes]:
    """Read all dumps of one folder by address; of several copies the shortest name counts."""
    paths = sorted((genuine_folder() / folder).glob("*.json"), key=lambda path: len(path.name))
    found: dict[str, AccountBytes] = {}
    for path in paths:
        pubkey = json.loads(path.read_bytes())["pubkey"]
        found.setdefault(pubkey, genuine_account(f"{folder}/{path.stem}"))
    return found


def with_bytes(account: AccountBytes, changes: Mapping[int, bytes]) -> AccountBytes:
    """Copy an account with some bytes changed, by offset."""
    data = bytearray(account.data)
    for offset, value in changes.items():
        data[offset : offset + len(value)] = value
    return AccountBytes(owner=account.owner, data=bytes(data), lamports=account.lamports)


def some_address(number: int) -> bytes:
    return number.to_bytes(32, "big")


def holding_account(mint: str, amount: int, *, is_frozen: bool = False) -> AccountBytes:
    data = bytearray(165)
    data[0:32] = decode_address(mint)
    data[64:72] = amount.to_bytes(8, "little")
    data[108] = 2 if is_frozen else 1
    return AccountBytes(owner=TOKEN_PROGRAM, data=bytes(data))


def mint_account(decimals: int, *, supply: int = 10**15) -> AccountBytes:
    data = bytearray(82)
    data[36:44] = supply.to_bytes(8, "little")
    data[44], data[45] = decimals, 1
    return AccountBytes(owner=TOKEN_PROGRAM, data=bytes(data))


def extended_mint_account(*extensions: tuple[int, bytes]) -> AccountBytes:
    """A Token-2022 mint of six decimals with the given extensions."""
    body = b"".join(
        number.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value
        for number, value in extensions
    )
    data = mint_account(6).data.ljust(165, b"\0") + b"\1" + body
    return AccountBytes(owner=TOKEN_2022_PROGRAM, data=data)
