"""Renders pages from templates, in the visitor's language; nothing in them escapes escaping."""

from collections.abc import Mapping
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.web import figures
from bot.words.speech import later, say, say_count, spoken

_FOLDER = Path(__file__).parent
STYLE = (_FOLDER / "static" / "door.css").read_text("utf-8")

_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {
    "say": say,
    "say_count": say_count,
    "spoken": spoken,
    "sol": figures.sol,
    "moment": figures.moment,
    "second": figures.second,
    "amount_of": figures.amount_of,
    "share": figures.share,
    "action_words": figures.action_words,
    "name_of": figures.name_of,
}

_PLAIN: Mapping[int, str] = {
    400: later("That request was not whole. Nothing was done."),
    401: later("You are not logged in. Send /dashboard to the bot for a link."),
    403: later("That form did not come from this page, so nothing was done. Go back and reload."),
    404: later("There is nothing here."),
    405: later("That is no way to ask for this page."),
    408: later("That took too long to arrive. Try again."),
    413: later("That is too much at once."),
    422: later("The form was not filled in as it should be. Go back and try again."),
    429: later("Too many requests. Wait a little, then try again."),
    500: later("Something went wrong on our side; nothing was changed. Reference {reference}"),
    503: later("{what} does not answer right now, so nothing was changed. Try again in a minute."),
}


def page(template: str, *, status: int = 200, **fields: object) -> HTMLResponse:
    """Give a page in the language spoken here; fields are escaped where the template puts them."""
    content = _TEMPLATES.get_template(template).render(**fields)
    return HTMLResponse(content, status_code=status)


def plain_page(status: int, **fields: str) -> HTMLResponse:
    """Give the page of a status that says no more than a sentence."""
    words = say(_PLAIN.get(status, _PLAIN[400]), **fields)
    return page("message.html", status=status, words=words, back="")
