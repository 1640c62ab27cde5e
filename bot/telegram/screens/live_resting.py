"""What the owner of a live order that waits is asked and told; each begins with LIVE."""

from datetime import datetime
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent
from bot.domain.live_questions import Question, Why
from bot.domain.positions import Position
from bot.domain.resting import Resting, RestingAction, RestingKind, RestingState
from bot.domain.users import Mode
from bot.services.resting_views import Placed, RestingView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, danger, headed, key, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures, order_phrases
from bot.telegram.screens.phrases import refusal_words
from bot.telegram.screens.triggered import kind_name, level_text
from bot.words.speech import say, say_count


def asked(order: Resting, token: Token, question: Question, generation: int, keys: Keys) -> Screen:
    """Ask whether to carry an order out now, to keep it, or to cancel it."""
    return Screen(
        text=lines(_head(order, token), *question_lines(order, token, question)),
        rows=answer_rows(order, generation, keys),
    )


def question_lines(order: Resting, token: Token, question: Question) -> tuple[Text | str, ...]:
    """Say why nothing was done, and what there is to decide."""
    return (
        _why(order, token, question),
        say("Nothing was bought or sold. It waits for your word."),
    )


def asked_lines(view: RestingView) -> tuple[Text | str, ...]:
    """Say what the owner of an order is asked; nothing where nobody is."""
    question = Question.read(view.order.firing)
    if view.order.state is not RestingState.ASKED or question is None:
        return ()
    return question_lines(view.order, view.token, question)


def proposed(new: Placed, now: datetime, keys: Keys) -> Screen:
    """Show in numbers what would wait, and ask for a word within a minute."""
    first = new.orders[0]
    exits = order_phrases.exits_that_come(first)
    is_pair = first.group_number is not None
    return Screen(
        text=lines(
            headed(
                keys.mode,
                say_count("Let {count} order wait?", "Let {count} orders wait?", len(new.orders)),
                named(new.token.symbol, 16),
            ),
            *(f"#{one.number} {order_phrases.told(one, new.token, now)}" for one in new.orders),
            _all_of_it(new),
            say("Comes with {exits}", exits=exits) if exits else "",
            say("The first to fill cancels the other.") if is_pair else "",
            say(
                "Now {price} SOL · {until}",
                price=figures.token_price(new.token, new.price),
                until=order_phrases.waits_until(first),
            ),
            say("Real money. Nothing waits until you confirm, within a minute."),
        ),
        rows=(
            (
                danger(keys, say("Confirm"), "lrok", first.number, str(len(new.orders))),
                key(keys, say("No"), "lrno"),
            ),
        ),
    )


def dropped(keys: Keys) -> Screen:
    """Say that nothing of what was proposed waits."""
    return Screen(
        text=lines(headed(keys.mode, say("Nothing waits by that."))),
        rows=((key(keys, say("Orders"), "olist"), key(keys, say("Positions"), "poss")),),
    )


def answer_rows(order: Resting, generation: int, keys: Keys) -> Rows:
    """Give the buttons that answer; each names the order and the generation it was asked in."""
    number, asked_in = order.placed.number, str(generation)
    first: tuple[Button, ...] = (danger(keys, say("Execute now"), "lrnow", number, asked_in),)
    if order.placed.wait.level is not None or order.placed.kind is RestingKind.DCA:
        first = (*first, key(keys, say("Keep"), "lrkeep", number, asked_in))
    return (
        first,
        (
            key(keys, say("Cancel"), "ocut", number),
            key(keys, say("Order #{number}", number=number), "oone", number),
        ),
    )


def failed(
    order: Resting,
    intent: LiveIntent,
    token: Token,
    reason: str,
    *,
    state: RestingState,
    keys: Keys,
) -> Screen:
    """Say that an order's try came to nothing, why, and how it goes on."""
    rows: Rows = ()
    if state is RestingState.ASKED:
        rows = answer_rows(order, order.generation + 1, keys)
    elif state is RestingState.WORKING:
        number = order.placed.number
        rows = ((key(keys, say("Order #{number}", number=number), "oone", number),),)
    return Screen(
        text=lines(
            _head(order, token),
            say("Live order {number} for it came to nothing.", number=intent.number),
            refusal_words(Refusal(reason), token.symbol),
            _how_it_goes_on(order, state),
        ),
        rows=rows,
    )


def unprotected(
    intent: LiveIntent, position: Position, token: Token, refusal: Refusal, keys: Keys
) -> Screen:
    """Say that a purchase is booked without the exits it was to bring."""
    number = position.number
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Position #{number}", number=number), named(token.symbol, 16)),
            say("Live order {number} filled, but its exits were not placed.", number=intent.number),
            refusal_words(refusal, token.symbol),
            say("⚠️ Nothing protects it. Place a stop: /sl {number} -8%", number=number),
        ),
        rows=((key(keys, say("Stop…"), "xset", number, "s"),),),
    )


def executing(order_number: int, keys: Keys) -> Screen:
    """Say that an order is being carried out as its owner said."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Order #{number}", number=order_number)),
            say("Placed at the market. I tell you what it came to."),
        ),
        rows=((key(keys, say("Orders"), "olist"), key(keys, say("Positions"), "poss")),),
    )


def keeping(order_number: int, keys: Keys) -> Screen:
    """Say that an order waits on."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Order #{number}", number=order_number)),
            say("It waits on. Its level counts again once the price has come back to it."),
        ),
        rows=((key(keys, say("Orders"), "olist"), key(keys, say("Positions"), "poss")),),
    )


def _head(order: Resting, token: Token) -> Text:
    return headed(
        Mode.LIVE,
        marked(
            "{order} #{number} of {token}",
            order=_capital(kind_name(order.placed.kind)),
            number=str(order.placed.number),
            token=named(token.symbol, 16),
        ),
    )


def _all_of_it(new: Placed) -> str:
    """Say how much all is now, where an order sells all that is left."""
    is_for_all = any(
        one.action is RestingAction.CLOSE and one.token_units is None for one in new.orders
    )
    if new.position is None or not is_for_all:
        return ""
    amount = figures.amount(new.token, new.position.token_units)
    return say("All that is left is {amount} now.", amount=amount)


def _why(order: Resting, token: Token, question: Question) -> str:
    price = figures.token_price(token, question.price)
    wait = order.placed.wait
    if question.why is Why.GAP and wait.gauge is not None and wait.level is not None:
        return say(
            "Its level {level} was jumped by {gap} while nobody looked: the price is {price} SOL.",
            level=level_text(token, wait.gauge, wait.level),
            gap=figures.percent(question.gap or Decimal(0)),
            price=price,
        )
    if question.why is Why.LATE and wait.due_at is not None:
        return say(
            "Its time was {time} UTC, and I was away. The price is {price} SOL now.",
            time=figures.day_and_time(wait.due_at),
            price=price,
        )
    return say("It was tried again and again, and came to nothing each time.")


def _how_it_goes_on(order: Resting, state: RestingState) -> str:
    if state is RestingState.ASKED:
        return say("I do not try again by myself. It waits for your word.")
    if state is RestingState.REJECTED:
        return say("It is given up.")
    if order.placed.wait.level is None:
        return say("I try again.")
    return say("It is armed again, and fires while its level is reached.")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
