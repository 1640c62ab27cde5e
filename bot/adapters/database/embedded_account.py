"""Which operating-system account runs the embedded PostgreSQL, and how a program gets its rights.

PostgreSQL refuses to run as root. Started by root we run it as an unprivileged account. Where a
folder above the data or the programs is closed to that account (a mode-700 home), we lend the
*process* the right to read past it instead of opening the folder to everyone.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.database.embedded_errors import EmbeddedPostgresError

WAY_OUT = "Run Kitrader as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."

# "kitrader" is there where an operator made it for the systemd unit; the others come with Linux.
_ACCOUNTS_FOR_ROOT = ("kitrader", "nobody", "daemon")
_LENT_RIGHTS = ("dac_read_search", "dac_override")
_PROBE = 'test -w "$1" && test -r "$2" && "$3" -V >/dev/null'
_PROBE_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccount:
    """The account that owns the cluster folder and runs the server."""

    name: str
    uid: int
    gid: int


def choose_account(cluster: Path) -> ServerAccount:
    """Name the account: ourselves, or as root the cluster's owner, else an unprivileged one.

    Raises:
        EmbeddedPostgresError: no such account, or the cluster belongs to somebody else.
    """
    owner = cluster.stat().st_uid if cluster.exists() else None
    if os.geteuid() == 0:
        return _account_of(owner) if owner else _account_for_root()
    if owner is not None and owner != os.geteuid():
        raise EmbeddedPostgresError(
            f"The database folder {cluster} belongs to another account (number {owner}). "
            "Start Kitrader as before, choose another DATA_DIR, or set DATABASE_URL.",
        )
    return _account_of(os.geteuid())


def own_folder(folder: Path, account: ServerAccount) -> None:
    """Make a private folder that belongs to the account; its parent must be ours."""
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, account.uid, account.gid)


def adopt_tree(folder: Path, account: ServerAccount) -> None:
    """Give a cluster that root owns (copied or restored by root) to the account."""
    if os.geteuid() != 0 or folder.stat().st_uid == account.uid:
        return
    for parent, _, files in os.walk(folder):
        for path in (parent, *(os.path.join(parent, name) for name in files)):  # noqa: PTH118 - os.walk speaks str
            os.chown(path, account.uid, account.gid, follow_symlinks=False)


def account_prefix(account: ServerAccount, *, folder: Path, programs: Path) -> list[str]:
    """Find the command to put before a program so that it runs as the account.

    The program then also gets SIGINT (PostgreSQL's fast shutdown) when the starting thread dies.
    Every way is tried on the real files, the one with the fewest rights first. Without setpriv
    (or where a service's rules forbid it) an ordinary user's server is found at the next start.

    Raises:
        EmbeddedPostgresError: none works on this machine.
    """
    program = programs / "postgres"
    share = programs.parent / "share" / "postgresql" / "postgres.bki"
    probe = ["/bin/sh", "-c", _PROBE, "sh", str(folder), str(share), str(program)]
    complaint = ""
    for prefix in _prefixes(account):
        answer = subprocess.run(  # noqa: S603 - a fixed command on our own paths
            [*prefix, *probe],
            cwd="/",
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_PROBE_TIMEOUT_SECONDS,
        )
        if answer.returncode == 0:
            return prefix
        complaint = answer.stderr.decode(errors="replace")
    raise EmbeddedPostgresError(_out_of_reach(account, folder, program), log_tail=complaint)


def server_environment() -> dict[str, str]:
    """Give PostgreSQL a bare environment: it has no business with our token and keys."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _prefixes(account: ServerAccount) -> Iterator[list[str]]:
    setpriv = shutil.which("setpriv")
    is_root = os.geteuid() == 0
    farewell = ["--pdeathsig", "INT"]
    if setpriv and is_root:
        become = [setpriv, f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
        yield [*become, "--no-new-privs", *farewell]
        for right in _LENT_RIGHTS:
            # access(2) ignores the lent rights of an ordinary user unless no_setuid_fixup is set,
            # and initdb looks for its sister programs by access(2).
            lend = [f"--inh-caps=+{right}", f"--ambient-caps=+{right}"]
            yield [*become, *lend, "--securebits=+no_setuid_fixup", "--no-new-privs", *farewell]
    elif setpriv:
        yield [setpriv, *farewell]
    if not is_root:
        yield []


def _out_of_reach(account: ServerAccount, folder: Path, program: Path) -> str:
    if os.geteuid() != 0:
        return f"PostgreSQL cannot run here: {program} does not start, or {folder} is closed to it."
    if shutil.which("setpriv") is None:
        return f"PostgreSQL refuses to run as root, and setpriv (util-linux) is missing. {WAY_OUT}"
    return (
        f"PostgreSQL refuses to run as root, and the account {account.name!r} can reach {folder} "
        f"or {program} neither by itself nor with borrowed rights. {WAY_OUT}"
    )


def _account_for_root() -> ServerAccount:
    for name in _ACCOUNTS_FOR_ROOT:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerAccount(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise EmbeddedPostgresError(
        "PostgreSQL refuses to run as root, and this system has none of the accounts "
        f"{', '.join(_ACCOUNTS_FOR_ROOT)}. {WAY_OUT}",
    )


def _account_of(uid: int) -> ServerAccount:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedPostgresError(
            f"User number {uid} has no name on this system (no line in /etc/passwd), and "
            "PostgreSQL needs one. Add one, or set DATABASE_URL to a PostgreSQL of your own.",
        ) from None
    return ServerAccount(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
