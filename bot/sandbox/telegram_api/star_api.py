"""The people's side of Stars over HTTP: pay, renew, stop, fail, be refunded, and look."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from bot.sandbox.telegram_api import star_actions
from bot.sandbox.telegram_api.errors import SandboxRefusal
from bot.sandbox.telegram_api.people_requests import read_body, read_number
from bot.sandbox.telegram_api.stars import CHECKOUT_LIFETIME_S, Checkout, StarSubscription
from bot.sandbox.telegram_api.world import TelegramWorld

_Told = Callable[[TelegramWorld, StarSubscription], int | None]


class StarApi:
    """Answers ``/sandbox/stars`` and ``/sandbox/people/<id>/pay`` for one world."""

    def __init__(self, world: TelegramWorld) -> None:
        self._world = world

    async def look(self, _request: web.Request) -> web.Response:
        """Show invoices, charges and subscriptions."""
        return web.json_response(star_actions.to_state(self._world))

    async def pay(self, request: web.Request) -> web.Response:
        """Let a person pay an invoice by ``slug``, ``link`` or ``chat_id`` and ``message_id``.

        ``?wait=`` seconds (at most ten) waits for the bot's word.
        """
        person_id = read_number(request.match_info["person_id"], "person_id")
        slug = star_actions.invoice_slug(self._world, (await read_body(request)).fields)
        checkout, update_id = star_actions.open_checkout(self._world, person_id, slug)
        if "wait" in request.query:
            await self._wait(checkout, read_number(request.query["wait"], "wait"))
        return web.json_response(
            {
                "query_id": checkout.query_id,
                "update_id": update_id,
                "answered": checkout.answered,
                "error": checkout.error,
                "charge_id": checkout.charge_id,
            }
        )

    async def renew(self, request: web.Request) -> web.Response:
        """Let Telegram take the next payment of the subscription that ``charge_id`` began."""
        subscription = await self._subscription(request)
        charge, update_id = star_actions.renew(self._world, subscription)
        return web.json_response({"charge_id": charge.charge_id, "update_id": update_id})

    async def cancel(self, request: web.Request) -> web.Response:
        """Let the person stop the renewals."""
        return await self._told(
            request, lambda world, one: star_actions.set_canceled(world, one, is_canceled=True)
        )

    async def restore(self, request: web.Request) -> web.Response:
        """Let the person want the renewals again."""
        return await self._told(
            request, lambda world, one: star_actions.set_canceled(world, one, is_canceled=False)
        )

    async def fail(self, request: web.Request) -> web.Response:
        """Let the next payment fail."""
        return await self._told(request, star_actions.fail)

    async def refund(self, request: web.Request) -> web.Response:
        """Let Telegram give the Stars of ``charge_id`` back, as its support does."""
        charge = self._world.stars.charges.get((await read_body(request)).text("charge_id"))
        if charge is None or charge.is_refunded:
            raise SandboxRefusal("no such charge to be refunded", 404)
        return web.json_response({"update_id": star_actions.refund(self._world, charge)})

    def routes(self) -> list[web.RouteDef]:
        """List the addresses of this side; refusals are told by whoever serves them."""
        return [
            web.get("/sandbox/stars", self.look),
            web.post("/sandbox/people/{person_id}/pay", self.pay),
            web.post("/sandbox/stars/renew", self.renew),
            web.post("/sandbox/stars/cancel", self.cancel),
            web.post("/sandbox/stars/restore", self.restore),
            web.post("/sandbox/stars/fail", self.fail),
            web.post("/sandbox/stars/refund", self.refund),
        ]

    async def _told(self, request: web.Request, act: _Told) -> web.Response:
        subscription = await self._subscription(request)
        return web.json_response({"update_id": act(self._world, subscription)})

    async def _subscription(self, request: web.Request) -> StarSubscription:
        body = await read_body(request)
        return star_actions.find_subscription(self._world, body.text("charge_id"))

    async def _wait(self, checkout: Checkout, wait_s: int) -> None:
        try:
            async with asyncio.timeout(min(wait_s, CHECKOUT_LIFETIME_S)):
                while not checkout.answered and not self._world.updates.closing:
                    await self._world.events.changed.wait()
        except TimeoutError:
            return
