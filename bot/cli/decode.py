"""`kitrader decode`: what dumped accounts say: the price of every pool among them."""

import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import orjson

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import pool_kind, read_stored
from bot.adapters.solana.pools.other_accounts import companion_kind, spoilt_pool_kind
from bot.adapters.solana.pools.pyth import feed_mint, oracle_kind, read_reference_price
from bot.adapters.solana.pools.stored import StoredPool
from bot.adapters.solana.pools.surroundings import Surroundings
from bot.cli.account_files import FiledAccount, UnreadFile, account_paths, read_accounts
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.oriented import exact_decimal
from bot.domain.reference_prices import ReferencePrice

Line = dict[str, object]
Accounts = Mapping[str, AccountBytes]


def add_parser(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "decode",
        help="read pool accounts from files and print their prices",
        description="Read dumped Solana accounts; print what each pool among them says. "
        "Vaults and mints are found among all the files given. The price is in the pool's own "
        "order: token 1 (Y, B, quote) per token 0 (X, A, base). "
        "Exit code: 0 all pools read, 1 some not, 2 wrong usage.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file or a folder")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--all", action="store_true", help="list the accounts beside pools too")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print a line for each pool; give the exit code."""
    paths: Sequence[Path] = arguments.paths
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        print(f"kitrader decode: no such file or folder: {', '.join(missing)}", file=sys.stderr)
        return 2
    found = [entry for path in account_paths(paths) for entry in read_accounts(path)]
    lines = list(_lines(found, is_all=arguments.all))
    write = _print_json if arguments.json else _print_table
    write(lines)
    if not lines:
        print("kitrader decode: no pool among these accounts", file=sys.stderr)
    return 1 if any("error" in line for line in lines) else 0


def _lines(found: Sequence[FiledAccount | UnreadFile], *, is_all: bool) -> Iterable[Line]:
    shelves = _Shelves([entry for entry in found if isinstance(entry, FiledAccount)])
    for entry in found:
        if isinstance(entry, UnreadFile):
            named = str(entry.path).encode(errors="replace").decode()
            yield {"pubkey": entry.pubkey, "error": entry.reason, "file": named}
            continue
        line = _line(entry, shelves)
        is_aside = line.pop("aside", False)
        if is_all or not is_aside:
            yield line


class _Shelves:
    """The accounts by address: a pool's own file first, then its folder, then all files."""

    def __init__(self, found: Iterable[FiledAccount]) -> None:
        self._every: dict[str, AccountBytes] = {}
        self._by_place: dict[Path, dict[str, AccountBytes]] = {}
        for entry in found:
            for shelf in (
                self._every,
                self._by_place.setdefault(entry.path, {}),
                self._by_place.setdefault(entry.path.parent, {}),
            ):
                shelf.setdefault(entry.pubkey or "", entry.account)

    def around(self, entry: FiledAccount) -> Surroundings:
        """Give what lies around one account."""
        address = entry.pubkey or ""
        places = (self._by_place[entry.path], self._by_place[entry.path.parent])
        shelves = ChainMap({address: entry.account}, *places, self._every)
        return Surroundings(address=address, accounts=shelves, slot=entry.slot)


def _line(entry: FiledAccount, shelves: _Shelves) -> Line:
    account, line = entry.account, Line(pubkey=entry.pubkey)
    kind, oracle = pool_kind(account), oracle_kind(account)
    named = kind or oracle
    if named is None:
        return line | _aside(account)
    try:
        if oracle is not None:
            return line | _oracle_fields(read_reference_price(account), entry.slot)
        stored = read_stored(shelves.around(entry))
    except UnreadableAccount as error:
        return line | {"kind": named.value, "error": str(error)}
    return line | _pool_fields(stored, entry.slot)


def _aside(account: AccountBytes) -> Line:
    spoilt = spoilt_pool_kind(account)
    if spoilt is not None:
        return {"kind": spoilt.value, "error": "the program's account, but no pool that we know"}
    return {"kind": companion_kind(account) or "unknown", "owner": account.owner, "aside": True}


def _pool_fields(stored: StoredPool, slot: int | None) -> Line:
    halt = () if stored.halt is None else (stored.halt,)
    price = exact_decimal(stored.pool.price())
    fields: Line = {
        "kind": stored.kind.value,
        "base_mint": stored.first_mint,
        "quote_mint": stored.second_mint,
        "price": plain(price, stored.first_decimals - stored.second_decimals),
        "base_decimals": stored.first_decimals,
        "quote_decimals": stored.second_decimals,
        "notes": [*halt, *stored.notes],
    }
    return fields if slot is None else fields | {"slot": slot}


def _oracle_fields(reference: ReferencePrice, slot: int | None) -> Line:
    fields: Line = {
        "kind": reference.kind.value,
        "base_mint": feed_mint(reference.feed),
        "quote_mint": None,
        "quote": "USD",
        "price": plain(reference.price, 0),
        "confidence": plain(reference.confidence, 0),
        "exponent": reference.exponent,
        "published_at": reference.published_at_seconds,
        "status": reference.status.value,
        "feed": reference.feed,
        "price_slot": reference.slot,
        "notes": list(reference.doubts()),
    }
    return fields if slot is None else fields | {"slot": slot}


def plain(price: Decimal, shift: int) -> str:
    """Give a price, its point moved, in plain notation without trailing zeros."""
    sign, digits, exponent = price.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 (a price is a number, never NaN)
    text = format(Decimal((sign, digits, exponent + shift)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _print_json(lines: Iterable[Line]) -> None:
    for line in lines:
        print(orjson.dumps(line).decode())


def _print_table(lines: Iterable[Line]) -> None:
    for line in lines:
        kind = str(line.get("kind", "file"))
        what = line.get("error") or line.get("price") or ""
        quote = line.get("quote") or _short(line.get("quote_mint"))
        pair = f"{_short(line.get('base_mint'))}/{quote}"
        where = line.get("pubkey") or line.get("file") or "(no address)"
        is_priced = "price" in line
        said = f"{_rounded(str(what))} {pair}" if is_priced else f"error: {what}" * bool(what)
        notes = line.get("notes")
        remark = f"  ({'; '.join(map(str, notes))})" if isinstance(notes, list) and notes else ""
        print(_visible(f"{kind:<22} {where!s:<46} {said}{remark}"))


def _visible(text: str) -> str:
    """Keep what a file says from steering the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _rounded(price: str) -> str:
    return format(Decimal(format(Decimal(price), ".12g")), "f")


def _short(mint: object) -> str:
    return str(mint)[:4] + "…" if mint else "?"
