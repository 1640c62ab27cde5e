"""Puts a login link into a message at the moment it is sent: the outbox never holds one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.domain.notices import Notice
from bot.telegram.bot_api import Api

LOGIN_LINK = "login_link"
"""The parameter that says whose link a message is to carry; it is taken out before the call."""

WITHDRAWAL_PAGE = "withdrawal"
"""Where a link may lead besides the account page."""

Invite = Callable[[int], Awaitable[str]]


def with_login_link(notice: Notice, user_id: int, label: str, *, to: str = "") -> Notice:
    """Give a message that will carry a login link of this person, to their account or `to`."""
    wanted = {"user_id": user_id, "label": label, "to": to}
    return replace(notice, payload={**notice.payload, LOGIN_LINK: wanted})


class LoginLinkApi:
    """Implements `Api` over another: a call that wants a link gets one, made just then.

    A call that is tried again gets another, and the one before is void. Telegram takes no button
    that leads to this very machine, so such a link stands in the text.
    """

    def __init__(self, api: Api, invite: Invite, public_url: str) -> None:
        self._api = api
        self._invite = invite
        self._public_url = public_url

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        """Call a method; see `Api.call`."""
        wanted = payload.get(LOGIN_LINK)
        if not isinstance(wanted, Mapping):
            return await self._api.call(method, payload, seconds=seconds)
        plain = {name: value for name, value in payload.items() if name != LOGIN_LINK}
        token = await self._invite(int(wanted["user_id"]))
        url = f"{self._public_url}/login/{token}"
        if wanted.get("to") == WITHDRAWAL_PAGE:
            url = f"{url}?to={WITHDRAWAL_PAGE}"
        if url.startswith("https://"):
            button = {"text": str(wanted["label"]), "url": url}
            plain["reply_markup"] = {"inline_keyboard": [[button]]}
        else:
            plain["text"] = f"{plain.get('text', '')}\n{url}"
        return await self._api.call(method, plain, seconds=seconds)
