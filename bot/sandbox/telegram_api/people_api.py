"""The people's side over HTTP: what the chat page and the tour read and do."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.telegram_api import people_actions
from bot.sandbox.telegram_api.callbacks import Press
from bot.sandbox.telegram_api.errors import BotApiError, SandboxRefusal
from bot.sandbox.telegram_api.events_stream import stream_events
from bot.sandbox.telegram_api.members_api import MembersApi
from bot.sandbox.telegram_api.people import Person
from bot.sandbox.telegram_api.people_actions import Utterance
from bot.sandbox.telegram_api.people_requests import Body, read_body, read_number, read_photo
from bot.sandbox.telegram_api.star_api import StarApi
from bot.sandbox.telegram_api.world import TelegramWorld

_LONGEST_WAIT_S = 60
_FIRST_NEW_PERSON_ID = 5001

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PeopleApi:
    """Answers ``/sandbox/...`` for one world."""

    def __init__(self, world: TelegramWorld) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """List the addresses of this side."""
        return [
            web.get("/sandbox/state", _told(self.state)),
            web.get("/sandbox/chats/{chat_id}/messages", _told(self.messages)),
            web.get("/sandbox/events", _told(self.events)),
            web.post("/sandbox/people", _told(self.add_person)),
            web.post("/sandbox/groups", _told(self.add_group)),
            web.post("/sandbox/people/{person_id}/send", _told(self.send)),
            web.post("/sandbox/people/{person_id}/photo", _told(self.send_photo)),
            web.post("/sandbox/people/{person_id}/press", _told(self.press)),
            web.post("/sandbox/people/{person_id}/edit", _told(self.edit)),
            web.post("/sandbox/people/{person_id}/remember", _told(self.remember)),
            web.post("/sandbox/people/{person_id}/block", _told(self.block)),
            web.post("/sandbox/people/{person_id}/unblock", _told(self.unblock)),
            web.post("/sandbox/updates/repeat", _told(self.repeat_update)),
            web.post("/sandbox/updates/raw", _told(self.push_update)),
            web.get("/sandbox/faults", _told(self.faults)),
            web.post("/sandbox/faults", _told(self.change_faults)),
            web.get("/sandbox/commands", _told(self.commands)),
            web.get("/sandbox/files/{file_id}", _told(self.file)),
            *(
                web.route(one.method, one.path, _told(one.handler))
                for part in (StarApi(self._world), MembersApi(self._world))
                for one in part.routes()
            ),
        ]

    async def state(self, _request: web.Request) -> web.Response:
        """Show the bot, the people and the chats."""
        world = self._world
        return web.json_response(
            {
                "bot": {
                    "id": world.bot.id,
                    "username": world.bot.username,
                    "first_name": world.bot.first_name,
                },
                "people": [person.to_state() for person in world.people.values()],
                "chats": [room.to_state() for room in world.chats.values()],
                "last_seq": world.events.last_seq,
            }
        )

    async def messages(self, request: web.Request) -> web.Response:
        """Show the messages of a chat that are newer than ``after``, as the viewer sees them.

        Without a viewer they are those that everybody sees.
        """
        room = self._world.chats.get(read_number(request.match_info["chat_id"], "chat_id"))
        if room is None:
            raise SandboxRefusal("no such chat", 404)
        given = request.query.get("viewer")
        viewer = None if given is None else read_number(given, "viewer")
        if viewer is not None and viewer not in room.members:
            raise SandboxRefusal("this person is not in that chat", 403)
        after = read_number(request.query.get("after", "0"), "after")
        shown = [
            each.to_people()
            for each in room.messages.values()
            if each.message_id > after and each.is_seen_by(viewer)
        ]
        return web.json_response({"messages": shown})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream events as they come, after ``after`` or Last-Event-ID."""
        given = request.headers.get("Last-Event-ID") or request.query.get("after", "0")
        return await stream_events(self._world, request, read_number(given, "after"))

    async def add_person(self, request: web.Request) -> web.Response:
        """Let somebody move in."""
        body = await read_body(request)
        free = max([_FIRST_NEW_PERSON_ID - 1, *self._world.people]) + 1
        person = Person(
            id=body.number("id", free),
            first_name=body.text("first_name"),
            username=body.text("username", "") or None,
            role_hint=body.text("role_hint", "basic"),
            language_code=body.text("language_code", "en"),
        )
        if person.id <= 0 or self._world.find_user(person.id) is not None:
            raise SandboxRefusal("this id is taken", 409)
        self._world.add_person(person)
        return web.json_response(person.to_state())

    async def add_group(self, request: web.Request) -> web.Response:
        """Open a supergroup."""
        body = await read_body(request)
        members, admins = body.numbers("members"), body.numbers("admins")
        if any(self._world.find_user(user_id) is None for user_id in [*members, *admins]):
            raise SandboxRefusal("nobody has one of these ids", 404)
        room = self._world.add_group(
            body.text("title"), members=members, admins=admins, is_forum=body.flag("is_forum")
        )
        return web.json_response(room.to_state())

    async def send(self, request: web.Request) -> web.Response:
        """Let a person write."""
        body = await read_body(request)
        utterance = Utterance(
            text=body.text("text"),
            reply_to_message_id=body.optional_number("reply_to_message_id"),
            forward_from=body.fields.get("forward_from"),
            message_thread_id=body.optional_number("message_thread_id"),
            is_whispered=body.flag("ephemeral"),
        )
        return self._say(request, body, utterance)

    async def send_photo(self, request: web.Request) -> web.Response:
        """Let a person send a picture: multipart with photo, chat_id and caption."""
        body, upload = await read_photo(request)
        photo = self._world.files.add(
            upload.content, kind="photo", name=upload.name, content_type=upload.content_type
        )
        return self._say(request, body, Utterance(text=body.text("caption", ""), photo=photo))

    async def press(self, request: web.Request) -> web.Response:
        """Let a person press a button; ``?wait=`` seconds gives the toast as well."""
        body = await read_body(request)
        press, update_id = people_actions.press(
            self._world,
            _person_id(request),
            body.number("chat_id"),
            body.number("message_id"),
            body.text("callback_data"),
            forged=body.flag("forged"),
        )
        answer: dict[str, object] = {"callback_query_id": press.query_id, "update_id": update_id}
        if "wait" in request.query:
            await self._wait_for_toast(press, read_number(request.query["wait"], "wait"))
            answer |= {
                "answered": press.answered,
                "text": press.text,
                "show_alert": press.show_alert,
            }
        return web.json_response(answer)

    async def edit(self, request: web.Request) -> web.Response:
        """Let a person change a message of their own."""
        body = await read_body(request)
        message, update_id = people_actions.edit(
            self._world,
            _person_id(request),
            body.number("chat_id"),
            body.number("message_id"),
            body.text("text"),
        )
        return web.json_response({"message": message.to_people(), "update_id": update_id})

    async def block(self, request: web.Request) -> web.Response:
        """Let a person block the bot."""
        update_id = people_actions.set_blocked(self._world, _person_id(request), blocked=True)
        return web.json_response({"blocked": True, "update_id": update_id})

    async def remember(self, request: web.Request) -> web.Response:
        """Have a person's chat as one that they began before this world did."""
        person_id = _person_id(request)
        room = self._world.chats.get(person_id)
        if room is None:
            raise SandboxRefusal("nobody has this id", 404)
        room.started = True
        return web.json_response({"started": True})

    async def unblock(self, request: web.Request) -> web.Response:
        """Let a person take the bot back."""
        update_id = people_actions.set_blocked(self._world, _person_id(request), blocked=False)
        return web.json_response({"blocked": False, "update_id": update_id})

    async def repeat_update(self, request: web.Request) -> web.Response:
        """Deliver an old update once more."""
        update_id = (await read_body(request)).number("update_id")
        if not self._world.updates.repeat(update_id):
            raise SandboxRefusal("no such update", 404)
        return web.json_response({"update_id": update_id})

    async def push_update(self, request: web.Request) -> web.Response:
        """Deliver any object as an update."""
        body = await read_body(request)
        return web.json_response({"update_id": self._world.updates.add_raw(body.fields)})

    async def faults(self, _request: web.Request) -> web.Response:
        """Show the fault plan."""
        return web.json_response(self._world.faults.plan.to_wire())

    async def change_faults(self, request: web.Request) -> web.Response:
        """Change the named parts of the fault plan."""
        self._world.faults.change((await read_body(request)).fields)
        return web.json_response(self._world.faults.plan.to_wire())

    async def commands(self, _request: web.Request) -> web.Response:
        """Show the command menus."""
        return web.json_response({"commands": self._world.commands.to_wire()})

    async def file(self, request: web.Request) -> web.Response:
        """Give the bytes of an upload."""
        stored = self._world.files.find(request.match_info["file_id"])
        if stored is None:
            raise SandboxRefusal("no such file", 404)
        # Only pictures are shown in place: a page that a bot sent must not run here.
        shown = "inline" if stored.kind == "photo" else "attachment"
        headers = {"Content-Disposition": shown, "X-Content-Type-Options": "nosniff"}
        return web.Response(body=stored.content, content_type=stored.content_type, headers=headers)

    def _say(self, request: web.Request, body: Body, utterance: Utterance) -> web.Response:
        message, update_id = people_actions.say(
            self._world, _person_id(request), body.number("chat_id"), utterance
        )
        return web.json_response({"message": message.to_people(), "update_id": update_id})

    async def _wait_for_toast(self, press: Press, wait_s: int) -> None:
        try:
            async with asyncio.timeout(min(wait_s, _LONGEST_WAIT_S)):
                while not press.answered and not self._world.updates.closing:
                    await self._world.events.changed.wait()
        except TimeoutError:
            return


def _person_id(request: web.Request) -> int:
    return read_number(request.match_info["person_id"], "person_id")


def _told(handler: Handler) -> Handler:
    """Turn refusals into answers with an ``error``."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except SandboxRefusal as refusal:
            return web.json_response({"error": str(refusal)}, status=refusal.status)
        except BotApiError as error:
            return web.json_response({"error": error.description}, status=error.code)

    return answer
