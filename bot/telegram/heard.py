"""What is read of an update: of all that Telegram sends, the few fields that something hangs on."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class _Heard(BaseModel):
    """A part of an update, checked in the fields that are named and blind to all others.

    The Bot API grows every few weeks; what is not read here can neither fail nor cost anything.
    Fields are spelt as in https://core.telegram.org/bots/api#available-types.
    """

    model_config = ConfigDict(frozen=True)


class Person(_Heard):
    """Who wrote or pressed."""

    id: int
    is_bot: bool
    first_name: str
    username: str | None = None
    language_code: str | None = None


class Place(_Heard):
    """The chat in which something was said."""

    id: int
    type: str

    @property
    def is_private(self) -> bool:
        """Tell whether only the person and the bot are in it."""
        return self.type == "private"

    @property
    def is_channel(self) -> bool:
        """Tell whether it is a channel, where nobody is a person to us."""
        return self.type == "channel"


class Answered(_Heard):
    """The message that another one answers."""

    from_user: Person | None = Field(default=None, alias="from")


class Message(_Heard):
    """A message of somebody, or of nobody.

    Of what gives a message away as not a person's own, only the presence is looked at.
    """

    message_id: int
    date: datetime
    chat: Place
    from_user: Person | None = Field(default=None, alias="from")
    sender_chat: object = None
    via_bot: object = None
    forward_origin: object = None
    is_automatic_forward: bool | None = None
    message_thread_id: int | None = None
    is_topic_message: bool | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None
    reply_to_message: Answered | None = None
    left: Person | None = Field(default=None, alias="left_chat_member")
    text: str | None = None
    caption: str | None = None

    @property
    def words(self) -> str:
        """Give what was written, or what stands below a picture; empty where nothing does."""
        return self.text or self.caption or ""

    @property
    def thread_id(self) -> int | None:
        """Give the topic; a thread of answers outside a forum is none."""
        return self.message_thread_id if self.is_topic_message else None


class PressedMessage(_Heard):
    """The message that holds a pressed button; of an old one only its place is told."""

    message_id: int
    chat: Place
    photo: object = None
    reply_to_message: Answered | None = None
    message_thread_id: int | None = None
    is_topic_message: bool | None = None

    @property
    def thread_id(self) -> int | None:
        """Give the topic; a thread of answers outside a forum is none."""
        return self.message_thread_id if self.is_topic_message else None


class CallbackQuery(_Heard):
    """A press of a button."""

    id: str
    from_user: Person = Field(alias="from")
    message: PressedMessage | None = None
    data: str | None = None
