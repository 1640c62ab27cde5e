"""Loads what a process keeps in memory of the database, before it acts on it."""

from bot.bootstrap.roles import ProcessRole
from bot.services.catalogue import Services


async def load_for(role: ProcessRole, services: Services) -> None:
    """Load all of it that the role acts on: what waits for levels is for who reads the market.

    Levels are held against prices that are believed, so they come last.
    """
    await services.languages.load()
    await services.modes.load()
    await services.people.people.load()
    await services.prices.load()
    await services.suspicions.load()
    await services.guards.stops.load()
    await services.rooms.groups.load()
    if role in {ProcessRole.ALL, ProcessRole.MARKET}:
        await services.triggers.load()
    await services.well_being.alarms.load()
