"""Account dumps from files: single accounts, lists, and answers of getMultipleAccounts."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from bot.adapters.solana.pools.account import AccountBytes

_LARGEST_FILE_BYTES = 256 * 2**20
_DEEPEST = 5  # answers nest result, value, entry, account


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledAccount:
    """One account from a file, with its address and slot where the file gives them."""

    path: Path
    pubkey: str | None
    account: AccountBytes
    slot: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadFile:
    """A file, or one account of it, that could not be read, and why."""

    path: Path
    pubkey: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """What is known of an account before it is reached."""

    path: Path
    pubkey: str | None = None
    slot: int | None = None


def account_paths(paths: Iterable[Path]) -> Iterator[Path]:
    """Give every file: those named, and the JSON files below the folders named."""
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*.json") if found.is_file())
        else:
            yield path


def read_accounts(path: Path) -> Iterator[FiledAccount | UnreadFile]:
    """Give the accounts in one file; what cannot be read is given as such, never raised."""
    try:
        if path.stat().st_size > _LARGEST_FILE_BYTES:
            yield UnreadFile(path=path, pubkey=None, reason="file too large")
            return
        content: object = orjson.loads(path.read_bytes())
    except OSError as error:
        yield UnreadFile(path=path, pubkey=None, reason=f"cannot open: {error.strerror}")
        return
    except orjson.JSONDecodeError as error:
        yield UnreadFile(path=path, pubkey=None, reason=f"not JSON: {error}")
        return
    found = list(_accounts_in(content, _Label(path=path), _DEEPEST))
    yield from found or [UnreadFile(path=path, pubkey=None, reason="no account in this file")]


def _accounts_in(node: object, label: _Label, depth: int) -> Iterator[FiledAccount | UnreadFile]:
    if depth < 0:
        return
    if isinstance(node, list):
        for entry in node:
            yield from _accounts_in(entry, label, depth - 1)
    elif isinstance(node, dict):
        yield from _accounts_of(node, _relabelled(node, label), depth - 1)


def _accounts_of(
    node: dict[str, object], label: _Label, depth: int
) -> Iterator[FiledAccount | UnreadFile]:
    if "data" in node and "owner" in node:
        yield _account(node, label)
        return
    wrapped = next((node[key] for key in ("account", "result", "value") if key in node), None)
    if wrapped is not None:
        yield from _accounts_in(wrapped, label, depth)
        return
    for key, entry in node.items():
        own = _Label(path=label.path, pubkey=key, slot=label.slot)
        yield from _accounts_in(entry, own if _is_nested(entry) else label, depth)


def _is_nested(entry: object) -> bool:
    return isinstance(entry, dict)


def _relabelled(node: dict[str, object], label: _Label) -> _Label:
    context = node.get("context")
    slot = context.get("slot") if isinstance(context, dict) else node.get("slot")
    pubkey = node.get("pubkey")
    return _Label(
        path=label.path,
        pubkey=pubkey if isinstance(pubkey, str) else label.pubkey,
        slot=slot if isinstance(slot, int) else label.slot,
    )


def _account(node: dict[str, object], label: _Label) -> FiledAccount | UnreadFile:
    owner, lamports = node["owner"], node.get("lamports")
    data = _bytes_of(node["data"])
    if isinstance(data, str) or not isinstance(owner, str):
        reason = data if isinstance(data, str) else "an owner that is no text"
        return UnreadFile(path=label.path, pubkey=label.pubkey, reason=reason)
    account = AccountBytes(
        owner=owner,
        data=data,
        lamports=lamports if isinstance(lamports, int) else 0,
    )
    return FiledAccount(path=label.path, pubkey=label.pubkey, account=account, slot=label.slot)


def _bytes_of(data: object) -> bytes | str:
    """Decode account data, or give the reason why not."""
    match data:
        case [str(text), "base64"] | str(text):
            try:
                return b64decode(text, validate=True)
            except (Base64Error, ValueError):
                return "data that is not base64"
        case [_, str(encoding)]:
            return f"data in {encoding[:20]}: only base64 is read"
        case _:
            return "data that is not [text, encoding]"
