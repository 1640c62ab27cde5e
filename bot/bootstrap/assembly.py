"""Puts one process together: the same services in each role, and the doors beside them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.adapters.database.mail import OnOutbox, PostgresInbox, PostgresOutbox
from bot.bootstrap.lease_keeping import LeaseKeeper
from bot.bootstrap.loading import load_for
from bot.bootstrap.news import Newsroom, news_of
from bot.bootstrap.outside import Outside
from bot.bootstrap.post_office import open_post_office
from bot.bootstrap.reception import open_reception
from bot.bootstrap.roles import ProcessRole
from bot.bootstrap.settings import Settings
from bot.bootstrap.web_doors import PublicDoor
from bot.bootstrap.wiring import wire
from bot.bootstrap.wiring_changes import wire_following
from bot.domain.notices import QueuedNotice
from bot.observability.journeys import Journeys
from bot.ports.bells import Bell, Bells
from bot.services.catalogue import Services
from bot.services.following import Following
from bot.telegram.inbox_feed import InboxFeed
from bot.telegram.lanes import Lanes
from bot.telegram.receiver import Receiver
from bot.telegram.registration import Identity
from bot.telegram.sender import Sender
from bot.telegram.senders import Senders


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """One process, put together and not yet begun.

    `following` hears what other processes change, five times a second and whenever `woken` is set.
    `first_prices` is set once the default tokens were tracked and read.
    """

    settings: Settings
    role: ProcessRole
    outside: Outside
    door: PublicDoor
    who: Identity
    services: Services
    journeys: Journeys
    outbox: PostgresOutbox
    sender: Sender | Senders
    lanes: Lanes
    receiver: Receiver
    feed: InboxFeed
    following: Following
    woken: asyncio.Event
    first_prices: asyncio.Event

    @property
    def keeper(self) -> LeaseKeeper:
        """Give the leases of a process that is one of many."""
        assert self.outside.leases is not None, "only one of many is asked"  # noqa: S101
        return self.outside.leases


def assemble(
    settings: Settings,
    role: ProcessRole,
    outside: Outside,
    bots: Sequence[Identity],
    *,
    door: PublicDoor,
) -> Assembled:
    """Wire it all, for these bots, the main one first; nothing runs yet, and nothing is loaded."""
    who = bots[0]
    newsroom = Newsroom(
        clock=outside.clock,
        bot_name=who.name,
        language_of=lambda one: services.languages.of(one),  # noqa: PLW0108 (made below)
        mode_of=lambda one: services.modes.of(one),  # noqa: PLW0108 (made below)
    )
    post = open_post_office(
        settings, outside, newsroom, lambda: services, role=role, public_url=door.public_url
    )
    on_outbox = _on_outbox(role, outside, post.sender)
    inbox = PostgresInbox(outside.pool, on_outbox=on_outbox)
    services = wire(
        settings,
        outside,
        on_outbox=on_outbox,
        seen=post.seen,
        news=news_of(settings, newsroom),
    )
    reception = open_reception(
        settings,
        outside,
        services,
        [one.name for one in bots],
        inbox=inbox,
        post=post,
        role=role,
    )
    return Assembled(
        settings=settings,
        role=role,
        outside=outside,
        door=door,
        who=who,
        services=services,
        journeys=post.seen.journeys,
        outbox=post.outbox,
        sender=post.sender,
        lanes=reception.lanes,
        receiver=reception.receiver,
        feed=reception.feed,
        following=wire_following(
            outside,
            services,
            post.reachability,
            load=partial(load_for, role, services),
            keeps_levels=role is ProcessRole.MARKET,
        ),
        woken=asyncio.Event(),
        first_prices=asyncio.Event(),
    )


def _on_outbox(role: ProcessRole, outside: Outside, sender: Sender | Senders) -> OnOutbox:
    if role is ProcessRole.ALL:
        return sender.hand_over

    def leave_it(_queued: Sequence[QueuedNotice]) -> None:
        # The sender of the chat reads it from the outbox; what was changed has an answer as well.
        if outside.shared is not None:
            outside.shared.bells.ring(Bell.OUTBOX, Bell.CHANGES)

    return leave_it


def listen_for_bells(it: Assembled, bells: Bells) -> None:
    """Have a process of one role look at once where another rings."""
    bells.on(Bell.CHANGES, it.woken.set)
    if it.role is ProcessRole.WORKER:
        bells.on(Bell.INBOX, it.feed.wake)
    if it.role is ProcessRole.SENDER:
        bells.on(Bell.OUTBOX, lambda: it.sender.hand_over(()))
