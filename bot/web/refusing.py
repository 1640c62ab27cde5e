"""What a refusal becomes on the web: a status and a page with its words."""

import re
from collections.abc import Mapping
from datetime import datetime

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from bot.domain.errors import Refusal
from bot.domain.web_sessions import Visitor
from bot.web.door import door_of
from bot.web.figures import moment
from bot.web.pages import page, plain_page
from bot.words.security_refusals import SECURITY_REFUSALS
from bot.words.speech import later, say, translated
from bot.words.wallet_refusals import WALLET_REFUSALS
from bot.words.withdrawal_refusals import WITHDRAWAL_REFUSALS

_STATUS: Mapping[str, int] = {
    "bad_login_link": 403,
    "session_over": 401,
    "unknown_session": 404,
    "wrong_factor": 403,
    "wrong_code": 403,
    "proof_needed": 403,
    "factors_locked": 429,
    "bad_pin": 422,
    "weak_pin": 422,
    "pins_differ": 422,
    "nothing_to_export": 404,
    "withdrawal_over": 404,
    "live_off": 404,
    "banned": 403,
    "pending": 403,
    "not_permitted": 403,
    "frozen": 403,
    "no_wallet_address": 422,
    "bad_wallet_key": 422,
    "not_its_signature": 403,
    "unknown_watched": 404,
}
_CONFLICT = 409
_FOREIGN_FORM = "foreign_form"
_FOR_WANT_OF_A_RIGHT = frozenset(
    {"banned", "pending", "frozen", "not_permitted", "unknown_session"}
)
_OTHERS: Mapping[str, str] = {
    "nothing_to_export": later("There is nothing of that kind yet."),
    "frozen": later("Your account is frozen, so that does not work now."),
    "live_off": later("Real money is not traded here."),
    "live_wallet_paused": later(
        "This wallet is paused, because its books and the chain differ. The admins know."
    ),
}
_WORDS: Mapping[str, str] = {
    **SECURITY_REFUSALS,
    **WALLET_REFUSALS,
    **WITHDRAWAL_REFUSALS,
    **_OTHERS,
}
_UNKNOWN = later("That is not possible now; nothing was changed.")
_MOMENT = re.compile(r"\{(\w+):moment\}")
_FIELD = re.compile(r"\{(\w+)\}")
_COMMAND = re.compile(r"`([^`]*)`")
_BACK: Mapping[str, str] = {"proof_needed": "/security#prove", "bad_login_link": ""}


class NotOursError(Exception):
    """A form that did not come from our own page."""


class NobodyError(Exception):
    """Somebody without a session asks for what needs one."""


def refusal_page(refusal: Refusal) -> HTMLResponse:
    """Say no in plain words, with the way back."""
    status = _STATUS.get(refusal.code, _CONFLICT)
    back = _BACK.get(refusal.code, "/security")
    found = page("message.html", status=status, words=words_of(refusal), back=back)
    until = refusal.fields.get("until")
    if refusal.code == "factors_locked" and isinstance(until, datetime):
        found.headers["Retry-After"] = "900"
    return found


def words_of(refusal: Refusal) -> str:
    """Give a refusal's words with its figures."""
    template = _WORDS.get(refusal.code, _UNKNOWN)
    words = _COMMAND.sub(r"\1", translated(template))
    words = _MOMENT.sub(lambda match: _moment(refusal, match[1]), words)
    return _FIELD.sub(lambda match: str(refusal.fields.get(match[1], "")), words)


async def answer_refusal(request: Request, error: Exception) -> HTMLResponse:
    """Answer a `Refusal` that a route let through."""
    assert isinstance(error, Refusal), "registered for refusals"  # noqa: S101
    if error.code in _FOR_WANT_OF_A_RIGHT:
        await _write_down(request, error.code)
    return refusal_page(error)


async def answer_nobody(_request: Request, _error: Exception) -> HTMLResponse:
    """Answer somebody without a session."""
    return plain_page(401)


async def answer_not_ours(request: Request, _error: Exception) -> HTMLResponse:
    """Answer a form from elsewhere."""
    await _write_down(request, _FOREIGN_FORM)
    return plain_page(403)


async def answer_bad_form(_request: Request, error: Exception) -> HTMLResponse:
    """Answer a form or an address with parts missing or wrong; which they were is not repeated."""
    assert isinstance(error, RequestValidationError), "registered for these"  # noqa: S101
    return plain_page(422)


async def answer_http(_request: Request, error: Exception) -> HTMLResponse:
    """Answer what the framework refuses: no such page, no such method."""
    assert isinstance(error, HTTPException), "registered for these"  # noqa: S101
    found = plain_page(error.status_code)
    found.headers.update(error.headers or {})
    return found


async def _write_down(request: Request, code: str) -> None:
    """Write down that a person was refused, as the chat does; a stranger is nobody yet."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor is not None:
        route = request.scope.get("route")
        what = f"{request.method} {getattr(route, 'path', '?')}"
        await door_of(request).audit.refused(visitor.user, code, what)


def _moment(refusal: Refusal, name: str) -> str:
    value = refusal.fields.get(name)
    return moment(value) if isinstance(value, datetime) else say("later")
