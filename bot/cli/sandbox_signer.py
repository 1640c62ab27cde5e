"""A signer for the sandbox: a process with keys, caps and a journal of its own."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.vault.keyring import versions_in, write_new_version
from bot.bootstrap.settings import Settings
from bot.cli.sandbox_process import Sandbox, end_process
from bot.cli.setup import SetupError
from bot.domain.signing.caps import SOL

_STARTS_WITHIN_SECONDS = 30.0
_CAP_SOL, _DAY_SOL, _UNITS = 1_000, 100_000, 10**18


@asynccontextmanager
async def sandbox_signer(
    sandbox: Sandbox, *, data_dir: Path, log_level: str
) -> AsyncIterator[Settings]:
    """Run a signer for the length of a block; gives the sandbox's settings with live trading on.

    Its keys and its journal lie in the data directory, beside the books that they belong to.
    Raises `SetupError` if it does not start.
    """
    folder = _made(data_dir / "signer")
    # A socket's path has to be short, and a data directory may lie deep.
    with tempfile.TemporaryDirectory(prefix="kitrader-signer-") as place:
        socket = Path(place) / "s"
        process = await _start(_settings_file(folder, socket, sandbox))
        try:
            await _until_up(process)
            yield sandbox.settings(data_dir=data_dir, log_level=log_level, signer_socket=socket)
        finally:
            await end_process(process)


async def _start(settings: Path) -> asyncio.subprocess.Process:
    with (settings.parent / "log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "signer", "--with-parent", "--settings", str(settings)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            cwd=Path(__file__).parents[2],
            start_new_session=True,
        )


async def _until_up(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None, "the signer's output is a pipe"  # noqa: S101
    try:
        async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
            said = await process.stdout.readline()
    except TimeoutError:
        said = b""
    if not said:
        raise SetupError("the signer did not start (its words are in DATA_DIR/signer/log)")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _settings_file(folder: Path, socket: Path, sandbox: Sandbox) -> Path:
    keys = folder / "keys"
    if not versions_in(keys):
        write_new_version(keys, 1)
    file = folder / "signer.toml"
    file.write_text(
        f'socket = "{socket}"\nsocket_mode = "0600"\n'
        f'journal = "{folder / "journal"}"\nmaster_keys = "{keys}"\n'
        f"counterparties = {_listed(sandbox.swap_counterparties)}\n"
        f"more_tip_accounts = {_listed(sandbox.swap_tip_accounts)}\n"
        f"[caps]\nswap_lamports = {_CAP_SOL * SOL}\ntransfer_lamports = {_CAP_SOL * SOL}\n"
        f"wallet_day_lamports = {_DAY_SOL * SOL}\nall_day_lamports = {_DAY_SOL * SOL}\n"
        "wallet_day_signatures = 100000\n[caps.token_transfer_units]\n"
        + "".join(f'"{mint}" = {_UNITS}\n' for mint in sorted({m for _, m in sandbox.tokens})),
        "utf-8",
    )
    file.chmod(0o600)
    return file


def _listed(addresses: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{address}"' for address in addresses) + "]"
