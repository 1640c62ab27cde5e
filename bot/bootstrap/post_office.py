"""Wires what leaves for Telegram: the outbox, its sender, and what completes a message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.adapters.database.mail import PostgresOutbox
from bot.bootstrap.lease_keeping import LeaseKeeper
from bot.bootstrap.news import Newsroom
from bot.bootstrap.outside import Outside
from bot.bootstrap.people_wiring import invitation_seal
from bot.bootstrap.roles import ProcessRole, chat_lease
from bot.bootstrap.seen import Seen, open_eyes
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring_redis import turns_of
from bot.domain.shards import CHAT_SHARDS, chat_shard
from bot.services.catalogue import Services
from bot.services.deposits import DEPOSIT_PICTURE
from bot.services.my_data import EXPORT as MY_DATA
from bot.telegram.documents import DocumentApi
from bot.telegram.invitation_links import InvitingApi
from bot.telegram.limits import FloodLimits
from bot.telegram.login_links import LoginLinkApi
from bot.telegram.pictures import PictureApi
from bot.telegram.reachability import Reachability
from bot.telegram.sender import Sender
from bot.telegram.sending_rights import SendingRights
from bot.telegram.shared_turns import SharedTurns
from bot.telegram.stamps import StampedApi
from bot.telegram.whispers import WhisperingApi

_POLL_SECONDS, _POLL_OF_MANY_SECONDS = 1.0, 0.1
ServicesLater = Callable[[], Services]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOffice:
    """What sends, and what counts and remembers beside it."""

    outbox: PostgresOutbox
    sender: Sender
    reachability: Reachability
    seen: Seen


def open_post_office(
    settings: Settings,
    outside: Outside,
    newsroom: Newsroom,
    services: ServicesLater,
    *,
    role: ProcessRole,
    public_url: str,
) -> PostOffice:
    """Build it; the services are made later, since what they queue is handed over to the sender."""
    rights = _rights(outside.leases) if role is ProcessRole.SENDER else None
    outbox = PostgresOutbox(outside.pool, shards=None if rights is None else rights.shards)
    reachability = Reachability(outbox=outbox, clock=outside.clock)
    seen = open_eyes(outside.clock)
    api = _api(settings, outside, newsroom, services, public_url)
    sender = Sender(
        outbox=outbox,
        api=api,
        clock=outside.clock,
        limits=FloodLimits(clock=outside.clock),
        reachability=reachability,
        figures=seen.sending,
        journeys=seen.journeys,
        language_of=newsroom.language_of,
        rights=rights,
        turns=None if rights is None else _turns(outside),
        poll_seconds=_POLL_SECONDS if rights is None else _POLL_OF_MANY_SECONDS,
    )
    return PostOffice(
        outbox=outbox,
        sender=sender,
        reachability=reachability,
        seen=seen,
    )


def _turns(outside: Outside) -> SharedTurns | None:
    assert outside.leases is not None, "one process of many holds leases"  # noqa: S101
    return turns_of(outside.shared, outside.leases, outside.clock)


def _rights(keeper: LeaseKeeper | None) -> SendingRights:
    assert keeper is not None, "one process of many holds leases"  # noqa: S101

    def shards() -> list[int]:
        return [shard for shard in range(CHAT_SHARDS) if keeper.holds(chat_lease(shard))]

    return SendingRights(
        may_send=lambda chat_id: keeper.holds(chat_lease(chat_shard(chat_id))),
        shards=shards,
        senders=lambda: keeper.alive,
    )


def _api(
    settings: Settings,
    outside: Outside,
    newsroom: Newsroom,
    services: ServicesLater,
    public_url: str,
) -> WhisperingApi:
    documents = DocumentApi(outside.api, lambda recipe: _written(services(), recipe))
    pictures = PictureApi(documents, lambda recipe: _drawn(services(), recipe))
    sealed = InvitingApi(pictures, invitation_seal(settings))
    links = LoginLinkApi(sealed, lambda user_id: _invited(services(), user_id), public_url)
    return WhisperingApi(StampedApi(links, outside.clock, newsroom.language_of))


async def _written(services: Services, recipe: Mapping[str, object]) -> bytes:
    """Write a document: a table, or all that is kept about a person."""
    if recipe["what"] == MY_DATA:
        return await services.records.my_data.write(recipe)
    return await services.exports.write(recipe)


async def _invited(services: Services, user_id: int) -> str:
    return await services.security.sessions.invite(user_id)


async def _drawn(services: Services, recipe: Mapping[str, object]) -> bytes:
    """Draw a picture: recipes of charts say no more than what they show."""
    if recipe.get("what") == DEPOSIT_PICTURE and services.live is not None:
        return await services.live.deposits.draw(recipe)
    if "what" in recipe:
        return await services.performance.draw(recipe)
    return await services.charts.draw(recipe)
