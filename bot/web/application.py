"""The public HTTP door: pages for people, Telegram's webhook, and whether we live."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from bot import __version__
from bot.domain.errors import Refusal
from bot.web.account import account
from bot.web.door import WebDoor
from bot.web.entrance import entrance
from bot.web.guarding import Guarded
from bot.web.pages import plain_page
from bot.web.refusing import (
    NobodyError,
    NotOursError,
    answer_bad_form,
    answer_http,
    answer_nobody,
    answer_not_ours,
    answer_refusal,
)
from bot.web.security import security
from bot.web.visiting import TooManyError
from bot.web.wallets import wallets
from bot.web.withdrawals import withdrawals

__all__ = ["WebDoor", "described", "web_application"]

_SAID: Mapping[int, str] = {
    303: "Done; the browser goes on to another page.",
    401: "Nobody is logged in here.",
    403: "Refused: a form from elsewhere, a wrong secret, or no right to it.",
    404: "There is none of that kind, or it is somebody else's.",
    405: "This address takes another method.",
    408: "The body did not arrive in time.",
    409: "Not possible as things stand.",
    413: "The body is too large.",
    422: "A part is missing or has the wrong form.",
    429: "Too many requests, or too many wrong tries.",
    500: "A fault of ours, with a reference.",
    503: "Something behind this does not answer.",
}


def described(door: WebDoor) -> FastAPI:
    """Build the routes of pages, with the description of their interface, served to nobody."""
    application = FastAPI(
        title="Kitrader", version=__version__, openapi_url=None, docs_url=None, redoc_url=None
    )
    application.state.door = door
    said: dict[int | str, dict[str, Any]] = {
        status: {"description": words, "content": {"text/html": {}}}
        for status, words in _SAID.items()
    }
    for router in (entrance, account, security, withdrawals, wallets):
        application.include_router(router, responses=said)
    for error, answer in (
        (Refusal, answer_refusal),
        (NobodyError, answer_nobody),
        (NotOursError, answer_not_ours),
        (TooManyError, _too_many),
        (RequestValidationError, answer_bad_form),
        (HTTPException, answer_http),
    ):
        application.add_exception_handler(error, answer)
    return application


def web_application(door: WebDoor) -> ASGIApp:
    """Build the application as it is served, behind its guard."""
    return Guarded(described(door), door)


async def _too_many(_request: Request, _error: Exception) -> HTMLResponse:
    return plain_page(429)
