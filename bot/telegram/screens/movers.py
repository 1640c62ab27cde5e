"""What rose and what fell most, with the way to each token."""

from bot.services.movers import Movement, Span
from bot.services.token_lines import TokenLine
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, in_rows, key, label, lines, named
from bot.telegram.rich_text import Bold, Text
from bot.telegram.screens import figures
from bot.words.speech import say, say_count

_MOST_KEYS = 6


def movers(movement: Movement, keys: Keys) -> Screen:
    """Show both ends of the day, or of the hour."""
    span, shown = movement.span, (*movement.gainers, *movement.losers)
    other = Span.DAY if span is Span.HOUR else Span.HOUR
    tokens = in_rows(
        key(keys, label(line.token.symbol), "card", line.token.token_id)
        for line in (*movement.gainers[:3], *movement.losers[:3])[:_MOST_KEYS]
    )
    return Screen(
        text=lines(
            headed(keys.mode, say("Movers · {span}", span=span.value)),
            *_side(say("Up"), movement.gainers, span),
            *_side(say("Down"), movement.losers, span),
            "" if shown else say("Nothing has moved that I have kept for long enough. Try later."),
            say(
                "{compared}, prices up to {age} old",
                compared=_compared(movement.compared),
                age=_oldest(shown),
            )
            if shown
            else "",
        ),
        rows=(
            *tokens,
            (
                key(keys, say("Last {span}", span=other.value), "movers", argument=other.value),
                key(keys, say("Refresh"), "movers", argument=span.value),
            ),
        ),
    )


def _side(title: str, found: tuple[TokenLine, ...], span: Span) -> list[Text]:
    return [Text(Bold(title)), *(_line(line, span) for line in found)] if found else []


def _line(line: TokenLine, span: Span) -> Text:
    change = line.change_1h if span is Span.HOUR else line.change_24h
    sign = "🟢" if change is not None and change >= 0 else "🔴"
    moved = "" if change is None else figures.signed_percent(change)
    price = "" if line.price is None else f" · {figures.token_price(line.token, line.price)} SOL"
    return Text(f"{sign} {moved} ", named(line.token.symbol, 16), price)


def _compared(count: int) -> str:
    return say_count("{count} token compared", "{count} tokens compared", count)


def _oldest(shown: tuple[TokenLine, ...]) -> str:
    return figures.duration(max(line.age_seconds or 0.0 for line in shown))
