"""The page where a withdrawal is proved: exactly what is asked for, and a field for the code."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from bot.domain.errors import Refusal
from bot.services.withdrawals import Withdrawals
from bot.web.door import door_of
from bot.web.pages import page
from bot.web.visiting import Acting, Visiting, csrf_of

_LONGEST_NONCE, _LONGEST_CODE = 64, 16
withdrawals = APIRouter()


@withdrawals.get("/withdrawal", response_class=HTMLResponse)
async def show(request: Request, visitor: Visiting) -> Response:
    """Show the withdrawal that waits for a code, in full."""
    asking = _asking(request)
    withdrawal = await asking.waiting_for_code(visitor)
    return page(
        "withdrawal.html",
        user=visitor.user,
        csrf=csrf_of(request),
        withdrawal=withdrawal,
        token=asking.token_of(withdrawal),
    )


@withdrawals.post("/withdrawal", response_class=HTMLResponse)
async def prove(
    request: Request,
    visitor: Acting,
    nonce: Annotated[str, Form(max_length=_LONGEST_NONCE)],
    code: Annotated[str, Form(max_length=_LONGEST_CODE)],
) -> Response:
    """Take the code for exactly what the page showed; asked again with it, nothing happens."""
    due_at = await _asking(request).prove(visitor, nonce, code.replace(" ", ""))
    return page("withdrawal_proved.html", user=visitor.user, csrf=csrf_of(request), due_at=due_at)


def _asking(request: Request) -> Withdrawals:
    asking = door_of(request).withdrawals
    if asking is None:
        raise Refusal("live_off")
    return asking
