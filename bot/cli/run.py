"""`kitrader run`: the bot itself, until it is told to stop."""

import argparse

from bot.bootstrap.roles import ProcessRole
from bot.bootstrap.running import run_until_stopped
from bot.cli.setup import FAILED, exit_for_usage, log_as_set, run_async, settings_or_exit


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "run",
        help="run the bot (needs BOT_TOKEN)",
        description="Run the bot with the settings of the environment or .env, until SIGTERM.",
    )
    parser.add_argument(
        "--role",
        type=ProcessRole,
        choices=tuple(ProcessRole),
        default=ProcessRole.ALL,
        help="what this process is for, where many share the work over one DATABASE_URL "
        "(docs/many-processes.md); all of it by default",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until stopped; gives the exit code."""
    settings = settings_or_exit("run")
    if not settings.bot_token.get_secret_value():
        exit_for_usage(
            "run",
            "BOT_TOKEN is not set. Get one from @BotFather in Telegram, put\n"
            "  BOT_TOKEN=123456:ABC...\ninto .env, or try everything without one: kitrader demo",
        )
    if arguments.role is not ProcessRole.ALL and not settings.database_url.get_secret_value():
        exit_for_usage(
            "run",
            f"--role {arguments.role} needs DATABASE_URL: processes share one PostgreSQL, and the\n"
            "embedded one lives and dies with a bot that is alone. Without --role all works.",
        )
    log_as_set(settings)

    async def work() -> bool:
        await run_until_stopped(settings, arguments.role)
        return True

    return 0 if run_async("run", work()) else FAILED
