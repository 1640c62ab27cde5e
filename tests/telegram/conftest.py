"""A chat door over services in memory, and hands to write and press."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pytest

from bot.domain.notices import Notice
from bot.ports.mail import StoredUpdate
from bot.telegram.application import Application
from bot.telegram.callbacks import Press, new_nonce
from bot.telegram.receiver import lane_of
from tests.builders.chance import seeded
from tests.builders.chat_updates import ANN, a_message, a_press
from tests.fakes.chat_services import FakeServices
from tests.fakes.hand_clock import HandClock
from tests.fakes.mail_boxes import FakeInbox

BOT_NAME = "kitrader_bot"
_numbers = itertools.count(1)


@dataclass(slots=True, kw_only=True)
class ChatDoor:
    """The application with everything around it in memory."""

    application: Application
    services: FakeServices
    inbox: FakeInbox
    clock: HandClock

    async def take(self, raw: Mapping[str, object]) -> list[Notice]:
        """Hand one raw update in and give what it put into the outbox."""
        update_id = raw["update_id"]
        assert isinstance(update_id, int)
        stored = StoredUpdate(
            update_id=update_id, lane=lane_of(raw), raw=raw, received_at=self.clock.now()
        )
        await self.inbox.store([stored])
        before = len(self.inbox.outbox.queued)
        await self.application.handle(stored)
        assert self.inbox.failures.get(update_id) == "", "every update is closed"
        return list(self.inbox.outbox.queued.values())[before:]

    async def say(self, text: str | None, **more: object) -> list[Notice]:
        return await self.take(a_message(text, **more))

    async def ask(self, text: str, **more: object) -> Notice:
        """Say something that has exactly one answer."""
        (answer,) = await self.say(text, **more)
        return answer

    async def press(self, data: str | None, **more: object) -> list[Notice]:
        return await self.take(a_press(data, **more))

    def button(
        self,
        action: str,
        target: int = 0,
        argument: str = "",
        *,
        owner: int = ANN,
        at: datetime | None = None,
    ) -> str:
        """Give the data of a button as a fresh keyboard would carry it."""
        chance = seeded(next(_numbers))
        nonce = new_nonce(at or self.clock.now(), chance)
        return Press(
            action=action, owner=owner, target=target, argument=argument, nonce=nonce
        ).pack()


@pytest.fixture
def door() -> ChatDoor:
    inbox, clock = FakeInbox(), HandClock()
    services = FakeServices(inbox=inbox)
    application = Application(
        services=services,
        inbox=inbox,
        clock=clock,
        chance=seeded(7),
        bot_name=BOT_NAME,
    )
    return ChatDoor(application=application, services=services, inbox=inbox, clock=clock)


def text_of(notice: Notice) -> str:
    return str(notice.payload.get("text", ""))


def buttons_of(notice: Notice) -> dict[str, str]:
    """Give the buttons of a notice as label to data or address."""
    markup = notice.payload.get("reply_markup") or {}
    rows = markup.get("inline_keyboard", [])
    return {b["text"]: b.get("callback_data") or b["url"] for row in rows for b in row}
