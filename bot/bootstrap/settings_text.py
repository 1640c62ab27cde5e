"""Settings as `.env` has them: those that are not as by default, and the file rewritten."""

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from bot.bootstrap.settings import Settings
from bot.bootstrap.settings_shown import as_text, is_secret

_LINE = re.compile(r"(?:export\s+)?([A-Za-z][A-Za-z0-9_]*)\s*=")
OF_THE_MACHINE = frozenset({"DATA_DIR"})
_PLAIN = re.compile(r"[A-Za-z0-9_./:,@+-]*", re.ASCII)


def settings_as_text(settings: Settings) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give names and values that differ from the default, and the names of secrets that are set.

    An address may hold a key, so it is as a secret. Where the data lies is left out: that is each
    machine's own, and a bot that took another's would begin with an empty database.
    """
    plain, secret = dict[str, str](), list[str]()
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if name.upper() in OF_THE_MACHINE or value == field.get_default(call_default_factory=True):
            continue
        text = as_text(value)
        if is_secret(field) or "://" in text:
            secret.append(name.upper())
        else:
            plain[name.upper()] = text
    return plain, tuple(secret)


def wrong_settings(given: Mapping[str, str], now: Settings) -> list[str]:
    """Name each setting that cannot have the value it is given, with the reason but no value."""
    known = {name.upper(): name for name in Settings.model_fields}
    wrong = [f"{name}: there is no such setting" for name in sorted(given) if name not in known]
    wrong += [
        f"{name}: it is a secret, and is not imported"
        for name in sorted(given)
        if name in known and is_secret(Settings.model_fields[known[name]])
    ]
    if wrong:
        return wrong
    kept = {name: getattr(now, name) for name in Settings.model_fields}
    try:
        Settings.model_validate(kept | {known[name]: value for name, value in given.items()})
    except ValidationError as error:
        return [
            f"{'.'.join(map(str, item['loc'])).upper() or 'settings'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        ]
    return []


def rewrite_env(path: Path, given: Mapping[str, str]) -> None:
    """Set settings in a file of them, which keeps its other lines; raises `OSError`.

    The new file takes the old one's place in one step.
    """
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    left = dict(given)
    written = []
    for line in lines:
        found = _LINE.match(line)
        name = found[1].upper() if found else ""
        if name not in given:
            written.append(line)
        elif name in left:
            written.append(env_line(name, left.pop(name)))
    written += [env_line(name, value) for name, value in left.items()]
    part = path.with_name(f"{path.name}.new")
    part.touch(mode=0o600)
    part.write_text("\n".join(written) + "\n", "utf-8")
    part.replace(path)


def env_line(name: str, value: str) -> str:
    """Give a setting as its line in a file of them, quoted where it has to be."""
    return f"{name}={value}" if _PLAIN.fullmatch(value) else f"{name}='{value}'"
