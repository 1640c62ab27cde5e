"""Serves the chat page: static files under a strict content security policy."""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""The page loads nothing from elsewhere and runs no script written into it by a message."""


def chat_page_routes() -> list[web.RouteDef]:
    """Give the routes of the page: ``/`` and the files under ``/page/``."""
    files = _static_files()

    async def index(_: web.Request) -> web.StreamResponse:
        return _answer(STATIC / "index.html")

    async def static_file(request: web.Request) -> web.StreamResponse:
        path = files.get(request.match_info["path"])
        if path is None:
            raise web.HTTPNotFound(text="no such file")
        return _answer(path)

    return [web.get("/", index), web.get("/page/{path:.+}", static_file)]


def make_chat_page_application() -> web.Application:
    """Make an application of the page alone, for a server of the caller's."""
    application = web.Application(middlewares=[refuse_other_origins])
    application.add_routes(chat_page_routes())
    return application


@web.middleware
async def refuse_other_origins(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another website's page sends here: the sandbox's switches have no password."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden(text="only the sandbox's own page may ask this")
    return await handler(request)


def _static_files() -> dict[str, Path]:
    found = (path for path in STATIC.rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(STATIC).as_posix(): path for path in found}


def _answer(path: Path) -> web.FileResponse:
    return web.FileResponse(path, headers=HEADERS | {"Content-Type": _TYPES[path.suffix]})
