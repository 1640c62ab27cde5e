"""`kitrader backup drill`: the newest backups brought back beside the bot, proven, and let go."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.adapters.backups.drill_process import write_drill
from bot.adapters.backups.recovering import cleared, recovered
from bot.adapters.backups.restoring import BackupUnreadable, read_identity, restore
from bot.adapters.backups.wal_archive import chains_in
from bot.adapters.clock import SystemClock
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.embedded_errors import EmbeddedPostgresError
from bot.bootstrap.archive_stream import archive_folder, backup_folder
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_backups import drill_note
from bot.cli.restore_moment import BroughtBack, proven, proven_at, seals_key
from bot.cli.setup import SetupError
from bot.domain.backups import read_backup_name
from bot.domain.drills import Drill, DrilledBackup

_WORKPLACE = "drill"
Work = Callable[[Path], Awaitable[BroughtBack]]


async def drilled(settings: Settings, key: Path) -> Drill:
    """Drill the newest backup of each kind, and leave nothing but a note; raises `SetupError`."""
    try:
        identity = read_identity(key)
        backups = [
            await _one(settings, kind, name, work)
            for kind, name, work in _works(settings, identity)
        ]
        drill = Drill(at=SystemClock().now(), backups=backups)
        write_drill(drill_note(settings), drill)
    except (BackupUnreadable, OSError) as error:
        raise SetupError(str(error)) from error
    return drill


def _works(settings: Settings, identity: object) -> list[tuple[str, str, Work]]:
    folder, found = backup_folder(settings), list[tuple[str, str, Work]]()
    archive = archive_folder(folder)

    async def from_archive(place: Path) -> BroughtBack:
        async with recovered(archive, identity, place, None) as server:
            return await proven(settings, server)

    if any(chain.bases for chain in chains_in(archive)):
        found.append(("archive", "the archive", from_archive))
    names = [read_backup_name(path.name) for path in folder.glob("*.dump.age")]
    newest = max((name for name in names if name is not None), default=None)

    async def from_dump(place: Path) -> BroughtBack:
        async with embedded_postgres(place) as server:
            await asyncio.to_thread(restore, folder / str(newest), identity, server.dsn)
            schema, proof = await proven_at(server.dsn, seals_key(settings))
        return BroughtBack(schema=schema, proof=proof, moment={})

    if newest is not None:
        found.append(("dump", str(newest), from_dump))
    return found


async def _one(settings: Settings, kind: str, name: str, work: Work) -> DrilledBackup:
    begin, failure, done = time.monotonic(), "", None
    place = settings.data_dir.expanduser().resolve() / _WORKPLACE
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with cleared(place):
        try:
            done = await work(place)
        except (BackupUnreadable, EmbeddedPostgresError, SetupError, OSError) as error:
            failure = str(error)
    if done is not None and not done.proof.is_balanced:
        failure = f"{len(done.proof.differences)} differences in books or audit log"
    return DrilledBackup(
        kind=kind,
        name=name,
        seconds=round(time.monotonic() - begin, 2),
        transfers=int(done.proof.counts.get("transfers", 0)) if done else 0,
        reached=done.moment.get("last_commit", "") if done else "",
        last_order=done.moment.get("last_order", "") if done else "",
        failure=failure,
    )


def drill_in_words(drill: Drill) -> str:
    """Give a drill for the terminal, a line for each backup."""
    lines = [
        f"{each.kind} {each.name}: {each.failure or 'books balance'}, "
        f"{each.transfers} transfers, {each.seconds:.1f} s"
        + (f", to {each.reached}" if each.reached else "")
        for each in drill.backups
    ]
    return "\n".join(lines or ["there is no backup to drill"])
