"""What somebody's trading proves to the gate: bets, their sureness, falls, and rules that broke."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from itertools import takewhile

from bot.domain.performance import max_drawdown

_DIGITS = 28
_NOTHING = Decimal(0)
_MOST_RETURN = Decimal(1)
SURE = Decimal(99)
"""Stands for a sureness without bounds: returns above nothing that are all alike."""
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """All that somebody did with one token on one day (UTC), whatever parts it was done in.

    Twenty purchases of a token within an hour are one opinion, not twenty proofs of it.
    """

    token_id: int
    day: date
    stake_lamports: int
    result_lamports: int

    @property
    def growth(self) -> Decimal:
        """Give its result by its stake, cut at double: one lucky find is not a habit."""
        with localcontext() as context:
            context.prec = _DIGITS
            return min(Decimal(self.result_lamports) / self.stake_lamports, _MOST_RETURN)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """What changed a live wallet's books: a result that was realised, or SOL from or to outside."""

    at: datetime
    lamports: int
    is_result: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRecord:
    """A record as the gate looks at it; shares are fractions, None where nothing tells.

    `bets` are those that count, in order of their days. `drawdown` is the deepest fall of the
    record and `drawdown_now` how far it stands below its highest; `growth` that of the whole paper
    wallet. `twin_gap` is the median haircut of `twin_fills`.
    """

    bets: tuple[Bet, ...] = ()
    drawdown: Decimal = _NOTHING
    drawdown_now: Decimal = _NOTHING
    growth: Decimal | None = None
    day_loss: Decimal = _NOTHING
    twin_gap: Decimal | None = None
    twin_fills: int = 0
    losses_in_a_row: int = 0
    reset_at: datetime | None = None
    open_result_lamports: int = 0

    @property
    def days(self) -> int:
        """Count the days with a bet."""
        return len({bet.day for bet in self.bets})

    @property
    def expectancy(self) -> Decimal | None:
        """Give what a bet came to on average, by its stake."""
        return _mean([bet.growth for bet in self.bets])

    @property
    def sureness(self) -> Decimal | None:
        """Give the mean by its standard error: how far above luck it is.

        Source: Student, The Probable Error of a Mean, Biometrika 6 (1908).
        """
        growths = [bet.growth for bet in self.bets]
        mean = _mean(growths)
        if mean is None or len(growths) < _FEWEST:
            return None
        with localcontext() as context:
            context.prec = _DIGITS
            spread = sum(((one - mean) ** 2 for one in growths), _NOTHING) / (len(growths) - 1)
            if not spread:
                return SURE if mean > 0 else _NOTHING
            return mean / (spread / len(growths)).sqrt()


def bets_of(
    closed: Iterable[Bet], still_open: Iterable[Bet], least_lamports: int
) -> tuple[Bet, ...]:
    """Give the bets that count, in order of their days.

    What is still open counts as soon as it stands below its cost and never above it: a loss that
    is not sold is one, a gain that is not sold is none yet. Stakes below the least, known before
    the outcome, count neither way.
    """
    together: dict[tuple[date, int], Bet] = {}
    losing = (bet for bet in still_open if bet.result_lamports < 0)
    for bet in (*closed, *losing):
        key = (bet.day, bet.token_id)
        before = together.get(key)
        together[key] = bet if before is None else _joined(before, bet)
    found = (together[key] for key in sorted(together))
    return tuple(bet for bet in found if bet.stake_lamports >= max(least_lamports, 1))


def losses_in_a_row(bets: Sequence[Bet]) -> int:
    """Count the bets at the end that lost."""
    return sum(1 for _ in takewhile(lambda bet: bet.result_lamports < 0, reversed(bets)))


def paper_drawdown(courses: Iterable[Sequence[int]]) -> Decimal:
    """Give the deepest fall of several seasons: a reset makes none of them unhappen."""
    return max((max_drawdown(course).fraction for course in courses), default=_NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFalls:
    """How a live record fell: at its deepest, at present, and within the present day."""

    deepest: Decimal
    now: Decimal
    day: Decimal


def live_falls(
    events: Sequence[LiveEvent], *, book_lamports: int, open_lamports: int, day_begin: datetime
) -> LiveFalls:
    """Give a live record's falls, by what was realised and what is open now.

    `book_lamports` is cash, rent and positions at cost at the end of `events`; before it, it is
    followed back. What comes from outside or goes there is no result: the index only moves by
    results over what there was before them (a time-weighted return). `open_lamports` is how open
    positions stand now against the beginning.
    Source: D. Spaulding, Measuring Investment Performance (1997), the time-weighted return.
    """
    books = _books_before(events, book_lamports)
    index = peak = begin = Decimal(1)
    deepest = _NOTHING
    for event, before in zip(events, books, strict=True):
        if event.is_result:
            index = _moved(index, event.lamports, before)
            peak = max(peak, index)
            deepest = max(deepest, _fall(peak, index))
        if event.at < day_begin:
            begin = index
    day = _fall(begin, index)
    now = _fall(peak, _moved(index, open_lamports, book_lamports))
    return LiveFalls(deepest=max(deepest, now), now=now, day=day)


def _books_before(events: Sequence[LiveEvent], book_lamports: int) -> list[int]:
    before: list[int] = []
    for event in reversed(events):
        book_lamports -= event.lamports
        before.append(book_lamports)
    return before[::-1]


def _moved(index: Decimal, lamports: int, book_lamports: int) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        # Nothing can be lost beyond all that there was, and nothing out of nothing.
        share = Decimal(lamports) / book_lamports if book_lamports > 0 else _NOTHING
        return index * max(1 + share, _NOTHING)


def _fall(peak: Decimal, index: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        return max(1 - index / peak, _NOTHING) if peak else _NOTHING


def _joined(one: Bet, other: Bet) -> Bet:
    return Bet(
        token_id=one.token_id,
        day=one.day,
        stake_lamports=one.stake_lamports + other.stake_lamports,
        result_lamports=one.result_lamports + other.result_lamports,
    )


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    with localcontext() as context:
        context.prec = _DIGITS
        return sum(values, _NOTHING) / len(values) if values else None
