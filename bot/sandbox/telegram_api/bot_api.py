"""The bot's side over HTTP: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

import hmac
import json

from aiohttp import BodyPartReader, web

from bot.sandbox.telegram_api.dispatch import answer_call
from bot.sandbox.telegram_api.errors import BotApiError, bad_request
from bot.sandbox.telegram_api.parameters import Parameters, Upload
from bot.sandbox.telegram_api.wire import JsonObject, as_object
from bot.sandbox.telegram_api.world import TelegramWorld

REQUEST_LIMIT_BYTES = 64 * 1024 * 1024


class BotApi:
    """Answers bots' calls as Telegram does; each bot has a world of its own, found by its token."""

    def __init__(self, *worlds: TelegramWorld) -> None:
        self._worlds = worlds

    def routes(self) -> list[web.RouteDef]:
        """List the addresses of this side."""
        return [
            web.get("/bot{token}/{method}", self.call),
            web.post("/bot{token}/{method}", self.call),
            web.get("/file/bot{token}/{path:.+}", self.download),
        ]

    async def call(self, request: web.Request) -> web.Response:
        """Carry out one method."""
        try:
            world = self._world_of(request)
            parameters = await _read_parameters(request)
            body = await answer_call(world, request.match_info["method"], parameters)
        except BotApiError as error:
            return _refused(error)
        return web.json_response(body)

    async def download(self, request: web.Request) -> web.Response:
        """Give the bytes of a file by the path that getFile named."""
        try:
            world = self._world_of(request)
        except BotApiError as error:
            return _refused(error)
        stored = world.files.find_path(request.match_info["path"])
        if stored is None:
            return _refused(BotApiError(404, "Not Found"))
        return web.Response(body=stored.content, content_type=stored.content_type)

    def _world_of(self, request: web.Request) -> TelegramWorld:
        given = request.match_info["token"].encode("utf-8", "replace")
        for world in self._worlds:
            if hmac.compare_digest(given, world.token.encode()):
                return world
        raise BotApiError(401, "Unauthorized")


def _refused(error: BotApiError) -> web.Response:
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return web.json_response(error.to_wire(), status=error.code, headers=headers)


async def _read_parameters(request: web.Request) -> Parameters:
    fields: JsonObject = dict(request.query)
    uploads: dict[str, Upload] = {}
    try:
        match request.content_type:
            case "multipart/form-data":
                await _read_multipart(request, fields, uploads)
            case "application/json":
                fields |= await _read_json(request)
            case _:
                fields |= dict(await request.post())
    except (ValueError, LookupError) as error:
        # A missing boundary, an unknown charset or bytes that are no text.
        raise bad_request("can't parse the request's body") from error
    return Parameters(fields=fields, uploads=uploads)


async def _read_json(request: web.Request) -> JsonObject:
    content = await request.read()
    if not content:
        return {}
    try:
        found = as_object(json.loads(content))
    except (ValueError, RecursionError):
        found = None
    if found is None:
        raise bad_request("can't parse JSON object")
    return found


async def _read_multipart(
    request: web.Request, fields: JsonObject, uploads: dict[str, Upload]
) -> None:
    reader = await request.multipart()
    read_bytes = 0
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise bad_request("can't parse multipart form")
        content = bytes(await part.read())
        read_bytes += len(content)
        if read_bytes > REQUEST_LIMIT_BYTES:
            raise BotApiError(413, "Request Entity Too Large")
        if part.filename is None:
            fields[part.name] = content.decode("utf-8", "surrogateescape")
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(name=part.filename, content_type=kind, content=content)
