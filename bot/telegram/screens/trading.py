"""The steps of a guided order: which way, how much leverage, how much."""

from decimal import ROUND_FLOOR, Decimal

from bot.domain.instruments import Token
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.positions import Side
from bot.domain.safety import SafetyReport
from bot.domain.users import Mode
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Screen, headed, in_rows, key, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures, safety
from bot.words.speech import say

_USUAL_SIZES = (1 * LAMPORTS_PER_SOL, 5 * LAMPORTS_PER_SOL, 10 * LAMPORTS_PER_SOL)
_USUAL_FROM = 20 * LAMPORTS_PER_SOL
_SHARES_PERCENT = (5, 25, 50)
_LEVERAGES = (1, 2, 3, 5, 10, 20)
_LETTERS = {Side.LONG: "l", Side.SHORT: "s"}
_SIDES = {letter: side for side, letter in _LETTERS.items()}


def which_side(token: Token, keys: Keys) -> Screen:
    """Ask whether to go long or short."""
    is_paper = keys.mode is Mode.PAPER
    short = (key(keys, say("Short"), "lev", token.token_id),) if is_paper else ()
    return Screen(
        text=lines(
            headed(keys.mode, marked("Open {token}", token=named(token.symbol, 16))),
            say("Long gains when the price rises, short when it falls.")
            if is_paper
            else say("With real money there are longs only: you buy the token itself."),
        ),
        rows=(
            (key(keys, say("Long"), "size", token.token_id, "l1"), *short),
            (key(keys, say("Back"), "card", token.token_id),),
        ),
    )


def which_leverage(token: Token, limit: int, keys: Keys) -> Screen:
    """Ask for a short's leverage, up to what the role allows."""
    offered = [leverage for leverage in _LEVERAGES if leverage <= limit] or [1]
    buttons = (
        key(keys, f"x{leverage}", "size", token.token_id, f"s{leverage}") for leverage in offered
    )
    return Screen(
        text=lines(
            headed(keys.mode, marked("Short {token}", token=named(token.symbol, 16))),
            say("How much leverage? More of it is liquidated sooner."),
        ),
        rows=(*in_rows(buttons), (key(keys, say("Back"), "card", token.token_id),)),
    )


def which_size(
    token: Token,
    side: Side,
    leverage: int,
    cash_lamports: int,
    keys: Keys,
    *,
    report: SafetyReport | None = None,
) -> Screen:
    """Ask for a size, scaled to what is free in the wallet, with a word on the token's safety."""
    code = order_code(side, leverage)
    sizes = tuple(
        key(keys, figures.with_sol(size), "go", token.token_id, f"{code}x{size}")
        for size in preset_sizes(cash_lamports)
    )
    last: tuple[Button, ...] = (
        key(keys, say("Amount…"), "ask", token.token_id, code),
        key(keys, say("Back"), "card", token.token_id),
    )
    return Screen(
        text=lines(
            headed(keys.mode, _order(token, side, leverage)),
            say("How much margin?") if side is Side.SHORT else say("How much to spend?"),
            say("{cash} free", cash=figures.with_sol(cash_lamports)),
            safety.short_line(report),
        ),
        rows=(sizes, last) if sizes else (last,),
    )


def ask_size(token: Token, side: Side, leverage: int, mode: Mode) -> Screen:
    """Ask for a size to be typed."""
    return Screen(
        text=lines(
            headed(mode, _order(token, side, leverage)),
            say("How many SOL? Type a number like 2.5, or /cancel."),
        ),
        ask=say("SOL, like {example}", example="2.5"),
    )


def preset_sizes(cash_lamports: int) -> tuple[int, ...]:
    """Give three round sizes in lamports that fit a wallet, fewer if it is nearly empty."""
    if cash_lamports >= _USUAL_FROM:
        return _USUAL_SIZES
    shares = (_round_down(cash_lamports * share // 100) for share in _SHARES_PERCENT)
    return tuple(sorted({size for size in shares if size > 0}))


def order_code(side: Side, leverage: int) -> str:
    """Give side and leverage as a button carries them: `l1`, `s3`."""
    return f"{_LETTERS[side]}{leverage}"


def read_order_code(code: str) -> tuple[Side, int] | None:
    """Read what `order_code` wrote; None for anything else."""
    side, digits = _SIDES.get(code[:1]), code[1:]
    if side is None or not (digits.isascii() and digits.isdigit()) or len(digits) > 3:  # noqa: PLR2004 (a leverage)
        return None
    return side, int(digits)


def order_words(side: Side, leverage: int) -> str:
    """Say side and leverage."""
    if side is Side.LONG:
        return say("Buy")
    return say("Short") if leverage == 1 else say("Short x{leverage}", leverage=leverage)


def _order(token: Token, side: Side, leverage: int) -> Text:
    return Text(f"{order_words(side, leverage)} ", named(token.symbol, 16))


def _round_down(lamports: int) -> int:
    """Keep one significant digit, so that a button reads well."""
    if lamports < LAMPORTS_PER_SOL // 100:
        return 0
    value = Decimal(lamports)
    return int(value.quantize(Decimal(1).scaleb(value.adjusted()), ROUND_FLOOR))
