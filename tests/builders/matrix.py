"""Who there is, where they can be, and who may do what: written by hand, apart from the product.

A cell is one of them, in one place, using one row of the tables. The policy below is read by the
tests of the matrix; the product has its own, and the two must agree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.users import Permission, Role, Status
from bot.telegram import action_table, command_table
from bot.telegram.turn import Action, Command, Place
from tests.builders.chat_updates import BOT_ID, DATE, GROUP

TOPIC, CHANNEL_ID, ANONYMOUS_ID = 7, -1002000000002, 1087968824
_PAYLOAD_MESSAGE = 4


class Subject(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    PREMIUM = "premium"
    BASIC = "basic"
    PENDING = "pending"
    FROZEN = "frozen"
    BANNED = "banned"
    STRANGER = "stranger"
    GROUP_ADMIN = "group admin without a role"
    ANONYMOUS = "anonymous admin"
    CHANNEL = "channel"
    OTHER_BOT = "other bot"


class Spot(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    TOPIC = "supergroup topic"
    CHANNEL = "channel"


IDS: Mapping[Subject, int] = {who: 4001 + place for place, who in enumerate(Subject)}
STANDING: Mapping[int, tuple[Role, Status]] = {
    IDS[Subject.OWNER]: (Role.ADMIN, Status.ACTIVE),
    IDS[Subject.ADMIN]: (Role.ADMIN, Status.ACTIVE),
    IDS[Subject.PREMIUM]: (Role.PREMIUM, Status.ACTIVE),
    IDS[Subject.PENDING]: (Role.BASIC, Status.PENDING),
    IDS[Subject.FROZEN]: (Role.BASIC, Status.FROZEN),
    IDS[Subject.BANNED]: (Role.BASIC, Status.BANNED),
}
"""What the database says of each; all others are basic and active."""

_ADMINS = {Subject.OWNER, Subject.ADMIN}
_TRADERS = _ADMINS | {Subject.PREMIUM, Subject.BASIC, Subject.STRANGER, Subject.GROUP_ADMIN}
_READERS = _TRADERS | {Subject.FROZEN}
WHO_MAY: Mapping[Permission, set[Subject]] = {
    Permission.READ_HELP: _READERS | {Subject.PENDING},
    Permission.VIEW_MARKET: _READERS,
    Permission.VIEW_OWN: _READERS,
    Permission.PROTECT_OWN: _READERS,
    Permission.TRADE_PAPER: _TRADERS,
    Permission.SUBSCRIBE: _TRADERS,
    Permission.SET_UP_GROUP: _TRADERS,
    Permission.OPERATE: _ADMINS,
    Permission.MANAGE_PEOPLE: _ADMINS,
    Permission.CHANGE_LIMITS: _ADMINS,
    Permission.READ_AUDIT: _ADMINS,
    Permission.READ_LOGS: _ADMINS,
    Permission.BROADCAST: _ADMINS,
    Permission.HOLD_LIVE_WALLET: _ADMINS | {Subject.PREMIUM},
    Permission.LEAVE_LIVE: _TRADERS,
}
_EVERYWHERE = {Spot.PRIVATE, Spot.GROUP, Spot.TOPIC}
WHERE: Mapping[Place, set[Spot]] = {
    Place.ANYWHERE: _EVERYWHERE,
    Place.WHISPERED: _EVERYWHERE,
    Place.PRIVATE: {Spot.PRIVATE},
    Place.GROUP: {Spot.GROUP, Spot.TOPIC},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One of them, in one place, using one row."""

    who: Subject
    where: Spot
    row: Command | Action

    @property
    def is_listed(self) -> bool:
        """Whether it may act, says the policy written here."""
        row, is_group = self.row, self.where in {Spot.GROUP, Spot.TOPIC}
        if self.where not in WHERE[row.place] or self.who not in WHO_MAY[row.permission]:
            return False
        return not is_group or row.in_group is None or self.who in WHO_MAY[row.in_group]

    def __str__(self) -> str:
        """Name the cell as a failure should show it."""
        mark = "/" if isinstance(self.row, Command) else "button "
        return f"{self.who}, {mark}{self.row.name}, {self.where}"


def cells() -> Iterator[Cell]:
    """Give the whole matrix, from the tables as they are now."""
    for row in (*command_table.TABLE, *action_table.TABLE):
        for who in Subject:
            for where in Spot:
                yield Cell(who=who, where=where, row=row)


def sender(who: Subject) -> dict[str, object]:
    """Give the sender as Telegram names it."""
    if who is Subject.ANONYMOUS:
        return {"id": ANONYMOUS_ID, "is_bot": True, "first_name": "Group"}
    if who is Subject.CHANNEL:
        return {"id": 136817688, "is_bot": True, "first_name": "Channel"}
    return {"id": IDS[who], "is_bot": who is Subject.OTHER_BOT, "first_name": who.value}


def chat(where: Spot, who: Subject, group: int = GROUP) -> dict[str, object]:
    """Give the chat as Telegram names it."""
    match where:
        case Spot.PRIVATE:
            return {"id": sender(who)["id"], "type": "private", "first_name": "x"}
        case Spot.CHANNEL:
            return {"id": CHANNEL_ID, "type": "channel", "title": "News"}
    return {"id": group, "type": "supergroup", "title": "Lounge", "is_forum": True}


def topic_of(where: Spot) -> dict[str, object]:
    """Give what marks a message of a topic."""
    return {"message_thread_id": TOPIC, "is_topic_message": True} if where is Spot.TOPIC else {}


def spoken(cell: Cell, text: str, number: int, *, date: int = DATE) -> dict[str, object]:
    """Give the update of a message with this text."""
    message: dict[str, object] = {
        "message_id": number,
        "date": date,
        "chat": chat(cell.where, cell.who),
        "from": sender(cell.who),
        "text": text,
        **topic_of(cell.where),
    }
    if cell.who is Subject.ANONYMOUS:
        message["sender_chat"] = message["chat"]
    if cell.who is Subject.CHANNEL or cell.where is Spot.CHANNEL:
        message["sender_chat"] = {"id": CHANNEL_ID, "type": "channel", "title": "News"}
    kind = "channel_post" if cell.where is Spot.CHANNEL else "message"
    return {"update_id": number, kind: message}


def pressed(cell: Cell, data: str, number: int, *, date: int = DATE) -> dict[str, object]:
    """Give the update of a press."""
    message = {
        "message_id": _PAYLOAD_MESSAGE,
        "date": date,
        "chat": chat(cell.where, cell.who),
        "from": {"id": BOT_ID, "is_bot": True, "first_name": "Kitrader"},
        "text": "a screen",
        **topic_of(cell.where),
    }
    query = {
        "id": f"q{number}",
        "from": sender(cell.who),
        "message": message,
        "chat_instance": "1",
        "data": data,
    }
    return {"update_id": number, "callback_query": query}
