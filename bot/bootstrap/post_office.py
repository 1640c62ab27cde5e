"""Wires what leaves for Telegram: the outbox, its sender, and what completes a message."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import BotShare, PostgresOutbox
from bot.bootstrap.bots import Bots
from bot.bootstrap.lease_keeping import LeaseKeeper
from bot.bootstrap.news import Newsroom
from bot.bootstrap.outside import Outside
from bot.bootstrap.people_wiring import invitation_seal
from bot.bootstrap.roles import ProcessRole, chat_lease
from bot.bootstrap.seen import Seen, open_eyes
from bot.bootstrap.settings import Settings
from bot.bootstrap.settings_bots import BotsSettings
from bot.bootstrap.wiring_redis import turns_of
from bot.domain.bot_numbers import MAIN_BOT
from bot.domain.shards import CHAT_SHARDS, chat_shard
from bot.ports.clock import Clock
from bot.services.catalogue import Services
from bot.services.deposits import DEPOSIT_PICTURE
from bot.services.my_data import EXPORT as MY_DATA
from bot.telegram.bot_api import Uploads
from bot.telegram.documents import DocumentApi
from bot.telegram.invitation_links import InvitingApi
from bot.telegram.limits import FloodLimits
from bot.telegram.login_links import LoginLinkApi
from bot.telegram.pictures import PictureApi
from bot.telegram.reachability import Reachability
from bot.telegram.sender import Sender
from bot.telegram.senders import Senders
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
    sender: Sender | Senders
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
    shards = None if rights is None else rights.shards
    outbox = PostgresOutbox(outside.pool, shards=shards)
    reachability = Reachability(outbox=outbox, clock=outside.clock)
    seen = open_eyes(outside.clock)

    def sender_of(bot: int, api: Uploads, outbox: PostgresOutbox) -> Sender:
        return Sender(
            outbox=outbox,
            api=_complete(api, settings, outside, newsroom, services, public_url),
            clock=outside.clock,
            limits=_limits(settings, outside.clock),
            reachability=reachability,
            figures=seen.sending,
            journeys=seen.journeys,
            language_of=newsroom.language_of,
            rights=rights,
            turns=None if rights is None else _turns(settings, outside, bot),
            poll_seconds=_POLL_SECONDS if rights is None else _POLL_OF_MANY_SECONDS,
        )

    sender: Sender | Senders
    if outside.bots is not None and outside.bots.are_many:
        sender = _one_for_each(outside.bots, outside.pool, shards, sender_of)
    else:
        sender = sender_of(MAIN_BOT, outside.api, outbox)
    return PostOffice(
        outbox=outbox,
        sender=sender,
        reachability=reachability,
        seen=seen,
    )


def _turns(settings: Settings, outside: Outside, bot: int) -> SharedTurns | None:
    assert outside.leases is not None, "one process of many holds leases"  # noqa: S101
    return turns_of(settings, outside.shared, outside.leases, outside.clock, bot=bot)


def _one_for_each(
    bots: Bots,
    pool: Pool,
    shards: Callable[[], Sequence[int]] | None,
    sender_of: Callable[[int, Uploads, PostgresOutbox], Sender],
) -> Senders:
    """Give each bot a sender of its own, which reads what goes to the chats that the bot serves."""
    senders: list[Sender] = []
    together = Senders(senders, bots.serving)
    for bot in range(len(bots.apis)):
        share = BotShare(
            bot=bot, bots=len(bots.apis), is_elsewhere=partial(together.is_elsewhere, bot)
        )
        outbox = PostgresOutbox(pool, shards=shards, share=share)
        senders.append(sender_of(bot, bots.api_of(bot), outbox))
    return together


def _limits(settings: Settings, clock: Clock) -> FloodLimits:
    """Give a bot's limits as they are by default, or as Telegram granted them."""
    asked = settings.telegram_per_second
    is_granted = asked != BotsSettings.model_fields["telegram_per_second"].default
    return FloodLimits(clock=clock, per_second=asked) if is_granted else FloodLimits(clock=clock)


def _rights(keeper: LeaseKeeper | None) -> SendingRights:
    assert keeper is not None, "one process of many holds leases"  # noqa: S101

    def shards() -> list[int]:
        return [shard for shard in range(CHAT_SHARDS) if keeper.holds(chat_lease(shard))]

    return SendingRights(
        may_send=lambda chat_id: keeper.holds(chat_lease(chat_shard(chat_id))),
        shards=shards,
        senders=lambda: keeper.alive,
    )


def _complete(  # noqa: PLR0917 (one of each)
    api: Uploads,
    settings: Settings,
    outside: Outside,
    newsroom: Newsroom,
    services: ServicesLater,
    public_url: str,
) -> WhisperingApi:
    documents = DocumentApi(api, lambda recipe: _written(services(), recipe))
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
