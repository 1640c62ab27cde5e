"""Who lives in the sandbox: people, the bot, and the chats they share."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.wire import JsonObject, without_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a Telegram account; the role hint only tells the page whom to show."""

    id: int
    first_name: str
    username: str | None = None
    role_hint: str = "basic"
    language_code: str = "en"

    def to_user(self) -> JsonObject:
        """Render as a Bot API User."""
        return without_none(
            id=self.id,
            is_bot=False,
            first_name=self.first_name,
            username=self.username,
            language_code=self.language_code,
        )

    def to_state(self) -> JsonObject:
        """Render for the chat page."""
        return {
            "id": self.id,
            "first_name": self.first_name,
            "username": self.username,
            "role_hint": self.role_hint,
            "language_code": self.language_code,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAccount:
    """The one bot of this world."""

    id: int
    first_name: str
    username: str

    def to_user(self) -> JsonObject:
        """Render as the Bot API User seen in messages."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.first_name,
            "username": self.username,
        }

    def to_me(self) -> JsonObject:
        """Render as the answer of getMe."""
        return self.to_user() | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }


@dataclass(slots=True, kw_only=True)
class ChatRoom:
    """A chat with its messages; private chats carry their person's id.

    The owner is one of the admins; the powerless are admins by title only, the anonymous are those
    who write in the group's name.
    """

    id: int
    type: str
    title: str | None = None
    person: Person | None = None
    members: list[int] = field(default_factory=list)
    admins: list[int] = field(default_factory=list)
    owner_id: int | None = None
    powerless: set[int] = field(default_factory=set)
    anonymous: set[int] = field(default_factory=set)
    kicked: set[int] = field(default_factory=set)
    is_forum: bool = False
    started: bool = False
    blocked: bool = False
    pinned_message_id: int | None = None
    messages: dict[int, StoredMessage] = field(default_factory=dict)
    last_message_id: int = 0

    @property
    def is_private(self) -> bool:
        """Whether this is the chat of one person with the bot."""
        return self.type == "private"

    def next_message_id(self) -> int:
        """Give the next id of this chat; ids only grow."""
        self.last_message_id += 1
        return self.last_message_id

    def live_message(
        self, message_id: int | None, *, viewer: int | None = None
    ) -> StoredMessage | None:
        """Find a message that nobody deleted: of ephemeral ones only those of the viewer."""
        message = self.messages.get(message_id) if message_id is not None else None
        if message is None or message.deleted or not message.is_seen_by(viewer):
            return None
        return message

    def whisper(self, ephemeral_id: int | None, person_id: int | None) -> StoredMessage | None:
        """Find an ephemeral message between a person and the bot that nobody deleted."""
        for message in self.messages.values():
            if message.ephemeral_id == ephemeral_id and message.viewer == person_id:
                return None if message.deleted or message.receiver is None else message
        return None

    def to_chat(self) -> JsonObject:
        """Render as a Bot API Chat."""
        if self.person is not None:
            return without_none(
                id=self.id,
                type=self.type,
                first_name=self.person.first_name,
                username=self.person.username,
            )
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": self.type, "title": self.title, **forum}

    def to_state(self) -> JsonObject:
        """Render for the chat page."""
        body = without_none(id=self.id, type=self.type, title=self.title)
        if self.person is not None:
            body["person_id"] = self.person.id
        return body | {
            "members": self.members,
            "admins": self.admins,
            "owner_id": self.owner_id,
            "blocked": self.blocked,
            "pinned_message_id": self.pinned_message_id,
        }


def default_people() -> Iterable[Person]:
    """Give the four people that every sandbox begins with."""
    return (
        Person(id=1001, first_name="Ann", username="ann_basic"),
        Person(id=1002, first_name="Bob", username="bob_basic"),
        Person(id=2001, first_name="Pia", username="pia_premium", role_hint="premium"),
        Person(id=3001, first_name="Ada", username="ada_admin", role_hint="admin"),
    )
