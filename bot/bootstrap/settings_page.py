"""Writes a page of every setting: `python -m bot.bootstrap.settings_page > docs/settings.md`."""

import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.bootstrap.settings import Settings
from bot.bootstrap.settings_shown import is_secret

_EXAMPLE = Path(__file__).parents[2] / ".env.example"
_SECTION = re.compile(r"# -+ (.+?) -+")
_LINE = re.compile(r"(?:# )?([A-Z][A-Z0-9_]*)=(.*)")
_PAGE = re.compile(r"\bdocs/([\w/-]+\.md)")
_LONGEST_VALUE = 60
_HEAD = """# Settings

Generated from the settings and from the words of `.env.example`; a test keeps it equal.
After changing a setting: `.venv/bin/python -m bot.bootstrap.settings_page > docs/settings.md`.

They are read once, at the start, from the environment or from `.env` in the folder where the
command is started; the environment wins. `./kitrader check` says which is wrong, without showing
its value, and `/settings` in chat what is in force. A secret is masked in every log and chat;
under systemd it comes as a credential ([services](../systemd/README.md)). Fractions are written as
`0.05` for 5 %, lists with commas between. The signer reads a file of its own:
[the signer](signer.md).
"""
# What a name ends with, as people say it.
_UNITS = {
    "seconds": "seconds",
    "minutes": "minutes",
    "hours": "hours",
    "hour": "hour, UTC",
    "days": "days",
    "lamports": "lamports",
    "sol": "SOL",
    "percent": "percent",
    "percentile": "percentile",
    "stars": "Stars",
    "port": "port",
    "ids": "Telegram ids",
    "url": "address",
    "urls": "addresses",
    "base": "address",
    "dir": "folder",
    "file": "file",
    "socket": "socket file",
    "second": "a second",
    "minute": "a minute",
}
# For settings that are empty at first.
_EXAMPLES = {
    "BOT_TOKEN": "123456:ABC...",
    "ADMIN_IDS": "123456789,987654321",
    "PREMIUM_IDS": "123456789",
    "AUTH_PASSWORD_HASH": "'$argon2id$v=19$...'",
    "DATABASE_URL": "postgresql://kitrader:...@db.example.org/kitrader",
    "SOLANA_RPC_PER_SECOND": "50,4",
    "BACKUP_RECIPIENTS": "age1...",
    "BACKUP_DRILL_KEY": "/etc/kitrader/drill.key",
    "BOT_TOKENS": "234567:DEF...,345678:GHI...",
    "BACKUP_DIR": "/srv/backups/kitrader",
    "LIVE_COUNTERPARTIES": "of a sandbox only",
    "LIVE_TIP_ACCOUNTS": "of a sandbox only",
    "MASTER_KEY": "64 hex digits",
    "MASTER_KEY_FILE": "/etc/kitrader/master_key",
    "MASTER_KEYS_DIR": "/etc/kitrader-signer",
    "JUPITER_API_KEY": "as Jupiter gave it",
    "JITO_BASE": "https://mainnet.block-engine.jito.wtf",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "WEBHOOK_URL": "https://trade.example.org/telegram/webhook",
    "WEBHOOK_SECRET": "32 random letters and digits",
    "PUBLIC_URL": "https://trade.example.org",
    "TRUSTED_PROXIES": "127.0.0.1",
    "LOG_DIR": "/var/log/kitrader",
}


def page() -> str:
    """Give the whole page."""
    return "\n".join([_HEAD, *_rows(_EXAMPLE.read_text("utf-8"))]).rstrip() + "\n"


def _rows(example: str) -> Iterator[str]:
    words: list[str] = []
    for line in example.splitlines():
        if section := _SECTION.fullmatch(line):
            yield from ("", f"## {section[1]}", "")
            yield from (
                "| setting | default | example | form | what it does |",
                "|---|---|---|---|---|",
            )
            words = []
        elif setting := _LINE.fullmatch(line):
            yield _row(setting[1], setting[2], " ".join(words))
            words = []
        else:
            words = [*words, line.removeprefix("#").strip()] if line.startswith("#") else []


def _row(name: str, value: str, words: str) -> str:
    field = Settings.model_fields[name.lower()]
    default = "" if field.default in (None, SecretStr("")) else value
    cells = (
        f"`{name}`",
        f"`{_shortened(default)}`" if default else "",
        "" if default else f"`{example}`" if (example := _EXAMPLES.get(name, value)) else "",
        _form(name, field),
        _PAGE.sub(r"[\1](\1)", words),
    )
    return ("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |").replace(
        "|  |", "| |"
    )


def _shortened(value: str) -> str:
    """Cut a long list, so that a table can still be read."""
    return value if len(value) <= _LONGEST_VALUE else f"{value[:44]}..."


def _form(name: str, field: FieldInfo) -> str:
    secret = "secret" if is_secret(field) else ""
    unit = _UNITS.get(name.lower().rpartition("_")[2], "")
    parts = (secret, unit or _kind(field.annotation), _limits(field))
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _kind(annotation: object) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return ", ".join(f"`{word}`" for word in get_args(annotation))
    if isinstance(annotation, UnionType):
        return _kind(next(part for part in get_args(annotation) if part is not NoneType))
    if origin in (tuple, frozenset):
        return "list"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{choice.value}`" for choice in annotation)
    named = {bool: "`true` or `false`", int: "whole number", float: "number", Decimal: "number"}
    return named.get(annotation, "text") if isinstance(annotation, type) else "text"


def _limits(field: FieldInfo) -> str:
    low = next((f"{rule.ge:,}" for rule in field.metadata if isinstance(rule, Ge)), "")
    above = next((f"above {rule.gt:,}" for rule in field.metadata if isinstance(rule, Gt)), "")
    high = next((f"{rule.le:,}" for rule in field.metadata if isinstance(rule, Le)), "")
    below = next((f"below {rule.lt:,}" for rule in field.metadata if isinstance(rule, Lt)), "")
    first, last = low or above, high or below
    return " to ".join(part for part in (first, last) if part)


if __name__ == "__main__":
    sys.stdout.write(page())
