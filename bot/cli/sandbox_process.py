"""The sandbox as a process of its own, met over HTTP, and the settings that point at it."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr

from bot.bootstrap.settings import Settings
from bot.cli.setup import SetupError
from bot.domain.identifiers import SOL_MINT, USDC_MINT

_STARTS_WITHIN_SECONDS = 60.0
_STOPS_WITHIN_SECONDS = 5.0
_LONGEST_LINE_BYTES = 1_000_000
_JUPITER_KEY = "sandbox-pro"  # the stand-in's own, so that quotes need not wait for their turn
PIA, ADA = 2001, 3001
_A_LOW_GATE: Mapping[str, object] = {
    "gate_cooling_days": 1 / 288,
    "gate_hold_seconds": 0.0,
    "gate_expectancy": -1,
    "gate_paper_bets": 2,
    "gate_paper_days": 1,
    "gate_paper_sureness": -1000,
    "gate_small_bets": 2,
    "gate_small_days": 1,
    "gate_proven_bets": 2,
    "gate_proven_days": 1,
    "gate_live_sureness": -1000,
    "gate_twin_fills": 2,
    "gate_small_order_sol": 1,
    "gate_small_day_sol": 5,
    "gate_proven_order_sol": 5,
    "gate_proven_day_sol": 25,
}
"""Of the gate to live, every step but none of the patience: nobody has two weeks for a demo."""

_SHORT_WAITS: Mapping[str, object] = {
    "withdrawal_address_wait_minutes": 0.5,
    "withdrawal_factor_wait_minutes": 0.0,
    "withdrawal_delay_minutes": 0.5,
}
"""Of a withdrawal, every step too: half a minute stands for a day, and for half an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """Where a running sandbox answers, as it says itself."""

    page_url: str
    bot_api_base: str
    bot_token: str
    rpc_urls: tuple[str, ...]
    ws_urls: tuple[str, ...]
    dexscreener_base: str
    geckoterminal_base: str
    jupiter_base: str
    jito_base: str
    swap_counterparties: tuple[str, ...]
    swap_tip_accounts: tuple[str, ...]
    tokens: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]

    def settings(
        self, *, data_dir: Path, log_level: str, signer_socket: Path | None = None
    ) -> Settings:
        """Give the bot's settings for this world: everything else as it is by default.

        With a signer live trading is on: with the money of the sandbox's chain.
        """
        mints = (USDC_MINT, *(mint for _, mint in self.tokens if mint != SOL_MINT))
        return Settings.model_validate(
            {
                "bot_token": SecretStr(self.bot_token),
                "bot_api_base": self.bot_api_base,
                "admin_ids": frozenset({ADA}),
                "premium_ids": frozenset({PIA}),
                "database_url": "",
                "data_dir": data_dir,
                "solana_rpc_urls": tuple(SecretStr(url) for url in self.rpc_urls),
                "solana_ws_urls": tuple(SecretStr(url) for url in self.ws_urls),
                "dexscreener_base": self.dexscreener_base,
                "geckoterminal_base": self.geckoterminal_base,
                "jupiter_base": self.jupiter_base,
                "jito_base": self.jito_base,
                "explorer_base": f"{self.page_url}sandbox/transactions/",
                "default_tokens": mints,
                "price_refresh_seconds": 10.0,
                "hot_refresh_seconds": 2.0,
                "webhook_url": "",
                "http_port": 0,
                "operations_port": 0,
                "public_url": "",
                "log_level": log_level,
                "log_dir": data_dir / "logs",
                "live_trading": signer_socket is not None,
                **_A_LOW_GATE,
                **_SHORT_WAITS,
                "live_counterparties": self.swap_counterparties,
                "live_tip_accounts": self.swap_tip_accounts,
                "signer_socket": signer_socket,
                "jupiter_api_key": SecretStr(_JUPITER_KEY if signer_socket else ""),
                "jupiter_plan": "auto" if signer_socket is None else "pro",
            }
        )


@contextlib.asynccontextmanager
async def sandbox_process(
    *, accounts: Sequence[Path], seed: int, port: int
) -> AsyncIterator[Sandbox]:
    """Run a sandbox for the length of a block; raises `SetupError` if it does not start."""
    words = ["--seed", str(seed), "--port", str(port)]
    for folder in accounts:
        words += ["--accounts", str(folder)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.sandbox",
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        limit=_LONGEST_LINE_BYTES,
        start_new_session=True,
    )
    try:
        yield await _ready(process)
    finally:
        await end_process(process)


async def _ready(process: asyncio.subprocess.Process) -> Sandbox:
    assert process.stdout is not None, "the sandbox's output is a pipe"  # noqa: S101
    try:
        async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
            line = await process.stdout.readline()
    except TimeoutError:
        line = b""
    if not line:
        raise SetupError("the sandbox did not start (its words are above)")
    return sandbox_of(orjson.loads(line))


def sandbox_of(said: Mapping[str, Any]) -> Sandbox:
    """Read what a sandbox says of itself once it is ready."""
    return Sandbox(
        page_url=said["page_url"],
        bot_api_base=said["bot_api_base"],
        bot_token=said["bot_token"],
        rpc_urls=tuple(said["rpc_urls"]),
        ws_urls=tuple(said["ws_urls"]),
        dexscreener_base=said["dexscreener_base"],
        geckoterminal_base=said["geckoterminal_base"],
        jupiter_base=said["jupiter_base"],
        jito_base=said["jito_base"],
        swap_counterparties=tuple(said["swap_counterparties"]),
        swap_tip_accounts=tuple(said["swap_tip_accounts"]),
        tokens=tuple((token["symbol"], token["mint"]) for token in said["tokens"]),
        problems=tuple(said["problems"]),
    )


async def end_process(process: asyncio.subprocess.Process) -> None:
    """Ask a process to stop, and end it where it does not."""
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(_STOPS_WITHIN_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
