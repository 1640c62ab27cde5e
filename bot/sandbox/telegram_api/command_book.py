"""The bot's command menus, by scope and language."""

from dataclasses import dataclass, field

from bot.sandbox.telegram_api.wire import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandScope:
    """Whom a menu is for; chat and user ids only where the type needs them."""

    type: str = "default"
    chat_id: int | None = None
    user_id: int | None = None

    def to_wire(self) -> JsonObject:
        """Render as a Bot API BotCommandScope."""
        body: JsonObject = {"type": self.type}
        if self.chat_id is not None:
            body["chat_id"] = self.chat_id
        if self.user_id is not None:
            body["user_id"] = self.user_id
        return body


@dataclass(slots=True, kw_only=True)
class CommandBook:
    """Keeps one menu per scope and language code ("" means every language)."""

    menus: dict[tuple[CommandScope, str], list[JsonObject]] = field(default_factory=dict)

    def to_wire(self) -> list[JsonObject]:
        """Render all menus for the people's side."""
        return [
            {"scope": scope.to_wire(), "language_code": language, "commands": commands}
            for (scope, language), commands in self.menus.items()
        ]
