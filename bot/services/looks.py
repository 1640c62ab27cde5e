"""Which tokens people look at: here, and as other processes tell."""

from collections.abc import Collection

from bot.ports.clock import Clock

_LOOKED_AT_SECONDS, _TOLD_SECONDS = 300, 60


class Looks:
    """What was looked at in the last minutes is read often."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: dict[int, float] = {}
        self._told: dict[int, float] = {}

    def note(self, token_id: int) -> None:
        """Note that somebody looks at a token now."""
        self._at[token_id] = self._clock.monotonic()

    def recent(self) -> set[int]:
        """Give the tokens that somebody looked at in the last minutes."""
        since = self._clock.monotonic() - _LOOKED_AT_SECONDS
        self._at = {token: at for token, at in self._at.items() if at > since}
        return set(self._at)

    def news(self) -> list[int]:
        """Give what is looked at here and was not given in the last minute."""
        now = self._clock.monotonic()
        self._told = {one: at for one, at in self._told.items() if at > now - _TOLD_SECONDS}
        news = [one for one in self.recent() if one not in self._told]
        self._told.update(dict.fromkeys(news, now))
        return news

    async def hear(self, token_ids: Collection[int]) -> None:
        """Count tokens as looked at. Needs no permission: another process was asked for them."""
        self._at.update(dict.fromkeys(token_ids, self._clock.monotonic()))
