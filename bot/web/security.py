"""The security page: PIN, authenticator app and recovery codes, and proving that one has them."""

import io
from enum import StrEnum
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from bot.domain.errors import Refusal
from bot.domain.factors import Factor
from bot.domain.web_sessions import Visitor
from bot.ports.factors import NewSecret
from bot.web.door import door_of
from bot.web.pages import page
from bot.web.refusing import words_of
from bot.web.visiting import Acting, Visiting, csrf_of, onward, with_session

_LONGEST_SECRET = 64
_MODULE_PIXELS = 4
security = APIRouter()
Secret = Annotated[str, Form(max_length=_LONGEST_SECRET)]


class Provable(StrEnum):
    """What can be given as proof."""

    PIN = Factor.PIN.value
    TOTP = Factor.TOTP.value
    RECOVERY = Factor.RECOVERY.value


class Removable(StrEnum):
    """What can be dropped."""

    PIN = Factor.PIN.value
    TOTP = Factor.TOTP.value


@security.get("/security", response_class=HTMLResponse)
async def show(request: Request, visitor: Visiting) -> Response:
    """Show which factors there are, and the forms to set them."""
    door = door_of(request)
    return page(
        "security.html",
        user=visitor.user,
        csrf=csrf_of(request),
        factors=await door.security.factors.state(visitor.user),
        are_offered=door.security.factors.are_offered,
        is_proved=visitor.session.is_proved(door.clock.now()),
        now=door.clock.now(),
    )


@security.post("/prove", response_class=HTMLResponse)
async def prove(
    request: Request, visitor: Acting, factor: Annotated[Provable, Form()], secret: Secret
) -> Response:
    """Take a factor, and let the session go on under a new token."""
    door = door_of(request)
    token = await door.security.factors.prove(visitor, Factor(factor.value), secret.strip())
    return with_session(door, onward("/security"), token)


@security.post("/security/pin", response_class=HTMLResponse)
async def set_pin(request: Request, visitor: Acting, pin: Secret, again: Secret) -> Response:
    """Set a PIN."""
    if pin != again:
        raise Refusal("pins_differ")
    await door_of(request).security.factors.set_pin(visitor, pin)
    return onward("/security")


@security.post("/security/remove", response_class=HTMLResponse)
async def remove(
    request: Request, visitor: Acting, factor: Annotated[Removable, Form()]
) -> Response:
    """Drop a factor."""
    await door_of(request).security.factors.remove(visitor, Factor(factor.value))
    return onward("/security")


@security.post("/security/authenticator", response_class=HTMLResponse)
async def begin_authenticator(request: Request, visitor: Acting) -> Response:
    """Make a secret, and show it as a picture."""
    secret = await door_of(request).security.factors.begin_authenticator(visitor)
    return _secret_page(request, visitor, secret)


@security.post("/security/authenticator/confirm", response_class=HTMLResponse)
async def confirm_authenticator(request: Request, visitor: Acting, code: Secret) -> Response:
    """Take the first code of a new authenticator; a wrong one leaves it waiting."""
    factors = door_of(request).security.factors
    try:
        await factors.confirm_authenticator(visitor, code.replace(" ", ""))
    except Refusal as refusal:
        secret = await factors.waiting_secret(visitor) if refusal.code == "wrong_code" else None
        if secret is None:
            raise
        return _secret_page(request, visitor, secret, trouble=words_of(refusal))
    return onward("/security")


@security.post("/security/codes", response_class=HTMLResponse)
async def make_codes(request: Request, visitor: Acting) -> Response:
    """Make recovery codes, and show them this once."""
    codes = await door_of(request).security.factors.new_codes(visitor)
    return page(
        "codes.html",
        user=visitor.user,
        csrf=csrf_of(request),
        codes=codes,
    )


def _secret_page(
    request: Request, visitor: Visitor, secret: NewSecret, *, trouble: str = ""
) -> Response:
    typed = " ".join(secret.typed[place : place + 4] for place in range(0, len(secret.typed), 4))
    return page(
        "authenticator.html",
        status=403 if trouble else 200,
        user=visitor.user,
        csrf=csrf_of(request),
        typed=typed,
        picture=_picture(secret.uri),
        trouble=trouble,
    )


def _picture(uri: str) -> Markup:
    drawn = io.BytesIO()
    segno.make(uri, error="m").save(
        drawn, kind="svg", scale=_MODULE_PIXELS, xmldecl=False, svgns=False, light="white"
    )
    # Our own drawing, with nothing of anybody's text in it but as black and white squares.
    return Markup(drawn.getvalue().decode())  # noqa: S704
