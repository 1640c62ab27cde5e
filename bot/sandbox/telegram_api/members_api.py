"""The people's side over HTTP, for places in groups: who joins, leads, leaves or is removed."""

from aiohttp import web

from bot.sandbox.telegram_api.memberships import Seat, seat
from bot.sandbox.telegram_api.people_requests import read_body, read_number
from bot.sandbox.telegram_api.world import TelegramWorld


class MembersApi:
    """Answers ``/sandbox/chats/{chat_id}/members`` for one world."""

    def __init__(self, world: TelegramWorld) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """List the addresses of this part."""
        return [web.post("/sandbox/chats/{chat_id}/members", self.change)]

    async def change(self, request: web.Request) -> web.Response:
        """Give somebody, or without a `user_id` the bot, a place in a group."""
        body = await read_body(request)
        room_id = read_number(request.match_info["chat_id"], "chat_id")
        update_id = seat(
            self._world,
            room_id,
            body.number("user_id", self._world.bot.id),
            Seat(
                status=body.text("status"),
                has_rights=body.fields.get("has_rights") is not False,
                is_anonymous=body.flag("is_anonymous"),
            ),
            by=body.optional_number("by"),
        )
        return web.json_response(self._world.chats[room_id].to_state() | {"update_id": update_id})
