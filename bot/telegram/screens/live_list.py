"""A person's live orders: a line for each, and one of them with its stages."""

from collections.abc import Iterator, Sequence

from bot.domain.instruments import Token
from bot.domain.live_orders import AttemptState, IntentState, LiveIntent, LiveSide
from bot.domain.users import Mode
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, in_rows, key, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.live_orders import why_nothing
from bot.telegram.screens.live_progress import stages
from bot.words.speech import later, say

_STANDINGS = {
    IntentState.HELD: later("under way"),
    IntentState.FILLED: later("filled"),
    IntentState.FAILED: later("came to nothing"),
    IntentState.REFUSED: later("came to nothing"),
}
Orders = Sequence[tuple[LiveIntent, Token]]


def orders(found: Orders, keys: Keys) -> Screen:
    """List orders, the newest first."""
    refresh = key(keys, say("Refresh"), "llist")
    if not found:
        return Screen(
            text=lines(
                headed(Mode.LIVE, say("No orders yet")), say("/open WIF long 0.1 asks first.")
            ),
            rows=((refresh,),),
        )
    buttons = (key(keys, f"#{one.number}", "lone", one.number) for one, _ in found)
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Your newest orders")), *map(_line, *zip(*found, strict=True))
        ),
        rows=(*in_rows(buttons), (refresh,)),
    )


def one(intent: LiveIntent, token: Token, keys: Keys) -> Screen:
    """Show one order: how far it is, or how it ended."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, _line(intent, token)),
            *(stages(intent) if intent.attempts else ()),
            *_ending(intent),
        ),
        rows=(
            (key(keys, say("Refresh"), "lone", intent.number), key(keys, say("Orders"), "llist")),
        ),
    )


def under_way(found: Orders) -> Iterator[Text]:
    """Give a line for each order that is not at its end."""
    return (
        Text("⏳ ", _line(intent, token))
        for intent, token in found
        if intent.state is IntentState.HELD
    )


def _line(intent: LiveIntent, token: Token) -> Text:
    is_buy = intent.side is LiveSide.BUY
    size = figures.with_sol(intent.amount_in) if is_buy else figures.amount(token, intent.amount_in)
    return marked(
        "#{number} buy {token} for {size}: {state}"
        if is_buy
        else "#{number} sell {size} {token}: {state}",
        number=str(intent.number),
        token=named(token.symbol, 16),
        size=size,
        state=_state(intent),
    )


def _state(intent: LiveIntent) -> str:
    if intent.last is not None and intent.last.state is AttemptState.UNKNOWN:
        return say("not known yet")
    return say(_STANDINGS[intent.state])


def _ending(intent: LiveIntent) -> Iterator[str]:
    if intent.order_number is not None:
        yield say("order #{order} in /history", order=intent.order_number)
    elif intent.state is not IntentState.HELD:
        yield why_nothing(intent.end_reason)
