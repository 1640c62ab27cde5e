"""Has Telegram's updates come to us: pushed to the public door, or asked for by one process."""

import asyncio
from collections.abc import Sequence

import structlog

from bot.bootstrap.assembly import Assembled
from bot.bootstrap.bots import webhook_of
from bot.bootstrap.roles import POLLER, ProcessRole
from bot.domain.errors import Unavailable
from bot.telegram import command_table
from bot.telegram.bot_api import Api
from bot.telegram.menus import set_menus
from bot.telegram.poller import Poller
from bot.telegram.registration import use_polling, use_webhook

_log = structlog.get_logger(__name__)


async def arrange_updates(it: Assembled) -> None:
    """Tell Telegram how updates should come; raises `Unavailable` or `ApiError`."""
    if it.settings.webhook_url:
        it.services.well_being.pulse.expect_telegram()
    for bot, api in enumerate(_apis(it)):
        if it.settings.webhook_url:
            url, secret = webhook_of(it.settings, bot)
            await use_webhook(api, url=url, secret=secret)
        else:
            await use_polling(api)


async def set_menus_once(it: Assembled) -> None:
    """Show people the commands they have, each in their language."""
    people, languages = it.services.people.people, it.services.languages
    try:
        admins = {*it.settings.admin_ids, *await people.admin_ids()}
        read = {one: languages.of(one) for one in sorted(admins)}
        for api in _apis(it):
            await set_menus(api, command_table.TABLE, read)
    except Unavailable as error:
        # Menus are a comfort: every command works without them.
        _log.warning("menus_not_set", reason=str(error))


async def poll(it: Assembled) -> None:
    """Ask Telegram for updates, where it does not push them.

    One process of many waits until no other does. Two who asked at once would only hear that they
    are two; what either is given is stored once.
    """
    if it.role is not ProcessRole.ALL:
        await it.keeper.until_held((POLLER,))
        _log.info("polling", fence=it.keeper.fence(POLLER))
    pulse = it.services.well_being.pulse
    pulse.expect_telegram()
    async with asyncio.TaskGroup() as group:
        for bot, api in enumerate(_apis(it)):
            heard = pulse.heard_telegram
            group.create_task(Poller(api=api, receiver=it.receiver, bot=bot, heard=heard).run())


def _apis(it: Assembled) -> Sequence[Api]:
    return (it.outside.api,) if it.outside.bots is None else it.outside.bots.apis
