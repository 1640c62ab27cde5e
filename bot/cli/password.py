"""`kitrader password`: make the hash of a password with which people let themselves in."""

import argparse
import getpass
import sys

from bot.adapters.passwords import LONGEST_PASSWORD, hash_password
from bot.cli.setup import FAILED

SHORTEST_PASSWORD = 12


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "password",
        help="make the hash for AUTH_PASSWORD_HASH",
        description="Asks for a password, or reads one line where it is piped in, and prints its "
        "argon2id hash for AUTH_PASSWORD_HASH. The password itself is kept nowhere.",
    )
    parser.set_defaults(run=_run)


def _run(_given: argparse.Namespace) -> int:
    password = _typed()
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        print(
            f"kitrader password: take {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters",
            file=sys.stderr,
        )
        return FAILED
    if password.split() != [password]:
        print("kitrader password: spaces get lost in a chat; take none", file=sys.stderr)
        return FAILED
    print(f"AUTH_PASSWORD_HASH='{hash_password(password)}'")
    return 0


def _typed() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n")
