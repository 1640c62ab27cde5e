"""A message as the sandbox keeps it, and how each side sees it."""

from dataclasses import dataclass

from bot.sandbox.telegram_api.entities.entity import FormattedText
from bot.sandbox.telegram_api.wire import JsonObject, without_none

_FIRST_WHISPER = 29_000_000


@dataclass(slots=True, kw_only=True)
class StoredMessage:
    """One message of one chat; ``text`` is the caption where there is an attachment.

    One with a receiver is ephemeral: only they and the sender see it. The bot knows it by an
    ephemeral id, and people by its place among the messages of the chat.
    """

    message_id: int
    chat: JsonObject
    sender: JsonObject
    date: int
    text: FormattedText | None = None
    attachment: JsonObject | None = None
    reply_markup: JsonObject | None = None
    reply_to: "StoredMessage | None" = None
    forward_origin: JsonObject | None = None
    link_preview_options: JsonObject | None = None
    message_thread_id: int | None = None
    protected: bool = False
    edit_date: int | None = None
    deleted: bool = False
    service: JsonObject | None = None
    receiver: JsonObject | None = None
    sender_chat: JsonObject | None = None
    invoice_slug: str | None = None

    @property
    def sender_id(self) -> object:
        """The Telegram id of who wrote it."""
        return self.sender["id"]

    @property
    def ephemeral_id(self) -> int | None:
        """The id by which the bot knows an ephemeral message; None for any other."""
        return None if self.receiver is None else _FIRST_WHISPER + self.message_id

    @property
    def viewer(self) -> object:
        """Who alone among the people sees it; None where everybody does."""
        if self.receiver is None:
            return None
        return self.sender["id"] if self.receiver["is_bot"] else self.receiver["id"]

    def is_seen_by(self, person_id: int | None) -> bool:
        """Tell whether a person sees it; None stands for any member of the chat."""
        return self.receiver is None or (person_id is not None and self.viewer == person_id)

    @property
    def inline_keyboard(self) -> JsonObject | None:
        """The buttons under the message; reply keyboards are no part of it."""
        markup = self.reply_markup
        return markup if markup is not None and "inline_keyboard" in markup else None

    def has_button(self, callback_data: str) -> bool:
        """Tell whether a button under the message carries this data."""
        rows = (self.inline_keyboard or {}).get("inline_keyboard")
        buttons = [button for row in rows for button in row] if isinstance(rows, list) else []
        return any(button.get("callback_data") == callback_data for button in buttons)

    def to_wire(self, *, with_reply: bool = True) -> JsonObject:
        """Render as a Bot API Message; a quoted message quotes nothing itself."""
        body = without_none(
            message_id=self.message_id if self.receiver is None else 0,
            sender_chat=self.sender_chat,
            receiver_user=self.receiver,
            ephemeral_message_id=self.ephemeral_id,
            date=self.date,
            chat=self.chat,
            edit_date=self.edit_date,
            forward_origin=self.forward_origin,
            message_thread_id=self.message_thread_id,
            link_preview_options=self.link_preview_options,
            reply_markup=self.inline_keyboard,
        )
        body["from"] = self.sender
        if self.message_thread_id is not None:
            body["is_topic_message"] = True
        if self.protected:
            body["has_protected_content"] = True
        if with_reply and self.reply_to is not None:
            body["reply_to_message"] = self.reply_to.to_wire(with_reply=False)
        return body | (self.attachment or {}) | (self.service or {}) | self._text_fields()

    def to_people(self) -> JsonObject:
        """Render for the chat page: its own id, reply keyboards and deletion are shown too."""
        body = self.to_wire() | {"message_id": self.message_id, "deleted": self.deleted}
        if self.reply_markup is not None:
            body["reply_markup"] = self.reply_markup
        return body

    def _text_fields(self) -> JsonObject:
        if self.text is None or not self.text.text:
            return {}
        names = ("caption", "caption_entities") if self.attachment else ("text", "entities")
        fields: JsonObject = {names[0]: self.text.text}
        if self.text.entities:
            fields[names[1]] = self.text.entities_to_wire()
        return fields
