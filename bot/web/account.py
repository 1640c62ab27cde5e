"""The account page: role, limits, sessions, what happened, freezing, and tables to take along."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from bot.domain.users import Status
from bot.ports.exports import Export
from bot.services.exports import MOST_FILES, ExportSpan
from bot.web.door import door_of
from bot.web.pages import page
from bot.web.refusing import NobodyError
from bot.web.visiting import Acting, Visiting, csrf_of, onward, without_session

_LARGEST_ID = 2**63 - 1
account = APIRouter()


@account.get("/account", response_class=HTMLResponse)
async def show(request: Request, visitor: Visiting) -> Response:
    """Show a person what there is of them."""
    bundle, user = door_of(request).security, visitor.user
    return page(
        "account.html",
        user=user,
        has_wallets=door_of(request).live is not None,
        session=visitor.session,
        csrf=csrf_of(request),
        limits=await bundle.sessions.limits(user),
        factors=await bundle.factors.state(user),
        freeze=await bundle.freezes.standing(user),
        delay_hours=round(bundle.freezes.delay.total_seconds() / 3600),
        sessions=await bundle.sessions.mine(user),
        log=await bundle.sessions.log(user),
        exports=list(Export),
        spans=list(ExportSpan),
        is_frozen=user.status is Status.FROZEN,
    )


@account.post("/sessions/{session_id}/end", response_class=HTMLResponse)
async def end_session(
    request: Request,
    visitor: Acting,
    session_id: Annotated[int, Path(ge=1, le=_LARGEST_ID)],
) -> Response:
    """End one of one's own sessions; of others' there is none of that number."""
    door = door_of(request)
    await door.security.sessions.end(visitor.user, session_id)
    if session_id == visitor.session.session_id:
        return without_session(door, onward("/"))
    return onward("/account#sessions")


@account.post("/sessions/end", response_class=HTMLResponse)
async def end_all_sessions(request: Request, visitor: Acting) -> Response:
    """End all of one's sessions, this one too."""
    door = door_of(request)
    await door.security.sessions.end_all(visitor.user)
    return without_session(door, onward("/"))


@account.post("/freeze", response_class=HTMLResponse)
async def freeze(request: Request, visitor: Acting) -> Response:
    """Freeze one's account at once."""
    await door_of(request).security.freezes.freeze_on_web(visitor)
    return onward("/account")


@account.post("/unfreeze", response_class=HTMLResponse)
async def unfreeze(request: Request, visitor: Acting) -> Response:
    """Ask for the end of one's freeze."""
    await door_of(request).security.freezes.ask_to_unfreeze(visitor)
    return onward("/account")


@account.post("/unfreeze/cancel", response_class=HTMLResponse)
async def stay_frozen(request: Request, visitor: Acting) -> Response:
    """Stay frozen after all."""
    await door_of(request).security.freezes.keep_on_web(visitor)
    return onward("/account")


@account.get(
    "/export/{what}",
    response_class=Response,
    responses={
        200: {
            "content": {"text/csv": {}, "text/html": {}},
            "description": "A table as CSV, or the links to the parts of a long one.",
        }
    },
)
async def export(
    request: Request,
    visitor: Visiting,
    what: Export,
    span: Annotated[ExportSpan, Query()] = ExportSpan.ALL,
    part: Annotated[int | None, Query(ge=1, le=MOST_FILES)] = None,
) -> Response:
    """Give one of one's own tables; of a long one, links to its parts, and each by its number."""
    if request.headers.get("sec-fetch-site", "none") == "cross-site":
        raise NobodyError
    exports = door_of(request).exports
    view = await exports.export(visitor.user, what, span)
    if part is None and len(view.files) > 1:
        return page("export.html", user=visitor.user, csrf=csrf_of(request), view=view)
    file = view.files[min(part or 1, len(view.files)) - 1]
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "X-Parts": str(len(view.files)),
    }
    content = await exports.write(file.recipe)
    return Response(content, media_type="text/csv", headers=headers)
