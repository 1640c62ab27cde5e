"""The signer as a process: closed to others, its files read, serving until it is told to stop."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from bot.adapters.clock import SystemClock
from bot.adapters.vault.keyring import Keyring, keyring_from_folder
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.signer.desk import Desk
from bot.signer.journal import Journal
from bot.signer.memory import Memory
from bot.signer.server import Server
from bot.signer.settings import BadSettings, SignerSettings

_PARENT_CHECK_SECONDS = 0.5
_log = structlog.get_logger(__name__)


def keyring_of(settings: SignerSettings) -> Keyring:
    """Read the master keys: the folder that is named, or systemd's credentials.

    Raises `BadSettings` where there is neither, `BadMasterKeyError` for keys that are none.
    """
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    folder = settings.master_keys or (Path(credentials) if credentials else None)
    if folder is None:
        raise BadSettings("master_keys names no folder, and systemd has passed no credentials")
    return keyring_from_folder(folder)


@contextmanager
def opened_desk(settings: SignerSettings, keyring: Keyring, *, is_dumpable: bool) -> Iterator[Desk]:
    """Put the parts together; raises `JournalDamaged`, and `OSError` for a journal out of reach."""
    with Journal(settings.journal) as journal:
        yield Desk(
            vault=SealedKeyVault(keyring),
            memory=Memory(journal),
            rules=settings.rules(),
            caps=settings.caps.caps(),
            clock=SystemClock(),
            is_dumpable=is_dumpable,
        )


async def serve(
    settings: SignerSettings,
    desk: Desk,
    is_up: Callable[[], None],
    *,
    parent: int | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, or until the `parent` that is named has ended.

    `is_up` is called once the socket takes connections.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = Server(
        desk.answer,
        peer_uids=settings.peer_uids(),
        most_connections=settings.most_connections,
        afterwards=desk.tell,
    )
    async with server.listening(settings.socket, int(settings.socket_mode, 8)):
        _log.info("signer is up", socket=str(settings.socket))
        is_up()
        while not stop.is_set() and parent in {None, os.getppid()}:
            await _wait(stop, None if parent is None else _PARENT_CHECK_SECONDS)


async def _wait(stop: asyncio.Event, seconds: float | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
