"""`kitrader run`: the bot itself, until it is told to stop."""

import argparse
from collections.abc import Sequence

from bot.bootstrap.roles import ProcessRole
from bot.bootstrap.running import run_until_stopped
from bot.cli.setup import FAILED, exit_for_usage, log_as_set, run_async, settings_or_exit

_WHAT_WORKS = "say all, web, worker, market or sender, or several of the last four: web,sender"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "run",
        help="run the bot (needs BOT_TOKEN)",
        description="Run the bot with the settings of the environment or .env, until SIGTERM.",
    )
    parser.add_argument(
        "--role",
        type=_roles,
        dest="roles",
        metavar="ROLE[,ROLE]",
        default=ProcessRole.ALL.value,
        help="what this process is for, where many share the work over one DATABASE_URL: web, "
        "worker, market, sender, or several as in web,sender (docs/many-processes.md); all of it "
        "by default",
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
    roles: Sequence[ProcessRole] = arguments.roles
    if ProcessRole.ALL not in roles and not settings.database_url.get_secret_value():
        exit_for_usage(
            "run",
            f"--role {','.join(roles)} needs DATABASE_URL: processes share one PostgreSQL, and\n"
            "the embedded one lives and dies with a bot that is alone. Without --role all works.",
        )
    log_as_set(settings)

    async def work() -> bool:
        await run_until_stopped(settings, roles)
        return True

    return 0 if run_async("run", work()) else FAILED


def _roles(text: str) -> Sequence[ProcessRole]:
    named, every = text.split(","), [role.value for role in ProcessRole]
    for one in named:
        if one not in every:
            raise argparse.ArgumentTypeError(f"{one!r} is no role: {_WHAT_WORKS}")
        if named.count(one) > 1:
            raise argparse.ArgumentTypeError(f"{one} is there twice: {_WHAT_WORKS}")
    if ProcessRole.ALL in named and len(named) > 1:
        raise argparse.ArgumentTypeError(f"all is every role, and stands alone: {_WHAT_WORKS}")
    return [role for role in ProcessRole if role in named]
