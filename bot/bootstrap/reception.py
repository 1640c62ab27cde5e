"""Wires what comes from Telegram: committed first, then handled in its lane."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import SystemRandom

from bot.adapters.database.mail import PostgresInbox
from bot.adapters.database.typed_secrets import SealedSecrets
from bot.bootstrap.lease_keeping import LeaseKeeper
from bot.bootstrap.outside import Outside
from bot.bootstrap.post_office import PostOffice
from bot.bootstrap.roles import ProcessRole, lane_lease
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_redis import throttle_of
from bot.domain.shards import LANE_SHARDS
from bot.ports.bells import Bell
from bot.services.catalogue import Services
from bot.telegram.application import Application
from bot.telegram.crowding import Crowding
from bot.telegram.guard import Guard
from bot.telegram.inbox_feed import InboxFeed
from bot.telegram.lanes import Lanes
from bot.telegram.receiver import Receiver
from bot.telegram.secret_pocket import SecretPocket


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """The way of an update: the receiver commits it, the lanes handle it.

    In a process of one role, `feed` brings the lanes what others committed.
    """

    lanes: Lanes
    receiver: Receiver
    feed: InboxFeed


def open_reception(
    settings: Settings,
    outside: Outside,
    services: Services,
    bot_names: Sequence[str],
    *,
    inbox: PostgresInbox,
    post: PostOffice,
    role: ProcessRole,
) -> Reception:
    """Build it."""
    pocket = SecretPocket()
    several = outside.bots if outside.bots is not None and outside.bots.are_many else None
    bots = None if several is None else several.chats
    secrets = SealedSecrets(outside.pool, settings.bot_token.get_secret_value())
    application = Application(
        services=services,
        inbox=inbox,
        clock=outside.clock,
        chance=SystemRandom(),
        bot_name=bot_names[0],
        more_bots=bot_names[1:],
        chat_bots=bots,
        throttle=throttle_of(settings, outside.shared, outside.leases, outside.clock),
        pocket=pocket,
        reachability=post.reachability,
    )
    guard = Guard(
        handle=application.handle,
        inbox=inbox,
        admin_ids=sorted(settings.admin_ids),
        language_of=services.languages.of,
        journeys=post.seen.journeys,
    )
    lanes = Lanes(handle=guard.handle)
    crowding = Crowding(
        inbox=inbox, lanes=lanes, clock=outside.clock, language_of=services.languages.of
    )
    receiver = Receiver(
        inbox=inbox,
        lanes=None if role is ProcessRole.WEB else lanes,
        clock=outside.clock,
        reachability=post.reachability,
        language_of=services.languages.of,
        pocket=pocket,
        secrets=secrets if role is ProcessRole.WEB else None,
        journeys=post.seen.journeys,
        on_stored=_ring(outside),
        bots=bots,
    )
    feed = InboxFeed(
        inbox=inbox,
        lanes=lanes,
        crowding=crowding,
        reachability=post.reachability,
        pocket=pocket,
        secrets=secrets,
        shards=lambda: held_lanes(outside.leases),
    )
    return Reception(lanes=lanes, receiver=receiver, feed=feed)


def _ring(outside: Outside) -> Callable[[], None]:
    def ring() -> None:
        if outside.shared is not None:
            outside.shared.bells.ring(Bell.INBOX)

    return ring


def held_lanes(keeper: LeaseKeeper | None) -> list[int]:
    """Give the shards of lanes that this process may handle now."""
    if keeper is None:
        return []
    return [shard for shard in range(LANE_SHARDS) if keeper.holds(lane_lease(shard))]
