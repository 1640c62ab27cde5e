"""`kitrader demo`: the real bot in a sandbox, with a chat page in the browser."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import httpx

from bot.bootstrap.running import running_bot
from bot.cli.sandbox_process import Sandbox, sandbox_process
from bot.cli.sandbox_signer import sandbox_signer
from bot.cli.sandbox_wallets import put_back
from bot.cli.setup import FAILED, log_as_set, run_async


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "demo",
        help="try everything now: the bot in a local sandbox, in your browser",
        description="Start PostgreSQL, a local Telegram, a local Solana with a moving market and "
        "the bot itself, and print the address of a chat page. Nothing leaves this machine.",
    )
    parser.add_argument(
        "--accounts",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="also put dumped Solana accounts on the local chain",
    )
    parser.add_argument("--port", type=int, default=8765, help="port of the page (0: any free one)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the market")
    parser.add_argument(
        "--data-dir", type=Path, default=Path("data/demo"), help="where the demo keeps its books"
    )
    parser.add_argument("--verbose", action="store_true", help="log to the terminal too")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C; gives the exit code."""
    done = run_async("demo", _demo(arguments))
    return 0 if done else FAILED


async def _demo(arguments: argparse.Namespace) -> bool:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        sandbox_process(
            accounts=arguments.accounts, seed=arguments.seed, port=arguments.port
        ) as sandbox,
        sandbox_signer(sandbox, data_dir=arguments.data_dir, log_level="INFO") as settings,
    ):
        log_as_set(settings, stderr_level="INFO" if arguments.verbose else "ERROR")
        leftovers = await put_back(settings, sandbox)
        async with running_bot(settings) as running:
            await _tell_page(sandbox, running.status_url)
            _greet(sandbox)
            if leftovers is not None and leftovers.words:
                print(f"  {leftovers.words}\n", flush=True)
            await stop.wait()
            print("stopping ...", file=sys.stderr)
    return True


async def _tell_page(sandbox: Sandbox, status_url: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{sandbox.page_url}sandbox/bot-status-url", json={"url": status_url}
        )
        answer.raise_for_status()


def _greet(sandbox: Sandbox) -> None:
    for problem in sandbox.problems:
        print(f"left out: {problem}", file=sys.stderr)
    print(f"\n  Kitrader is running. Open  {sandbox.page_url}\n")
    print("  You are Ann; switch to Bob, Pia (premium) or Ada (admin) on the page.")
    print("  Paste a token address, or try  /open WIF long 5")
    print("  Ctrl-C stops everything.\n", flush=True)
