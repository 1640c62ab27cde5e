"""A person's watchlist: tokens to look at together, without a position in them."""

from dataclasses import dataclass

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.users import Permission, User
from bot.ports.clock import Clock
from bot.ports.watchlist import WatchShelf
from bot.services.price_board import PriceBoard
from bot.services.token_lines import TokenLine, token_line


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchChange:
    """A token put on or taken off; `is_new` is false where it was so already."""

    token: Token
    is_new: bool


class Watchlist:
    """The use cases around what a person watches."""

    def __init__(self, *, board: PriceBoard, shelf: WatchShelf, clock: Clock) -> None:
        self._board = board
        self._shelf = shelf
        self._clock = clock

    async def watch(self, user: User, token_id: int) -> WatchChange:
        """Watch a token; raises `Refusal` (`watchlist_full`, `unknown_token`)."""
        user.require(Permission.VIEW_OWN)
        token = self._token(token_id)
        watched = await self._shelf.watch(user.user_id, token_id)
        if watched.is_full:
            raise Refusal("watchlist_full", limit=watched.limit, role=user.role.value)
        return WatchChange(token=token, is_new=watched.is_new)

    async def unwatch(self, user: User, token_id: int) -> Token:
        """Watch a token no more; raises `Refusal` (`not_watched`, `unknown_token`)."""
        user.require(Permission.VIEW_OWN)
        token = self._token(token_id)
        if not await self._shelf.unwatch(user.user_id, token_id):
            raise Refusal("not_watched", symbol=token.symbol)
        return token

    async def watchlist(self, user: User) -> tuple[TokenLine, ...]:
        """Give the watched tokens as the board has them now, the longest watched first."""
        user.require(Permission.VIEW_OWN)
        now = self._clock.now()
        found = (
            token_line(self._board, token_id, now)
            for token_id in await self._shelf.watched(user.user_id)
        )
        return tuple(line for line in found if line is not None)

    def _token(self, token_id: int) -> Token:
        token = self._board.tokens.get(token_id)
        if token is None:
            raise Refusal("unknown_token", text=str(token_id))
        return token
