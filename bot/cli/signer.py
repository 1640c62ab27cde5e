"""`kitrader signer`: the process that opens keys, or what is well with it."""

import argparse
import os
import sys
from pathlib import Path

import uvloop

from bot.adapters.vault.master_key import BadMasterKeyError
from bot.adapters.vault.no_dumps import forbid_dumps
from bot.observability.logging import set_up_logging
from bot.signer.journal import JournalDamaged
from bot.signer.process import keyring_of, opened_desk, serve
from bot.signer.settings import BadSettings, SignerSettings, signer_settings

VARIABLE = "SIGNER_SETTINGS"
_FAILED, _USAGE = 1, 2


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "signer",
        help="run the signer, which opens wallets' keys and judges what it signs",
        description="Serves the signer's socket until SIGTERM or Ctrl-C. It reads its own settings "
        "and none of the bot's; docs/signer.md explains them. Exit code: 0 stopped or all well, "
        "1 could not run, 2 wrong settings.",
    )
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help=f"the signer's settings (default: the file that {VARIABLE} names)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="say whether settings, master keys and journal are well, and serve nothing; "
        "the signer must not run meanwhile",
    )
    parser.add_argument(
        "--with-parent",
        action="store_true",
        help="stop also when the process that started it has ended; for the demo",
    )
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    path = given.settings or os.environ.get(VARIABLE)
    if not path:
        return _complain(f"name the settings by --settings or {VARIABLE}", _USAGE)
    try:
        settings = signer_settings(Path(path))
        return _work(settings, is_check=given.check, with_parent=given.with_parent)
    except BadSettings as error:
        return _complain(str(error), _USAGE)
    except (BadMasterKeyError, JournalDamaged) as error:
        return _complain(str(error), _FAILED)
    except OSError as error:
        return _complain(f"{error.filename or 'the socket'}: {error.strerror}", _FAILED)


def _work(settings: SignerSettings, *, is_check: bool, with_parent: bool) -> int:
    parent = os.getppid() if with_parent else None
    # Before any key is in memory.
    is_dumpable = not forbid_dumps()
    keyring = keyring_of(settings)
    with opened_desk(settings, keyring, is_dumpable=is_dumpable) as desk:
        if is_check:
            _tell(settings, keyring.versions, desk.health().signatures)
        else:
            set_up_logging(level="INFO")
            uvloop.run(serve(settings, desk, _say_up, parent=parent))
    return 0


def _tell(settings: SignerSettings, versions: tuple[int, ...], signatures: int) -> None:
    print(f"ok   master keys  versions {', '.join(map(str, versions))}")
    print(f"ok   journal      {signatures} signatures, every line as it was written")
    uids = ", ".join(map(str, sorted(settings.peer_uids())))
    print(f"ok   peers        user ids {uids}, socket mode {settings.socket_mode}")
    for name, value in settings.caps:
        print(f"     cap          {name} {value}")
    for what, listed in (
        ("counterparties", settings.counterparties),
        ("tip accounts", settings.more_tip_accounts),
    ):
        if listed:
            print(f"WARN {what:<12} {len(listed)} beside the known ones: for a sandbox only")


def _say_up() -> None:
    print("signer is up", flush=True)


def _complain(words: str, code: int) -> int:
    print(f"kitrader signer: {words}", file=sys.stderr)
    return code
