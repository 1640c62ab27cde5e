"""Who visits: the session's cookie, and what a form has to bring along before it does anything."""

import hmac
from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.security import APIKeyCookie

from bot.domain.languages import Language
from bot.domain.web_sessions import WHOLE_LIFE, Visitor
from bot.services.web_sessions import form_token
from bot.web.door import SECURE_COOKIE, WebDoor, door_of
from bot.web.refusing import NobodyError, NotOursError
from bot.words.speech import speak

_AFTER_A_FORM = 303
_LONGEST_TOKEN = 200
# Read by hand below, since over plain http the name is another; this describes it.
_described = APIKeyCookie(name=SECURE_COOKIE, auto_error=False)


class TooManyError(Exception):
    """One person asks too much at once."""


async def visiting(
    request: Request, _cookie: Annotated[str | None, Depends(_described)]
) -> Visitor:
    """Give who visits; raises `NobodyError` or `TooManyError`."""
    door = door_of(request)
    token = token_of(request)
    visitor = await door.security.sessions.visitor(token) if token else None
    if visitor is None:
        raise NobodyError
    request.state.visitor = visitor
    speak(Language.of(visitor.user.language))
    if door.people.wait_seconds(str(visitor.user.user_id)):
        raise TooManyError
    return visitor


async def acting(
    request: Request,
    visitor: Annotated[Visitor, Depends(visiting)],
    csrf: Annotated[str, Form(max_length=_LONGEST_TOKEN)],
) -> Visitor:
    """Give who sends a form of ours; raises `NotOursError` for one from elsewhere."""
    require_own_origin(request)
    if not hmac.compare_digest(csrf.encode(), csrf_of(request).encode()):
        raise NotOursError
    return visitor


Visiting = Annotated[Visitor, Depends(visiting)]
Acting = Annotated[Visitor, Depends(acting)]


def require_own_origin(request: Request) -> None:
    """Pass where the browser says that the form is from our own page.

    Every browser of today says so for a form that is posted; whoever says nothing is refused.
    """
    if request.headers.get("origin") != door_of(request).public_url:
        raise NotOursError
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise NotOursError


def token_of(request: Request) -> str:
    """Give the session's token from its cookie, empty where there is none."""
    return request.cookies.get(door_of(request).cookie, "")[:_LONGEST_TOKEN]


def csrf_of(request: Request) -> str:
    """Give what the forms of this session carry."""
    return form_token(token_of(request))


def onward(path: str) -> RedirectResponse:
    """Send a browser on after a form, so that reloading does not send it again."""
    return RedirectResponse(path, status_code=_AFTER_A_FORM)


def with_session(door: WebDoor, answer: Response, token: str) -> Response:
    """Give an answer that begins a session, or lets it go on under a new token."""
    answer.set_cookie(
        door.cookie,
        token,
        max_age=int(WHOLE_LIFE.total_seconds()),
        path="/",
        secure=door.is_secure,
        httponly=True,
        samesite="strict",
    )
    return answer


def without_session(door: WebDoor, answer: Response) -> Response:
    """Give an answer after which the browser has no session."""
    answer.delete_cookie(
        door.cookie, path="/", secure=door.is_secure, httponly=True, samesite="strict"
    )
    return answer
