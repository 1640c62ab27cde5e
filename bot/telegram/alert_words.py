"""Reads what a person wants to be told of: `above $0.02`, `moves 10% once`, `pnl below -10%`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.domain.alerts import AlertKind, AlertSide, Condition
from bot.domain.errors import Refusal
from bot.domain.money import figure_from_text, share_from_text, whole_from_text
from bot.words.speech import later

_LONGEST_ECHO = 32
_MOST_WORDS = 8
_LEAST_MOVE_BPS, _MOST_RISE_BPS, _MOST_FALL_BPS = 10, 1_000_000, 9_900
_SIDES: Mapping[str, AlertSide] = {
    "above": AlertSide.ABOVE,
    "over": AlertSide.ABOVE,
    ">": AlertSide.ABOVE,
    "below": AlertSide.BELOW,
    "under": AlertSide.BELOW,
    "<": AlertSide.BELOW,
}
_WAYS: Mapping[str, AlertSide] = {
    "up": AlertSide.ABOVE,
    "down": AlertSide.BELOW,
    "both": AlertSide.BOTH,
}
_MARKET_CAP = frozenset({"mc", "mcap", "cap"})
_ONCE = "once"

Words = Sequence[str]


def read_condition(words: Words) -> Condition:
    """Read a condition on a token; raises `Refusal` (`bad_condition`, `bad_share`, or a number's).

    Words may come in either case; a market cap may name its side before or after `mc`.
    """
    spoken = _spoken(words)
    reader = _READERS.get(spoken[0], _read_price)
    return reader(spoken)


def read_own_condition(subject: str, words: Words) -> Condition | None:
    """Read a condition on a position or on equity; None where the subject is a token."""
    lowered = subject.casefold()
    if lowered == "equity" and words:
        return _equity(_spoken(words))
    if lowered == "position" and words:
        return _position(_spoken(words))
    return None


def read_change(before: Condition, words: Words) -> Condition:
    """Read what an alert is to be instead: a whole condition, or only another figure."""
    spoken = _spoken(words)
    if before.kind is AlertKind.POSITION:
        return _position((str(before.position_number), *_after(spoken, "pnl")))
    if before.kind is AlertKind.EQUITY:
        return _equity(spoken)
    if len(spoken) > 1 or spoken[0] in _READERS:
        return read_condition(spoken)
    if before.move_bps is not None:
        side = before.side or AlertSide.BOTH
        return replace(before, move_bps=_move(spoken[0], side))
    in_usd = before.in_usd if before.kind is not AlertKind.PRICE else spoken[0].startswith("$")
    # The side is decided anew by the figure of now.
    return replace(
        before, side=None, in_usd=in_usd, level=figure_from_text(spoken[0].removeprefix("$"))
    )


def _read_price(words: Words) -> Condition:
    if len(words) == 1 and words[0] not in _SIDES:
        return _price(None, words[0])
    side = _side(words[0])
    if len(words) > 1 and words[1] in _MARKET_CAP:
        return _market_cap(side, words[2:])
    (level,) = _exactly(words[1:], 1)
    return _price(side, level)


def _price(side: AlertSide | None, level: str) -> Condition:
    return Condition(
        kind=AlertKind.PRICE,
        side=side,
        level=figure_from_text(level.removeprefix("$")),
        in_usd=level.startswith("$"),
    )


def _read_market_cap(words: Words) -> Condition:
    rest = words[1:]
    if rest and rest[0] in _SIDES:
        return _market_cap(_SIDES[rest[0]], rest[1:])
    return _market_cap(None, rest)


def _market_cap(side: AlertSide | None, words: Words) -> Condition:
    (level,) = _exactly(words, 1)
    return Condition(
        kind=AlertKind.MARKET_CAP,
        side=side,
        level=figure_from_text(level.removeprefix("$")),
        in_usd=True,
    )


def _read_move(words: Words) -> Condition:
    is_once = words[-1] == _ONCE
    rest = words[1:-1] if is_once else words[1:]
    side = AlertSide.BOTH
    for place in (0, -1):
        if rest and rest[place] in _WAYS:
            side = _WAYS[rest[place]]
            rest = rest[1:] if place == 0 else rest[:-1]
            break
    (share,) = _exactly(rest, 1)
    return Condition(
        kind=AlertKind.MOVE, side=side, move_bps=_move(share, side), is_recurring=not is_once
    )


def _read_volume(words: Words) -> Condition:
    side, level = _exactly(words[1:], 2)
    return Condition(
        kind=AlertKind.VOLUME,
        side=_side(side),
        level=figure_from_text(level.removeprefix("$")),
        in_usd=True,
    )


def _read_liquidity(words: Words) -> Condition:
    way, figure = _exactly(words[1:], 2)
    if way in ("drop", "drops", "falls"):
        return Condition(
            kind=AlertKind.LIQUIDITY,
            side=AlertSide.BELOW,
            move_bps=_move(figure, AlertSide.BELOW),
        )
    return Condition(kind=AlertKind.LIQUIDITY, side=_side(way), level=figure_from_text(figure))


def _position(words: Words) -> Condition:
    number, word, side, share = _exactly(_with_pnl(words), 4)
    if word != "pnl":
        raise Refusal("bad_condition", text=word[:_LONGEST_ECHO])
    return Condition(
        kind=AlertKind.POSITION,
        side=_side(side),
        move_bps=share_from_text(share),
        position_number=whole_from_text(number),
    )


def _equity(words: Words) -> Condition:
    side, level = _exactly(words, 2)
    return Condition(kind=AlertKind.EQUITY, side=_side(side), level=figure_from_text(level))


def _with_pnl(words: Words) -> Words:
    """Let the word `pnl` be left out, since nothing else of a position can be watched."""
    if len(words) == 3 and words[1] in _SIDES:  # noqa: PLR2004 (a number, a side, a share)
        return (words[0], "pnl", *words[1:])
    return words


def _after(words: Words, first: str) -> Words:
    return words if words[0] == first else (first, *words)


def _move(text: str, side: AlertSide) -> int:
    bps = share_from_text(text)
    most = _MOST_RISE_BPS if side is AlertSide.ABOVE else _MOST_FALL_BPS
    if not _LEAST_MOVE_BPS <= bps <= most:
        raise Refusal("bad_share", text=text[:_LONGEST_ECHO])
    return bps


def _side(word: str) -> AlertSide:
    side = _SIDES.get(word)
    if side is None:
        raise Refusal("bad_condition", text=word[:_LONGEST_ECHO])
    return side


def _spoken(words: Words) -> Words:
    if not words:
        raise Refusal("missing_argument", argument=later("What to tell you of"))
    if len(words) > _MOST_WORDS:
        raise Refusal("too_many_arguments", text=words[_MOST_WORDS][:_LONGEST_ECHO])
    return tuple(word.casefold() for word in words)


def _exactly(words: Words, count: int) -> Words:
    if len(words) < count:
        raise Refusal("missing_argument", argument=later("The figure"))
    if len(words) > count:
        raise Refusal("too_many_arguments", text=words[count][:_LONGEST_ECHO])
    return words


_READERS: Mapping[str, Callable[[Words], Condition]] = {
    "moves": _read_move,
    "move": _read_move,
    "volume": _read_volume,
    "vol": _read_volume,
    "liquidity": _read_liquidity,
    "liq": _read_liquidity,
    **dict.fromkeys(_MARKET_CAP, _read_market_cap),
}
