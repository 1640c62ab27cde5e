"""`kitrader ledger check`: prove the books from the transfers up, the audit log by hashes."""

import argparse
import sys
from dataclasses import replace

import orjson

from bot.adapters.clock import SystemClock
from bot.adapters.database.audit_chain import PostgresAuditChain
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.migrate import schema_state
from bot.bootstrap.master_key import AUDIT_SEALS, derived_key, master_key
from bot.bootstrap.outside import reach_database
from bot.cli.setup import FAILED, SetupError, log_as_set, run_async, settings_or_exit
from bot.domain.money import ui_amount
from bot.ports.books import LedgerProof
from bot.services.audit_sealing import AuditProof


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "ledger", help="prove the books", description="Look into the double-entry ledger."
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="check every sum, balance, order and position, and the audit log",
        description="Recompute the books from the transfers, hold the audit log against its hashes "
        "and seals, and name every difference. "
        "Exit code: 0 all well, 1 any difference (or no database), 2 usage.",
    )
    check.add_argument("--json", action="store_true", help="one JSON object")
    check.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the proof; gives the exit code."""
    settings = settings_or_exit("ledger check")
    log_as_set(settings, level="WARNING")

    async def work() -> LedgerProof:
        key = derived_key(master_key(settings), AUDIT_SEALS)
        async with reach_database(settings) as dsn:
            found, newest = await schema_state(dsn)
            if found != newest:
                raise SetupError(f"the schema is at {found}, not {newest}: run kitrader migrate")
            async with open_pool(dsn, size=2) as pool:
                return await prove(pool, key)

    proof = run_async("ledger check", work())
    if proof is None:
        return FAILED
    if arguments.json:
        sys.stdout.write(orjson.dumps(_as_json(proof)).decode() + "\n")
    else:
        _print_table(proof)
    return 0 if proof.is_balanced else FAILED


async def prove(pool: Pool, key: bytes | None) -> LedgerProof:
    """Check books and audit log of a database, whose seals are of this key if there is one."""
    books = await PostgresLedgerAudit(pool, SystemClock()).prove()
    found, counts = await AuditProof(chain=PostgresAuditChain(pool), key=key).check()
    return replace(
        books,
        differences=(*books.differences, *found),
        counts={**books.counts, **counts},
    )


def _as_json(proof: LedgerProof) -> dict[str, object]:
    return {
        "is_balanced": proof.is_balanced,
        "checked_at": proof.checked_at.isoformat(),
        "totals": [
            {
                "mode": asset.mode.value,
                "asset": asset.asset,
                "symbol": asset.symbol,
                "sum": str(asset.total),
                "by_kind": {kind: str(units) for kind, units in asset.by_kind.items()},
            }
            for asset in proof.assets
        ],
        "differences": [
            {
                "kind": difference.kind,
                "subject": difference.subject,
                "expected": difference.expected,
                "found": difference.found,
            }
            for difference in proof.differences
        ],
        "counts": dict(proof.counts),
    }


def _print_table(proof: LedgerProof) -> None:
    for asset in proof.assets:
        print(f"{asset.mode.value.upper():<5}  {asset.symbol}  sum {asset.total}")
        for kind, units in asset.by_kind.items():
            print(f"  {kind:<10} {format(ui_amount(units, asset.decimals), 'f'):>28}")
    counts = ", ".join(f"{number} {name}" for name, number in proof.counts.items())
    print(counts)
    for difference in proof.differences:
        print(
            f"DIFFERENCE {difference.kind}: {difference.subject}: "
            f"expected {difference.expected}, found {difference.found}"
        )
    well = "books balance, and the audit log is as it was written"
    print(well if proof.is_balanced else f"{len(proof.differences)} differences")
