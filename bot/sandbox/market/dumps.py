"""Puts genuine account dumps on the chain, and says what it could not read."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from solders.account import Account
from solders.pubkey import Pubkey

from bot.sandbox.solana_rpc.chain import Chain

UNKNOWN_PREFIX = "UNKNOWN_"
MAX_ACCOUNT_BYTES = 10 * 1024 * 1024
U64 = 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpReport:
    """What was put on the chain, and one sentence for each file that was not."""

    loaded: tuple[Pubkey, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dump:
    path: Path
    address: Pubkey
    account: Account

    @property
    def is_named_exactly(self) -> bool:
        return self.path.name == f"{self.address}.json"


def load_accounts(chain: Chain, paths: Iterable[Path]) -> DumpReport:
    """Put dumps (`solana-test-validator --account` form) on the chain, pinned.

    `paths` are files or folders, searched through for `*.json`. Of several dumps of one address
    the file named exactly `<address>.json` wins, then the first by path. A file that is
    malformed or whose address is unknown is reported, never raised.
    """
    chosen: dict[Pubkey, _Dump] = {}
    problems: list[str] = []
    for path in _files(paths, problems):
        try:
            dump = _read(path)
        except (OSError, ValueError) as error:
            problems.append(f"{path.name}: {error}")
            continue
        kept = chosen.get(dump.address)
        if kept is None or (dump.is_named_exactly and not kept.is_named_exactly):
            chosen[dump.address] = dump
    for dump in chosen.values():
        chain.set_account(dump.address, dump.account)
        chain.pin(dump.address)
    return DumpReport(loaded=tuple(chosen), problems=tuple(problems))


def _files(paths: Iterable[Path], problems: list[str]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.json"))
        elif path.exists():
            yield path
        else:
            problems.append(f"{path.name}: no such file or folder")


def _read(path: Path) -> _Dump:
    if path.name.startswith(UNKNOWN_PREFIX):
        raise ValueError("the address of this account is not known")
    body = _mapping(json.loads(path.read_bytes()), "the dump")
    account = _mapping(body.get("account"), "account")
    return _Dump(path=path, address=_key(body.get("pubkey"), "pubkey"), account=_account(account))


def _account(fields: Mapping[str, object]) -> Account:
    lamports = fields.get("lamports")
    if type(lamports) is not int or not 0 <= lamports < U64:
        raise ValueError("lamports is not a whole number of 64 bits")
    return Account(
        lamports,
        _data(fields.get("data")),
        _key(fields.get("owner"), "owner"),
        executable=False,
        rent_epoch=U64 - 1,
    )


def _data(value: object) -> bytes:
    match value:
        case [str(text), "base64"]:
            try:
                data = base64.b64decode(text, validate=True)
            except binascii.Error as error:
                raise ValueError(f"data is not base64: {error}") from error
        case _:
            raise ValueError('data is not [text, "base64"]')
    if len(data) > MAX_ACCOUNT_BYTES:
        raise ValueError("data is larger than an account can be")
    return data


def _mapping(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not an object")  # noqa: TRY004 - a bad file, not our type
    return value


def _key(value: object, name: str) -> Pubkey:
    if not isinstance(value, str):
        raise ValueError(f"{name} is not an address")  # noqa: TRY004 - a bad file, not our type
    try:
        return Pubkey.from_string(value)
    except ValueError as error:
        raise ValueError(f"{name} is not an address: {error}") from error
