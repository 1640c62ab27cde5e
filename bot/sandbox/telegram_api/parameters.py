"""The parameters of a Bot API call, from a query, a form, JSON or multipart."""

import json
from dataclasses import dataclass, field

from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.wire import JsonObject, as_integer, as_list, as_object

_TRUE = frozenset({"true", "1", "yes", "y", "t", "on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a multipart call."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Fields by lower-case name, with reading as forgiving as Telegram's."""

    fields: JsonObject = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Tell whether a field was given at all."""
        return self.fields.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """Read a text; "" where it is missing.

        Raises:
            BotApiError: 400 where it is no Unicode.
        """
        value = self.fields.get(name)
        if value is None or isinstance(value, dict | list):
            return ""
        found = value if isinstance(value, str) else json.dumps(value)
        try:
            found.encode()
        except UnicodeEncodeError as error:
            raise bad_request("strings must be encoded in UTF-8") from error
        return found

    def integer(self, name: str) -> int | None:
        """Read a whole number; None where it is missing or none."""
        return as_integer(self.fields.get(name))

    def boolean(self, name: str) -> bool:
        """Read a yes or no; no where it is missing."""
        value = self.fields.get(name)
        return value is True or (not isinstance(value, bool) and str(value).lower() in _TRUE)

    def json(self, name: str) -> object:
        """Read a nested value, given as JSON or as text of it; None where missing.

        Raises:
            BotApiError: 400 where the text is no JSON.
        """
        value = self.fields.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as error:
            raise bad_request(f"can't parse {name} JSON object") from error

    def nested(self, name: str) -> JsonObject | None:
        """Read a nested object; None where it is missing.

        Raises:
            BotApiError: 400 where it is anything but an object.
        """
        value = self.json(name)
        if value is None:
            return None
        found = as_object(value)
        if found is None:
            raise bad_request(f"object expected as {name.replace('_', ' ')}")
        return found

    def array(self, name: str) -> list[object] | None:
        """Read a nested array; None where it is missing or none."""
        return as_list(self.json(name))

    def with_fields(self, **fields: object) -> "Parameters":
        """Give the same call with some fields replaced."""
        return Parameters(fields=self.fields | fields, uploads=self.uploads)
