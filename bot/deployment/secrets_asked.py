"""The secrets of an installation: from files, asked for without echo, or made."""

import re
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path

from bot.adapters.vault.master_key import BadMasterKeyError, parsed_key
from bot.deployment.layout import DeploymentError, Layout

_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{30,100}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One secret: where it is to lie, and how a person is asked for it."""

    option: str
    path: Path
    question: str
    is_made: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A secret's text, and whether it was made just now, so that its owner has to keep a copy."""

    text: str
    is_new: bool = False


def secrets_of(place: Layout, *, with_signer: bool) -> list[Secret]:
    """List the secrets that this machine's services read."""
    found = [
        Secret(
            option="bot_token",
            path=place.settings / "bot_token",
            question="The bot's token from @BotFather: ",
        ),
        Secret(
            option="master_key",
            path=place.settings / "master_key",
            question="The master key of factors and seals (empty: make one): ",
            is_made=True,
        ),
    ]
    if with_signer:
        asked = Secret(
            option="signer_key",
            path=place.signer / "master-key-1",
            question="The signer's first master key (empty: make one): ",
            is_made=True,
        )
        found.append(asked)
    return found


def given(
    secret: Secret, files: Mapping[str, Path | None], ask: Callable[[str], str] | None = None
) -> Given:
    """Get a secret that is not there yet; raises `DeploymentError` for one that cannot be it."""
    file = files.get(secret.option)
    if file is not None:
        try:
            return Given(text=_checked(secret, file.read_text("utf-8").strip()))
        except OSError as error:
            raise DeploymentError(f"{file}: {error.strerror}") from error
    ask = ask or (getpass if sys.stdin.isatty() else None)
    typed = ask(secret.question).strip() if ask else ""
    if typed:
        return Given(text=_checked(secret, typed))
    if secret.is_made:
        return Given(text=secrets.token_hex(32), is_new=True)
    option = secret.option.replace("_", "-")
    raise DeploymentError(f"there is no {secret.path}: name it by --{option}-file, or type it")


def _checked(secret: Secret, text: str) -> str:
    if secret.option == "bot_token":
        if not _TOKEN.fullmatch(text):
            raise DeploymentError("that is no bot token: they look like 123456:ABC...")
        return text
    try:
        parsed_key(text)
    except BadMasterKeyError as error:
        raise DeploymentError(f"{secret.option.replace('_', ' ')}: {error}") from error
    return text
