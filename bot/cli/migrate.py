"""`kitrader migrate`: bring the database to the newest schema."""

import argparse

from bot.adapters.database.migrate import migrate, schema_state
from bot.bootstrap.outside import reach_database
from bot.cli.setup import FAILED, log_as_set, run_async, settings_or_exit


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "migrate",
        help="bring the database to the newest schema",
        description="Bring the database to the newest schema, also beside a running bot; "
        "'run' and 'demo' do so at their start. A schema newer than this version is left as it is.",
    )
    parser.add_argument("--check", action="store_true", help="only say where it stands (1: behind)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Migrate, or say where the schema stands; gives the exit code."""
    settings = settings_or_exit("migrate")
    log_as_set(settings, level="WARNING")

    async def work() -> int:
        async with reach_database(settings) as dsn:
            before, newest = await schema_state(dsn)
            after = before if arguments.check else await migrate(dsn)
        print(f"schema {before} -> {after}" if after != before else f"schema {after}", end="")
        print(" (newest)" if after == newest else f" (newest is {newest})")
        return 0 if after == newest else FAILED

    outcome = run_async("migrate", work())
    return FAILED if outcome is None else outcome
