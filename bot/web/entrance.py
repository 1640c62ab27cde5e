"""The way in: a one-time link shows a button, and only the button uses it up."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from bot.domain.web_sessions import device_of
from bot.web.door import door_of
from bot.web.pages import STYLE, page, plain_page
from bot.web.visiting import (
    Acting,
    onward,
    require_own_origin,
    token_of,
    with_session,
    without_session,
)

_LONGEST_TOKEN, _LONGEST_AGENT = 200, 400
entrance = APIRouter()


class Destination(StrEnum):
    """Where a visitor goes on to once they are in."""

    ACCOUNT = "account"
    WITHDRAWAL = "withdrawal"


@entrance.get("/", response_class=HTMLResponse)
async def front(request: Request) -> Response:
    """Show where to get a link, or go on to the account page."""
    door = door_of(request)
    token = token_of(request)
    if token and await door.security.sessions.visitor(token) is not None:
        return onward("/account")
    return page("front.html")


@entrance.get("/login/{token}", response_class=HTMLResponse)
async def offer(
    token: Annotated[str, Path(max_length=_LONGEST_TOKEN, pattern=r"^[A-Za-z0-9_-]+$")],
    to: Annotated[Destination, Query()] = Destination.ACCOUNT,
) -> Response:
    """Show the button; nothing is looked up, so a preview neither uses a link up nor tests it."""
    return page("login.html", token=token, to=to.value)


@entrance.post("/login", response_class=HTMLResponse)
async def log_in(
    request: Request,
    token: Annotated[str, Form(max_length=_LONGEST_TOKEN)],
    to: Annotated[Destination, Form()] = Destination.ACCOUNT,
) -> Response:
    """Use a link up and begin a session; one that this browser had ends."""
    require_own_origin(request)
    door = door_of(request)
    address = request.client.host if request.client else ""
    if door.logins.wait_seconds(address):
        return plain_page(429)
    before = await door.security.sessions.visitor(token_of(request))
    device = device_of(request.headers.get("user-agent", "")[:_LONGEST_AGENT])
    session_token = await door.security.sessions.log_in(token, device)
    if before is not None:
        await door.security.sessions.end(before.user, before.session.session_id)
    return with_session(door, onward(f"/{to.value}"), session_token)


@entrance.post("/logout", response_class=HTMLResponse)
async def log_out(request: Request, visitor: Acting) -> Response:
    """End this session."""
    door = door_of(request)
    await door.security.sessions.end(visitor.user, visitor.session.session_id)
    return without_session(door, onward("/"))


@entrance.get("/static/door.css", response_class=PlainTextResponse)
async def style() -> Response:
    """Give the style sheet."""
    return Response(STYLE, media_type="text/css")


@entrance.get("/health/live", response_class=JSONResponse)
async def live() -> dict[str, bool]:
    """Tell that the bot's process answers."""
    return {"live": True}
