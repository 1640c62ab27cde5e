"""The wallets page: link one by a signed message, watch-only, or bring one along with its key."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, Response

from bot.domain.errors import Refusal
from bot.services.live import Live
from bot.web.door import door_of
from bot.web.pages import page
from bot.web.visiting import Acting, Visiting, csrf_of, onward

_LONGEST_ADDRESS, _LONGEST_SIGNATURE, _LONGEST_KEY = 60, 120, 400
_MOST_NUMBER = 2**15 - 1
wallets = APIRouter()


@wallets.get("/wallets", response_class=HTMLResponse)
async def show(request: Request, visitor: Visiting) -> Response:
    """Show one's wallets, and the forms."""
    live, user = _live(request), visitor.user
    return page(
        "wallets.html",
        user=user,
        csrf=csrf_of(request),
        own=await live.wallets.own(user),
        watched=await live.watched.watched(user),
        asked=await live.watched.asked(user),
        can_import=await live.imports.is_possible(user),
    )


@wallets.post("/wallets/link", response_class=HTMLResponse)
async def ask(
    request: Request,
    visitor: Acting,
    address: Annotated[str, Form(max_length=_LONGEST_ADDRESS)],
) -> Response:
    """Ask for the message that links an address."""
    await _live(request).watched.ask(visitor.user, address.strip())
    return onward("/wallets#sign")


@wallets.post("/wallets/signature", response_class=HTMLResponse)
async def link(
    request: Request,
    visitor: Acting,
    signature: Annotated[str, Form(max_length=_LONGEST_SIGNATURE)],
) -> Response:
    """Link the address that was asked for, by its signature."""
    await _live(request).watched.link(visitor.user, signature)
    return onward("/wallets")


@wallets.post("/wallets/{number}/unlink", response_class=HTMLResponse)
async def unlink(
    request: Request,
    visitor: Acting,
    number: Annotated[int, Path(ge=1, le=_MOST_NUMBER)],
) -> Response:
    """Forget a linked wallet."""
    await _live(request).watched.unlink(visitor.user, number)
    return onward("/wallets")


@wallets.post("/wallets/import", response_class=HTMLResponse)
async def take_over(
    request: Request,
    visitor: Acting,
    typed: Annotated[str, Form(max_length=_LONGEST_KEY)],
    risk: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Hand a key to the signer, and keep nothing of it; never without the box being ticked."""
    live = _live(request)
    if risk != "yes":
        raise Refusal("import_not_meant")
    await live.imports.take_over(visitor, typed)
    return onward("/wallets")


def _live(request: Request) -> Live:
    live = door_of(request).live
    if live is None:
        raise Refusal("live_off_here")
    return live
