"""Wire a process's ear to what other processes over the same database change."""

from collections.abc import Collection

from bot.adapters.database.changes import PostgresChanges
from bot.bootstrap.outside import Outside
from bot.ports.changes import ChangeKind
from bot.services.catalogue import Services
from bot.services.following import Following, Hear, Load
from bot.telegram.reachability import Reachability


def wire_following(
    outside: Outside,
    services: Services,
    reachability: Reachability,
    *,
    load: Load,
    keeps_levels: bool,
) -> Following:
    """Build it; `keeps_levels` where this process reads the market and fires what waits."""
    hearers = _of_all(services, reachability)
    hearers |= _of_market(services) if keeps_levels else _of_others(services)
    return Following(
        feed=PostgresChanges(outside.pool),
        hearers=hearers,
        load=load,
        clock=outside.clock,
        looked_at=None if keeps_levels else services.prices.looks.news,
    )


def _of_all(services: Services, reachability: Reachability) -> dict[ChangeKind, Hear]:
    async def hear_people(user_ids: Collection[int]) -> None:
        for user_id in user_ids:
            services.access.forget(user_id)
        await services.languages.hear(user_ids)
        await services.modes.hear(user_ids)

    async def hear_stops(_stops: Collection[int]) -> None:
        await services.guards.stops.load()

    async def hear_groups(_chats: Collection[int]) -> None:
        await services.rooms.groups.load()

    return {
        ChangeKind.PERSON: hear_people,
        ChangeKind.STOP: hear_stops,
        ChangeKind.GROUP: hear_groups,
        ChangeKind.TOKEN: services.prices.hear,
        ChangeKind.CLOSED_CHAT: reachability.hear,
    }


def _of_others(services: Services) -> dict[ChangeKind, Hear]:
    return {ChangeKind.SUSPICION: services.suspicions.hear}


def _of_market(services: Services) -> dict[ChangeKind, Hear]:
    async def hear_seasons(user_ids: Collection[int]) -> None:
        for user_id in user_ids:
            services.resting_clock.note_season(user_id)
            services.liquidations.note_season(user_id)
        await services.resting_clock.hear(user_ids)
        await services.liquidations.hear(user_ids)

    hearers: dict[ChangeKind, Hear] = {
        ChangeKind.LOOKED_AT: services.prices.looks.hear,
        ChangeKind.ALERT: services.alert_following.hear,
        ChangeKind.RESTING: services.resting_clock.hear,
        ChangeKind.SHORT: services.liquidations.hear,
        ChangeKind.SEASON: hear_seasons,
    }
    if services.live is not None:
        hearers[ChangeKind.LIVE_ORDER] = services.live.orders.hear
    return hearers
