"""Writes the secret of an invitation into its message at the moment when that is sent."""

from collections.abc import Mapping

from bot.services.invitations import TOKEN_LENGTH, InvitationSeal
from bot.telegram.bot_api import Api

NONCE = "invitation_nonce"
"""The parameter that names which invitation: the outbox holds no more of it."""
PLACEHOLDER = "*" * TOKEN_LENGTH
"""As long as the secret, so that no mark in the text moves."""


class InvitingApi:
    """Implements `Api` over another."""

    def __init__(self, api: Api, seal: InvitationSeal) -> None:
        self._api = api
        self._seal = seal

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        """Call a method; see `Api.call`."""
        nonce = payload.get(NONCE)
        if not isinstance(nonce, str):
            return await self._api.call(method, payload, seconds=seconds)
        plain = {name: value for name, value in payload.items() if name != NONCE}
        plain["text"] = str(plain.get("text", "")).replace(PLACEHOLDER, self._seal.token(nonce))
        return await self._api.call(method, plain, seconds=seconds)
