"""`kitrader run`: the bot itself, until it is told to stop."""

import argparse
import sys

from bot.bootstrap.running import run_until_stopped
from bot.cli.setup import (
    FAILED,
    USAGE,
    SetupError,
    log_as_set,
    run_async,
    settings_or_complain,
)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "run",
        help="run the bot (needs BOT_TOKEN)",
        description="Run the bot with the settings of the environment or .env, until SIGTERM.",
    )
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Run until stopped; gives the exit code."""
    try:
        settings = settings_or_complain()
    except SetupError as error:
        print(f"kitrader run: {error}", file=sys.stderr)
        return USAGE
    if not settings.bot_token.get_secret_value():
        print(
            "kitrader run: BOT_TOKEN is not set. Get one from @BotFather in Telegram, put\n"
            "  BOT_TOKEN=123456:ABC...\ninto .env, or try everything without one: kitrader demo",
            file=sys.stderr,
        )
        return USAGE
    log_as_set(settings)

    async def work() -> bool:
        await run_until_stopped(settings)
        return True

    return 0 if run_async("run", work()) else FAILED
