"""How a bot is set up, without a secret: settings, limits of roles, groups; read and compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.groups import Audience, GroupSettings, settings_from
from bot.domain.role_caps import ROLE_CAPS, is_sound
from bot.domain.users import Role

VERSION = 1
_PARTS = {"kitrader_configuration", "settings", "secrets_set", "role_limits", "groups"}
Limits = Mapping[Role, Mapping[str, int | None]]


class BadConfiguration(ValueError):
    """A configuration that cannot be taken; the text names what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A bot's configuration; `settings` are those that are not as by default, as `.env` has them.

    `secrets_set` names those that have a value, which is never here. Limits count in their
    smallest unit (lamports, basis points, seconds); None is no limit.
    """

    settings: Mapping[str, str]
    secrets_set: tuple[str, ...]
    role_limits: Limits
    groups: Mapping[int, GroupSettings]

    def as_json(self) -> dict[str, object]:
        """Give it as a file has it."""
        return {
            "kitrader_configuration": VERSION,
            "settings": dict(sorted(self.settings.items())),
            "secrets_set": sorted(self.secrets_set),
            "role_limits": {
                role.value: dict(sorted(limits.items()))
                for role, limits in sorted(self.role_limits.items())
            },
            "groups": {str(key): each.as_json() for key, each in sorted(self.groups.items())},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that an import changes, in the words of the file."""

    name: str
    before: str
    after: str


def read_configuration(words: object) -> Configuration:
    """Read a file's JSON; raises `BadConfiguration`, naming the first thing that is wrong."""
    whole = _mapping("the file", words)
    if whole.get("kitrader_configuration") != VERSION:
        raise BadConfiguration(f"kitrader_configuration: this version reads {VERSION} alone")
    if unknown := sorted(set(whole) - _PARTS):
        raise BadConfiguration(f"{unknown[0]}: it is not known")
    secrets = whole.get("secrets_set", [])
    if not isinstance(secrets, list) or not all(isinstance(name, str) for name in secrets):
        raise BadConfiguration("secrets_set: it is a list of names")
    settings = _mapping("settings", whole.get("settings", {}))
    return Configuration(
        settings={name: _text(name, value) for name, value in settings.items()},
        secrets_set=tuple(secrets),
        role_limits=dict(_limits(_mapping("role_limits", whole.get("role_limits", {})))),
        groups=dict(_groups(_mapping("groups", whole.get("groups", {})))),
    )


def differences(now: Configuration, wanted: Configuration) -> list[Difference]:
    """Give what taking a configuration would change; what it does not name stays as it is."""
    found = [
        Difference(name=name, before=now.settings.get(name, "by default"), after=value)
        for name, value in wanted.settings.items()
        if now.settings.get(name) != value
    ]
    for role, limits in wanted.role_limits.items():
        have = now.role_limits.get(role, {})
        found += [
            Difference(
                name=f"{role.value} {name}", before=_limit(have.get(name)), after=_limit(value)
            )
            for name, value in limits.items()
            if have.get(name) != value
        ]
    for chat_id, group in wanted.groups.items():
        if now.groups.get(chat_id) != group:
            before = now.groups.get(chat_id)
            found.append(
                Difference(
                    name=f"group {chat_id}",
                    before=str(before.as_json()) if before else "not set up",
                    after=str(group.as_json()),
                )
            )
    return found


def _limits(words: Mapping[str, object]) -> Iterator[tuple[Role, Mapping[str, int | None]]]:
    for role, given in words.items():
        if role not in {known.value for known in Role}:
            raise BadConfiguration(f"role_limits.{role}: there is no such role")
        limits = _mapping(f"role_limits.{role}", given)
        for name, value in limits.items():
            cap = ROLE_CAPS.get(name)
            is_whole = value is None or (isinstance(value, int) and not isinstance(value, bool))
            if cap is None or not is_whole:
                raise BadConfiguration(f"role_limits.{role}.{name}: no such limit, or no number")
        sound = {name: value for name, value in limits.items() if isinstance(value, int | None)}
        for name, value in sound.items():
            if not is_sound(ROLE_CAPS[name], value):
                raise BadConfiguration(f"role_limits.{role}.{name}: {value} is out of bounds")
        yield Role(role), sound


def _groups(words: Mapping[str, object]) -> Iterator[tuple[int, GroupSettings]]:
    for text, given in words.items():
        kept = _mapping(f"groups.{text}", given)
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < len(str(2**63))):
            raise BadConfiguration(f"groups.{text}: a group's id is a number")
        if str(kept.get("audience")) not in {each.value for each in Audience}:
            raise BadConfiguration(f"groups.{text}.audience: there is no such audience")
        group = settings_from(int(text), kept)
        if group.as_json() != dict(kept):
            raise BadConfiguration(f"groups.{text}: something in it is not known, or not as it is")
        yield int(text), group


def _mapping(name: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise BadConfiguration(f"{name}: it is a table of names and values")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or "'" in value:
        raise BadConfiguration(f"settings.{name}: it is a text on one line, without quotes")
    return value


def _limit(value: int | None) -> str:
    return "none" if value is None else str(value)
