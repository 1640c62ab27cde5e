"""What is read of an update: of all that Telegram sends, the few fields that something hangs on."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

_OUTSIDE = frozenset({"left", "kicked"})


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

    def is_anothers(self, user_id: int) -> bool:
        """Tell whether it is somebody else's private chat: one's own has one's own number."""
        return self.is_private and self.id != user_id

    @property
    def is_channel(self) -> bool:
        """Tell whether it is a channel, where nobody is a person to us."""
        return self.type == "channel"


class Answered(_Heard):
    """The message that another one answers."""

    from_user: Person | None = Field(default=None, alias="from")


class OwnState(_Heard):
    """What the bot is in a chat; `is_member` is told of the restricted only."""

    status: str
    is_member: bool | None = None


class OwnPlace(_Heard):
    """A change of what the bot is in a chat: added, removed, blocked, made an admin."""

    chat: Place
    new_chat_member: OwnState

    @property
    def is_gone(self) -> bool:
        """Tell whether the bot can say nothing there any more."""
        now = self.new_chat_member
        return now.status in _OUTSIDE or (now.status == "restricted" and now.is_member is not True)


class SuccessfulPayment(_Heard):
    """What was paid; the last three are there for subscriptions only."""

    currency: str
    total_amount: int
    invoice_payload: str
    telegram_payment_charge_id: str
    subscription_expiration_date: int | None = None
    is_recurring: bool | None = None
    is_first_recurring: bool | None = None


class RefundedPayment(_Heard):
    """What was given back."""

    total_amount: int
    invoice_payload: str
    telegram_payment_charge_id: str


class PreCheckoutQuery(_Heard):
    """Somebody about to pay."""

    id: str
    from_user: Person = Field(alias="from")
    currency: str
    total_amount: int
    invoice_payload: str


class SubscriptionUpdated(_Heard):
    """Somebody who stopped or restored their renewals, or whose payment failed."""

    user: Person
    invoice_payload: str
    state: str


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
    sender_business_bot: object = None
    business_connection_id: object = None
    forward_origin: object = None
    is_automatic_forward: bool | None = None
    message_thread_id: int | None = None
    is_topic_message: bool | None = None
    ephemeral_message_id: int | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None
    reply_to_message: Answered | None = None
    left: Person | None = Field(default=None, alias="left_chat_member")
    successful_payment: SuccessfulPayment | None = None
    refunded_payment: RefundedPayment | None = None
    text: str | None = None
    caption: str | None = None

    @property
    def is_plain(self) -> bool:
        """Tell whether it was neither forwarded nor said in another's name."""
        return self.forward_origin is None and self.sender_chat is None

    @property
    def payer(self) -> Person | None:
        """Give who paid, or was given back; none where Telegram tells of no payment here."""
        tells = self.successful_payment is not None or self.refunded_payment is not None
        sender = self.from_user
        is_own = sender is not None and not sender.is_bot and self.chat.id == sender.id
        return sender if tells and is_own and self.is_plain else None

    @property
    def is_of_business(self) -> bool:
        """Tell whether it came through an account that a bot speaks for."""
        return self.sender_business_bot is not None or self.business_connection_id is not None

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
    ephemeral_message_id: int | None = None

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

    @property
    def is_somebodys_own(self) -> bool:
        """Tell whether a person pressed, and not in the private chat of another."""
        place = self.message.chat if self.message is not None else None
        return not self.from_user.is_bot and not (place and place.is_anothers(self.from_user.id))
