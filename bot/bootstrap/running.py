"""Run the bot: start every process in order, and stop them in order when asked to."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from random import SystemRandom

import structlog

from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.bootstrap.heap import settle_heap
from bot.bootstrap.live_outside import open_whole_outside
from bot.bootstrap.news import Newsroom, news_of
from bot.bootstrap.nursery import Nursery, open_nursery
from bot.bootstrap.outside import Outside
from bot.bootstrap.people_wiring import invitation_seal
from bot.bootstrap.reading_ahead import read_words_ahead
from bot.bootstrap.settings import Settings
from bot.bootstrap.web_doors import answer_door, operations_door, public_door
from bot.bootstrap.wiring import wire
from bot.domain.errors import Unavailable
from bot.jobs.archive import look_after_archive
from bot.jobs.changes import follow_changes
from bot.jobs.fills import fill_orders
from bot.jobs.gate import keep_the_gate, measure_landings
from bot.jobs.health import watch_health
from bot.jobs.live_orders import (
    carry_out_cleanups,
    carry_out_live_orders,
    check_live_keys,
    reconcile_live_wallets,
    recover_live_orders,
    watch_live_wallets,
)
from bot.jobs.schedule import guarded, schedule
from bot.jobs.withdrawals import carry_on_withdrawals
from bot.observability.journeys import Journeys
from bot.observability.loop_watch import watch_loop
from bot.observability.sending import Sending
from bot.services.catalogue import Services
from bot.services.deposits import DEPOSIT_PICTURE
from bot.services.my_data import EXPORT as MY_DATA
from bot.services.well_being import WellBeing
from bot.telegram import action_table, command_table
from bot.telegram.application import Application
from bot.telegram.documents import DocumentApi
from bot.telegram.guard import Guard
from bot.telegram.invitation_links import InvitingApi
from bot.telegram.lanes import Lanes
from bot.telegram.limits import FloodLimits
from bot.telegram.login_links import LoginLinkApi
from bot.telegram.menus import set_menus
from bot.telegram.pictures import PictureApi
from bot.telegram.poller import Poller
from bot.telegram.reachability import Reachability
from bot.telegram.receiver import Receiver
from bot.telegram.registration import Identity, identity, use_polling, use_webhook
from bot.telegram.secret_pocket import SecretPocket
from bot.telegram.sender import Sender
from bot.telegram.stamps import StampedApi
from bot.telegram.table_check import check_tables
from bot.telegram.throttle import Throttle
from bot.telegram.webhook_watch import WebhookWatch
from bot.telegram.whispers import WhisperingApi

_DRAIN_SECONDS = 5.0
_PRICELESS_SECONDS = 5.0
_ASK_AGAIN_SECONDS = 2.0
MAY_END = frozenset({"menus", "reading ahead"})
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A bot at work; `first_prices` is set once the default tokens were tracked and read.

    `public_url` is where people reach its pages, `status_url` where its operator sees figures.
    """

    bot_name: str
    public_url: str
    status_url: str
    services: Services
    first_prices: asyncio.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is counted of the way from Telegram and back."""

    sending: Sending
    journeys: Journeys


@asynccontextmanager
async def running_bot(settings: Settings) -> AsyncIterator[Running]:
    """Run the whole bot for the length of a block.

    Raises `Unavailable`, `ApiError` (a wrong token) or `EmbeddedPostgresError` if it cannot
    start. Leaving the block lets the updates in hand finish and the outbox drain a little.
    """
    check_tables(command_table.by_name(), action_table.by_name())
    async with open_whole_outside(settings) as outside, public_door(settings) as door:
        who = await identity(outside.api)
        outbox = PostgresOutbox(outside.pool)
        # The services are made later: what they queue is handed over to the sender.
        documents = DocumentApi(outside.api, lambda recipe: _written(services, recipe))
        pictures = PictureApi(documents, lambda recipe: _drawn(services, recipe))
        sealed = InvitingApi(pictures, invitation_seal(settings))
        api = LoginLinkApi(sealed, lambda user_id: _invited(services, user_id), door.public_url)
        reachability = Reachability(outbox=outbox, clock=outside.clock)
        seen = Seen(sending=Sending(), journeys=Journeys(now=outside.clock.now))
        newsroom = Newsroom(
            clock=outside.clock,
            bot_name=who.name,
            language_of=lambda one: services.languages.of(one),  # noqa: PLW0108
            mode_of=lambda one: services.modes.of(one),  # noqa: PLW0108
        )
        sender = _sender(outside, outbox, api, newsroom, reachability=reachability, seen=seen)
        inbox = PostgresInbox(outside.pool, on_outbox=sender.hand_over)
        news = news_of(settings, newsroom)
        services = wire(
            settings, outside, on_outbox=sender.hand_over, sending=seen.sending, news=news
        )
        await _load(services)
        lanes, receiver = _reception(
            settings, outside, services, who, inbox=inbox, reachability=reachability, seen=seen
        )
        first_prices = asyncio.Event()
        async with operations_door(settings, services) as operations, open_nursery() as nursery:
            _watch_outside(outside, nursery)
            _follow(services, nursery)
            _watch_health(services.well_being, nursery)
            nursery.spawn(sender.run(), "sender")
            nursery.spawn(_work(lanes, first_prices), "lanes")
            nursery.spawn(receiver.run(), "receiver")
            nursery.spawn(_keep_time(settings, services, first_prices), "clock")
            nursery.spawn(read_words_ahead(first_prices), "reading ahead")
            nursery.spawn(
                answer_door(door, settings, services, receiver, outside.clock), "public door"
            )
            await _hear_telegram(settings, outside, services, receiver, nursery)
            _log.info("running", bot=who.name, http=door.address, operations=operations)
            yield Running(
                bot_name=who.name,
                public_url=door.public_url,
                status_url=f"{operations}/status",
                services=services,
                first_prices=first_prices,
            )
            await _wind_down(lanes, outbox)


def _watch_outside(outside: Outside, nursery: Nursery) -> None:
    if outside.archive is not None:
        nursery.spawn(outside.archive.keep(), "archive stream")
    if outside.lease is not None:
        nursery.spawn(outside.lease.keep(), "lease")
    nursery.spawn(watch_loop(), "loop watch")
    nursery.spawn(outside.rpc.keep_watch(), "rpc watch")
    nursery.spawn(outside.rpc.stream.run(), "rpc stream")


def _watch_health(well_being: WellBeing, nursery: Nursery) -> None:
    well_being.pulse.watch_tasks(lambda: nursery.ended() - MAY_END)
    nursery.spawn(watch_health(well_being), "health")


def _follow(services: Services, nursery: Nursery) -> None:
    nursery.spawn(follow_changes(services), "changes")
    nursery.spawn(fill_orders(services), "fills")
    if services.backups is not None and services.backups.archive is not None:
        nursery.spawn(look_after_archive(services.backups.archive), "archive")
    if services.live is not None:
        nursery.spawn(carry_out_live_orders(services.live.orders), "live orders placed")
        nursery.spawn(recover_live_orders(services.live.orders), "live orders")
        nursery.spawn(check_live_keys(services.live.key_checks), "live keys")
        nursery.spawn(reconcile_live_wallets(services.live.reconciliation), "live wallets")
        nursery.spawn(watch_live_wallets(services.live.movements), "live movements")
        nursery.spawn(carry_out_cleanups(services.live.cleanups), "cleanups")
        nursery.spawn(keep_the_gate(services.live.gate), "gate")
        nursery.spawn(measure_landings(services.live.landing), "landings")
        nursery.spawn(carry_on_withdrawals(services.live.withdrawals.payments), "withdrawals")


async def _load(services: Services) -> None:
    # Levels are held against prices that are believed, so they come last.
    await services.languages.load()
    await services.modes.load()
    await services.people.people.load()
    await services.prices.load()
    await services.suspicions.load()
    await services.guards.stops.load()
    await services.rooms.groups.load()
    await services.triggers.load()
    await services.well_being.alarms.load()


async def run_until_stopped(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running_bot(settings):
        settle_heap()
        await stop.wait()


def _sender(
    outside: Outside,
    outbox: PostgresOutbox,
    api: LoginLinkApi,
    news: Newsroom,
    *,
    reachability: Reachability,
    seen: Seen,
) -> Sender:
    return Sender(
        outbox=outbox,
        api=WhisperingApi(StampedApi(api, outside.clock, news.language_of)),
        clock=outside.clock,
        limits=FloodLimits(clock=outside.clock),
        reachability=reachability,
        figures=seen.sending,
        journeys=seen.journeys,
        language_of=news.language_of,
    )


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


def _reception(
    settings: Settings,
    outside: Outside,
    services: Services,
    who: Identity,
    *,
    inbox: PostgresInbox,
    reachability: Reachability,
    seen: Seen,
) -> tuple[Lanes, Receiver]:
    pocket = SecretPocket()
    application = Application(
        services=services,
        inbox=inbox,
        clock=outside.clock,
        chance=SystemRandom(),
        bot_name=who.name,
        throttle=Throttle(
            clock=outside.clock,
            per_minute=settings.messages_per_minute,
            heavy_per_minute=settings.heavy_per_minute,
        ),
        pocket=pocket,
        reachability=reachability,
    )
    guard = Guard(
        handle=application.handle,
        inbox=inbox,
        admin_ids=sorted(settings.admin_ids),
        language_of=services.languages.of,
        journeys=seen.journeys,
    )
    lanes = Lanes(handle=guard.handle)
    receiver = Receiver(
        inbox=inbox,
        lanes=lanes,
        clock=outside.clock,
        reachability=reachability,
        language_of=services.languages.of,
        pocket=pocket,
        journeys=seen.journeys,
    )
    return lanes, receiver


async def _hear_telegram(
    settings: Settings,
    outside: Outside,
    services: Services,
    receiver: Receiver,
    nursery: Nursery,
) -> None:
    nursery.spawn(_set_menus(settings, outside, services), "menus")
    pulse = services.well_being.pulse
    pulse.expect_telegram()
    if settings.webhook_url:
        secret = settings.webhook_secret.get_secret_value()
        await use_webhook(outside.api, url=settings.webhook_url, secret=secret)
        watch = WebhookWatch(outside.api, settings.webhook_url, pulse.heard_telegram)
        nursery.spawn(watch.run(), "webhook watch")
        return
    await use_polling(outside.api)
    poller = Poller(api=outside.api, receiver=receiver, heard=pulse.heard_telegram)
    nursery.spawn(poller.run(), "poller")


async def _set_menus(settings: Settings, outside: Outside, services: Services) -> None:
    try:
        admins = {*settings.admin_ids, *await services.people.people.admin_ids()}
        read = {one: services.languages.of(one) for one in sorted(admins)}
        await set_menus(outside.api, command_table.TABLE, read)
    except Unavailable as error:
        # Menus are a comfort: every command works without them.
        _log.warning("menus_not_set", reason=str(error))


async def _work(lanes: Lanes, first_prices: asyncio.Event) -> None:
    # Before the default tokens are known, nobody can be told the price of one.
    with suppress(TimeoutError):
        async with asyncio.timeout(_PRICELESS_SECONDS):
            await first_prices.wait()
    await lanes.run()


async def _keep_time(settings: Settings, services: Services, first_prices: asyncio.Event) -> None:
    is_known = False

    async def track() -> None:
        nonlocal is_known
        is_known = await services.prices.track_popular()

    # The first prices do not wait for the first interval to pass.
    await guarded("seal_audit", services.records.sealing.seal)()
    await guarded("tell_time", services.ticks.tell_time)()
    await guarded("track_popular", track)()
    await guarded("refresh_all", services.ticks.refresh_all)()
    first_prices.set()
    scheduler = schedule(
        services,
        all_seconds=settings.price_refresh_seconds,
        hot_seconds=settings.hot_refresh_seconds,
        source_seconds=settings.source_check_seconds,
    )
    scheduler.start()
    try:
        # A chain that was away at the first start is asked until it answers, ever more rarely.
        pause = _ASK_AGAIN_SECONDS
        while not is_known:
            await asyncio.sleep(pause)
            await guarded("track_popular", track)()
            pause = min(2 * pause, settings.price_refresh_seconds)
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)


async def _wind_down(lanes: Lanes, outbox: PostgresOutbox) -> None:
    lanes.stop()
    deadline = asyncio.get_running_loop().time() + _DRAIN_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        waiting = (await outbox.depths())[1]
        if not waiting and not lanes.waiting:
            return
        await asyncio.sleep(0.05)
