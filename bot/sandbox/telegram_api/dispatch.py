"""Carrying out one Bot API call, wherever it came from."""

from bot.sandbox.telegram_api.errors import BotApiError
from bot.sandbox.telegram_api.long_poll import get_updates
from bot.sandbox.telegram_api.methods.call import Described
from bot.sandbox.telegram_api.methods.catalogue import METHODS
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.wire import JsonObject
from bot.sandbox.telegram_api.world import TelegramWorld


async def answer_call(world: TelegramWorld, method: str, parameters: Parameters) -> JsonObject:
    """Carry a call out and give the answer's body, under the faults of the moment.

    Raises:
        BotApiError: what the bot is told instead.
    """
    await world.faults.delay(method)
    failure = world.faults.failure(method)
    if failure is not None and not world.faults.plan.lose_reply:
        raise failure
    result = await _result(world, method.lower(), parameters)
    if failure is not None:
        raise failure
    if isinstance(result, Described):
        return {"ok": True, "result": result.result, "description": result.description}
    return {"ok": True, "result": result}


async def _result(world: TelegramWorld, method: str, parameters: Parameters) -> object:
    if method == "getupdates":
        return await get_updates(world, parameters)
    carry_out = METHODS.get(method)
    if carry_out is None:
        raise BotApiError(404, "Not Found")
    return carry_out(world, parameters)
