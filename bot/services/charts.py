"""Charts: what one would show is decided when it is asked for, and drawn when it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.candles import BY_LABEL, Candle, Interval
from bot.domain.charts import ArmedLevel, Chart, Level, LevelKind, Theme, TradeMark
from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.positions import Position
from bot.domain.triggers import Gauge
from bot.domain.users import Mode, Permission, User
from bot.ports.books import Books
from bot.ports.candles import CandleShelf
from bot.ports.charts import ChartDesk, Painter
from bot.ports.clock import Clock
from bot.services.candles import Candles
from bot.services.price_board import PriceBoard
from bot.services.prices import Prices
from bot.services.views import Quote

BARS = 120
_FEWEST_SLOTS, _ENOUGH = 24, 24
# Where no interval is named: the longest of these that has enough to show.
_UNASKED = (Interval.QUARTER, Interval.FIVE_MINUTES, Interval.MINUTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartView:
    """A chart about to be sent: its caption's figures, and the recipe that it is drawn from.

    A recipe is a few words of plain JSON, so that the outbox stays small and a picture sent late
    shows the market as it is then. `user_id` is None in a group: nobody's own is shown there.
    """

    quote: Quote
    interval: Interval
    theme: Theme
    candles: tuple[Candle, ...]
    user_id: int | None
    mode: Mode

    @property
    def recipe(self) -> Mapping[str, object]:
        """Give what `Charts.draw` draws from."""
        return {
            "token_id": self.quote.token.token_id,
            "interval": self.interval.label,
            "theme": self.theme.value,
            "user_id": self.user_id,
            "mode": self.mode.value,
        }


class Charts:
    """The use cases around a token's picture."""

    def __init__(
        self,
        *,
        board: PriceBoard,
        prices: Prices,
        candles: Candles,
        shelf: CandleShelf,
        desk: ChartDesk,
        books: Books,
        painter: Painter,
        clock: Clock,
    ) -> None:
        self._board = board
        self._prices = prices
        self._candles = candles
        self._shelf = shelf
        self._desk = desk
        self._books = books
        self._painter = painter
        self._clock = clock

    async def chart(
        self,
        user: User,
        token_id: int,
        interval: Interval | None,
        *,
        theme: Theme | None = None,
        is_private: bool,
    ) -> ChartView:
        """Give the chart of a token; a theme that is named becomes the person's own.

        Raises `Refusal` (`no_candles`, or as `Prices.quote` does) or `Unavailable`.
        """
        user.require(Permission.VIEW_MARKET)
        quote = await self._prices.quote(user, token_id)
        if theme is not None:
            await self._desk.choose_theme(user.user_id, theme)
        chosen, found = await self._most_telling(token_id, interval)
        if not found:
            raise Refusal("no_candles", symbol=quote.token.symbol)
        return ChartView(
            quote=quote,
            interval=chosen,
            theme=theme or await self._desk.theme(user.user_id),
            candles=tuple(found),
            user_id=user.user_id if is_private else None,
            mode=user.mode,
        )

    async def draw(self, recipe: Mapping[str, object]) -> bytes:
        """Draw the picture of a recipe as PNG; raises `Unavailable`, or `Refusal` (`no_candles`).

        Needs no permission: only `chart`, which requires one, makes recipes.
        """
        token, interval, theme, user_id, mode = self._read(recipe)
        found = await self._window(token.token_id, interval)
        if not found:
            raise Refusal("no_candles", symbol=token.symbol)
        since = _since(found, interval, self._clock.now())
        marks: Sequence[TradeMark] = ()
        levels: tuple[Level, ...] = ()
        if user_id is not None:
            marks = await self._desk.marks(user_id, mode, token.token_id, since)
            levels = await self._levels(user_id, mode, token)
        chart = Chart(
            symbol=token.symbol,
            short_mint=f"{token.mint[:4]}…{token.mint[-4:]}",
            interval=interval,
            theme=theme,
            candles=tuple(candle for candle in found if candle.opened_at >= since),
            since=since,
            until=interval.floor(self._clock.now()) + interval.length,
            mode=mode if marks or levels else None,
            marks=tuple(marks),
            levels=levels,
        )
        return await self._painter.draw(chart)

    async def _most_telling(
        self, token_id: int, interval: Interval | None
    ) -> tuple[Interval, list[Candle]]:
        wanted = (interval,) if interval is not None else _UNASKED
        best, most = wanted[0], list[Candle]()
        for one in wanted:
            found = await self._window(token_id, one)
            if len(found) < _ENOUGH:
                await self._candles.fill(token_id, one)
                found = await self._window(token_id, one)
            if len(found) > len(most) or not most:
                best, most = one, found
            if len(most) >= _ENOUGH:
                break
        return best, most

    async def _window(self, token_id: int, interval: Interval) -> list[Candle]:
        now = self._clock.now()
        since = interval.floor(now) - (BARS - 1) * interval.length
        return await self._shelf.window(token_id, interval, since, now)

    async def _levels(self, user_id: int, mode: Mode, token: Token) -> tuple[Level, ...]:
        """Give the prices that matter to the person: of what is open, and of what waits."""
        desk = await self._books.desk(user_id, mode, "")
        held = (one for one in desk.positions if one.token_id == token.token_id)
        standing = [level for one in held for level in _levels_of(one, token.decimals)]
        armed = await self._desk.armed(user_id, mode, token.token_id)
        sol_usd = self._board.sol_usd()
        return (*standing, *(level for one in armed for level in _in_sol(one, sol_usd)))

    def _read(
        self, recipe: Mapping[str, object]
    ) -> tuple[Token, Interval, Theme, int | None, Mode]:
        token = self._board.tokens.get(int(str(recipe["token_id"])))
        if token is None:
            raise Refusal("unknown_token", text=str(recipe["token_id"]))
        user_id = recipe["user_id"]
        return (
            token,
            BY_LABEL[str(recipe["interval"])],
            Theme(str(recipe["theme"])),
            user_id if isinstance(user_id, int) else None,
            Mode(str(recipe["mode"])),
        )


def _levels_of(position: Position, decimals: int) -> list[Level]:
    levels = [Level(kind=LevelKind.ENTRY, price=position.entry_price)]
    liquidated_at = position.liquidation_price(decimals)
    if liquidated_at is not None:
        levels.append(Level(kind=LevelKind.LIQUIDATION, price=liquidated_at))
    return levels


def _in_sol(armed: ArmedLevel, sol_usd: Decimal | None) -> list[Level]:
    """Give an armed level in SOL by the dollars of now, none where those are not known."""
    if armed.gauge is Gauge.PRICE_SOL:
        return [Level(kind=armed.kind, price=armed.level)]
    return [Level(kind=armed.kind, price=armed.level / sol_usd)] if sol_usd else []


def _since(candles: Sequence[Candle], interval: Interval, now: datetime) -> datetime:
    """Begin at the first candle, but never so late that a few candles fill the picture."""
    latest: datetime = interval.floor(now) - timedelta(seconds=(_FEWEST_SLOTS - 1) * interval)
    return min(candles[0].opened_at, latest)
