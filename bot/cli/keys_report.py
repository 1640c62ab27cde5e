"""What `kitrader keys` prints: sentences for people, or one JSON object."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import orjson

from bot.adapters.vault.keyring import Keyring
from bot.cli.keys_new_version import Added
from bot.domain.live_wallets import FaultyKey, KeyFault
from bot.services.wallet_keys import KeyCheck, KeyRotation

_MOST_LINES = 50
_NOT_APART = (
    "the master key lies beside the database or in the environment: good enough for a sandbox only"
)
_MEANING = {
    KeyFault.MALFORMED: "its row was damaged",
    KeyFault.DOES_NOT_OPEN: "its row was changed or moved, or this master key is another one",
    KeyFault.OTHER_ADDRESS: "it is the key of another address",
    KeyFault.NO_MASTER_KEY: "the master key of its version is not here",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an action found: lines for people, the same for machines, and whether all is well."""

    is_well: bool
    lines: tuple[str, ...]
    found: Mapping[str, object]
    warnings: tuple[str, ...] = ()


def tell(report: Report, *, as_json: bool) -> None:
    """Print a report."""
    if as_json:
        line = {"is_well": report.is_well, **report.found, "warnings": report.warnings}
        sys.stdout.write(orjson.dumps(line).decode() + "\n")
        return
    for warning in report.warnings:
        print(f"WARNING {warning}", file=sys.stderr)
    print("\n".join(report.lines))


def standing(ring: Keyring | None, wallets: Mapping[int, int]) -> Report:
    """Say which master keys there are, and what lies under each."""
    known = ring.versions if ring else ()
    missing = sorted(set(wallets) - set(known))
    rows = [
        {
            "version": version,
            "key_id": ring.key_id(version) if ring and version in known else None,
            "wallets": wallets.get(version, 0),
            "is_newest": ring is not None and version == ring.newest,
        }
        for version in sorted({*known, *wallets})
    ]
    where = f"master keys: {ring.came_from}" if ring else "there is no master key"
    return Report(
        is_well=not missing,
        lines=(where, *map(_row, rows)),
        found={"came_from": ring.came_from if ring else None, "versions": rows, "missing": missing},
        warnings=_warnings(ring),
    )


def _row(row: Mapping[str, object]) -> str:
    state = "MISSING" if row["key_id"] is None else f"key {row['key_id']}"
    newest = ", seals" if row["is_newest"] else ""
    return f"  version {row['version']}: {state}, {row['wallets']} wallets{newest}"


def checked(ring: Keyring, check: KeyCheck) -> Report:
    """Say which keys open."""
    well = f"{check.checked - len(check.faults)} of {check.checked} keys open and fit their address"
    return Report(
        is_well=not check.faults,
        lines=(*_faults(check.faults), well),
        found={"checked": check.checked, "faults": _as_json(check.faults)},
        warnings=_warnings(ring),
    )


def rotated(ring: Keyring, rotation: KeyRotation) -> Report:
    """Say what was sealed anew."""
    done = f"{rotation.resealed} keys sealed anew under master key {rotation.newest}"
    rest = f"{rotation.left} are not: run it again" if rotation.left else "all lie under it"
    kept = "keep the older master keys as long as a backup of the database needs them"
    return Report(
        is_well=not rotation.left and not rotation.faults,
        lines=(*_faults(rotation.faults), f"{done}; {rest}", kept),
        found={
            "newest": rotation.newest,
            "resealed": rotation.resealed,
            "left": rotation.left,
            "faults": _as_json(rotation.faults),
        },
        warnings=_warnings(ring),
    )


def made(added: Added, *, is_in_use: bool) -> Report:
    """Say where the new master key lies, and what to do next."""
    copied = ", ".join(map(str, added.copied))
    steps = (
        f"made master key {added.version} ({added.key_id}) in {added.path}",
        *([f"copied version {copied} beside it"] if copied else []),
        "now: 1. back it up, apart from the database's backups",
        *([] if is_in_use else [f"     set MASTER_KEYS_DIR={added.path.parent}"]),
        "     2. start again what holds keys  3. kitrader keys rotate",
    )
    found = {**asdict(added), "path": str(added.path)}
    return Report(is_well=True, lines=steps, found=found)


def _warnings(ring: Keyring | None) -> tuple[str, ...]:
    return () if ring is None or ring.is_apart else (_NOT_APART,)


def _faults(faults: tuple[FaultyKey, ...]) -> Iterable[str]:
    for fault in faults[:_MOST_LINES]:
        yield (
            f"FAULTY wallet {fault.number} of user {fault.user_id} ({fault.address}), "
            f"version {fault.key_version}: {_MEANING[fault.fault]}"
        )
    if len(faults) > _MOST_LINES:
        yield f"and {len(faults) - _MOST_LINES} more (--json names all)"


def _as_json(faults: tuple[FaultyKey, ...]) -> list[dict[str, object]]:
    return [asdict(fault) for fault in faults]
