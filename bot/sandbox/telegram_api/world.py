"""The state of the sandbox's Telegram without any HTTP: one bot, some people, their chats."""

import random
from collections.abc import Iterable

from bot.sandbox.telegram_api.callbacks import PressBook
from bot.sandbox.telegram_api.clock import Clock, wall_clock
from bot.sandbox.telegram_api.command_book import CommandBook
from bot.sandbox.telegram_api.events import EventLog
from bot.sandbox.telegram_api.faults import Faults
from bot.sandbox.telegram_api.limits import FloodLimits
from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.people import BotAccount, ChatRoom, Person, default_people
from bot.sandbox.telegram_api.stars import StarBook
from bot.sandbox.telegram_api.stored_files import FileStore
from bot.sandbox.telegram_api.updates import HISTORY_KEPT, UpdateQueue
from bot.sandbox.telegram_api.wire import JsonObject

LOUNGE_ID = -1001000000001


class TelegramWorld:
    """A whole small Telegram around one bot.

    Args:
        token: the bot's token, ``<digits>:<secret>``; its digits are the bot's id.
        seed: makes ids, update numbers and drawn faults the same in each run.
        username: the bot's username, without "@".
        first_name: the bot's name.
        people: who lives here; by default Ann, Bob, Pia and Ada in the Kitrader Lounge.
        clock: seconds since the epoch; tests hand in their own.
        updates_kept: how many updates can be repeated.
    """

    def __init__(
        self,
        token: str,
        seed: int = 1,
        *,
        username: str = "kitrader_bot",
        first_name: str = "Kitrader",
        people: Iterable[Person] | None = None,
        clock: Clock = wall_clock,
        updates_kept: int = HISTORY_KEPT,
    ) -> None:
        bot_id, _, secret = token.partition(":")
        if not (bot_id.isascii() and bot_id.isdigit() and secret):
            raise ValueError("a bot token looks like 123456:secret")
        self.token = token
        self.clock = clock
        self.bot = BotAccount(id=int(bot_id), first_name=first_name, username=username)
        self.updates = UpdateQueue(
            first_update_id=random.Random(seed).randrange(100_000_000, 900_000_000),
            clock=clock,
            kept=updates_kept,
        )
        self.events = EventLog()
        self.files = FileStore(seed)
        self.presses = PressBook(seed=seed, clock=clock)
        self.stars = StarBook(seed, clock)
        self.commands = CommandBook()
        self.faults = Faults(seed)
        self.knows_whispers = True
        self.limits = FloodLimits(clock)
        self.profile: dict[str, str] = {}
        self.people: dict[int, Person] = {}
        self.chats: dict[int, ChatRoom] = {}
        for person in default_people() if people is None else people:
            self.add_person(person)
        if people is None:
            self._open_lounge()

    @property
    def now_s(self) -> int:
        """The time in whole seconds since the epoch, as messages carry it."""
        return int(self.clock())

    def add_person(self, person: Person) -> ChatRoom:
        """Let somebody move in, with an empty private chat with the bot."""
        self.people[person.id] = person
        room = ChatRoom(
            id=person.id, type="private", person=person, members=[person.id, self.bot.id]
        )
        self.chats[room.id] = room
        self.events.publish("chat", room.id)
        return room

    def add_group(
        self,
        title: str,
        *,
        members: Iterable[int],
        admins: Iterable[int],
        group_id: int | None = None,
        is_forum: bool = False,
    ) -> ChatRoom:
        """Open a supergroup of people and the bot."""
        taken = min((chat_id for chat_id in self.chats if chat_id < 0), default=LOUNGE_ID + 1)
        admin_ids = list(dict.fromkeys(admins))
        room = ChatRoom(
            id=taken - 1 if group_id is None else group_id,
            type="supergroup",
            title=title,
            members=list(dict.fromkeys([*members, *admin_ids, self.bot.id])),
            admins=admin_ids,
            is_forum=is_forum,
            started=True,
        )
        self.chats[room.id] = room
        self.events.publish("chat", room.id)
        return room

    def find_user(self, user_id: int) -> JsonObject | None:
        """Give a person or the bot as a Bot API User."""
        if user_id == self.bot.id:
            return self.bot.to_user()
        person = self.people.get(user_id)
        return person.to_user() if person else None

    def keep(self, room: ChatRoom, message: StoredMessage) -> StoredMessage:
        """Add a message to its chat and show it to the people."""
        room.messages[message.message_id] = message
        self.show("message", room, message)
        return message

    def show(self, kind: str, room: ChatRoom, message: StoredMessage) -> None:
        """Tell the people's screens about a message."""
        seen_by = {} if message.viewer is None else {"viewer": message.viewer}
        self.events.publish(kind, room.id, message=message.to_people(), **seen_by)

    def reopen(self) -> None:
        """Let waits last again, since a server starts; the state is as it was left."""
        self.updates.closing = False

    def close(self) -> None:
        """End every wait, since the server stops."""
        self.faults.release()
        self.updates.close()
        self.events.changed.notify()

    def _open_lounge(self) -> None:
        self.add_group(
            "Kitrader Lounge",
            members=[person.id for person in self.people.values() if person.role_hint != "admin"],
            admins=[person.id for person in self.people.values() if person.role_hint == "admin"],
            group_id=LOUNGE_ID,
        )
