"""The bots that are compared, each a process of its own: ours, a bare aiogram one, an echo."""

import sys
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import MappingProxyType

from benchmarks.processes import Program, program
from bot.cli.sandbox_process import Sandbox

ROOT = Path(__file__).resolve().parents[1]
_OURS_LIKE_THE_DEMO = {"log_level", "price_refresh_seconds", "hot_refresh_seconds", "http_port"}


def our_bot(
    sandbox: Sandbox,
    folder: Path,
    *,
    database_url: str = "",
    more: Mapping[str, str] = MappingProxyType({}),
) -> AbstractAsyncContextManager[Program]:
    """Run `kitrader run` in a sandbox, with the demo's settings and its data in a folder.

    `more` are further settings.
    """
    settings = sandbox.settings(data_dir=folder / "data", log_level="INFO")
    plain = {name.upper(): str(getattr(settings, name)) for name in _OURS_LIKE_THE_DEMO}
    return program(
        (sys.executable, "-P", "-m", "bot", "run"),
        folder=folder,
        environment={
            **plain,
            "PYTHONPATH": str(ROOT),
            "BOT_TOKEN": sandbox.bot_token,
            "BOT_API_BASE": sandbox.bot_api_base,
            "DATABASE_URL": database_url,
            "DATA_DIR": str(settings.data_dir),
            "DEFAULT_TOKENS": ",".join(settings.default_tokens),
            "DEXSCREENER_BASE": sandbox.dexscreener_base,
            "GECKOTERMINAL_BASE": sandbox.geckoterminal_base,
            "JUPITER_BASE": sandbox.jupiter_base,
            "SOLANA_RPC_URLS": ",".join(sandbox.rpc_urls),
            "SOLANA_WS_URLS": ",".join(sandbox.ws_urls),
            "WEBHOOK_URL": "",
            **more,
        },
    )


def bare_aiogram(sandbox: Sandbox, folder: Path) -> AbstractAsyncContextManager[Program]:
    """Run a bot of a dozen lines, as aiogram's first page shows one: the plain version."""
    return _script("bare_aiogram_bot.py", sandbox, folder)


def echo(sandbox: Sandbox, folder: Path) -> AbstractAsyncContextManager[Program]:
    """Run a loop that polls and sends and does nothing between: the sandbox's own time."""
    return _script("echo_bot.py", sandbox, folder)


def _script(
    name: str, sandbox: Sandbox, folder: Path, environment: Mapping[str, str] | None = None
) -> AbstractAsyncContextManager[Program]:
    return program(
        (sys.executable, ROOT / "benchmarks" / name, sandbox.bot_api_base, sandbox.bot_token),
        folder=folder,
        environment=environment or {},
    )
