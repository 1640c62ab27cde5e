"""The question before real money moves: the exact quote in numbers, and until when it stands."""

from datetime import datetime
from decimal import Decimal

from bot.domain.live_choices import LiveChoice
from bot.domain.live_orders import WHOLE_BPS, LiveSide
from bot.domain.positions import Side
from bot.domain.presets import in_percent
from bot.domain.users import Mode
from bot.services.live_asking import LiveQuestion
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, danger, headed, key, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.order_phrases import exit_words
from bot.words.speech import say


def ask(question: LiveQuestion, keys: Keys, *, until: datetime, seconds: int) -> Screen:
    """Ask whether to place an order; no answer means no."""
    is_buy = question.wish.side is LiveSide.BUY
    return Screen(
        text=lines(
            headed(Mode.LIVE, _title(question)),
            _whole(question),
            _outcome(question),
            _price(question),
            _paper(question),
            _costs(question),
            _exits(question),
            say(
                "⏳ Until {time} UTC ({seconds} s); no answer means no.",
                time=figures.time_of_day(until),
                seconds=seconds,
            ),
        ),
        rows=(
            (
                danger(keys, say("Buy, real money") if is_buy else say("Sell, real money"), "lgo"),
                key(keys, say("No"), "lno"),
            ),
            *_asked_again(question, keys),
        ),
    )


def _exits(question: LiveQuestion) -> str:
    if not question.wish.exits:
        return ""
    return say("Comes with {exits}", exits=exit_words(question.wish.exits, Side.LONG))


def _asked_again(question: LiveQuestion, keys: Keys) -> Rows:
    """Give the button for a new quote; it could not carry exits."""
    if question.wish.exits:
        return ()
    return ((again(question.wish.side, keys, *_target(question)),),)


def again(side: LiveSide, keys: Keys, target: int, amount: int) -> Button:
    """Give the button that asks the same again: lamports of a token, percent of a position."""
    letter = "b" if side is LiveSide.BUY else "s"
    return key(keys, say("New quote"), "lask", target, f"{letter}{amount}")


def refused(words: Text, row: tuple[Button, ...]) -> Screen:
    """Say in the question's place why nothing was placed."""
    return Screen(
        text=lines(headed(Mode.LIVE, say("Nothing was bought or sold")), words), rows=(row,)
    )


def dropped(keys: Keys) -> Screen:
    """Say that the person said no."""
    return Screen(
        text=lines(headed(Mode.LIVE, say("Nothing was bought or sold"))), rows=_after(keys)
    )


def choices(choice: LiveChoice, keys: Keys) -> Screen:
    """Show how somebody trades live, and how to change it."""
    slip = in_percent(choice.slippage_bps)
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("How you trade with real money")),
            say("A fill may be {slip} worse than its quote: /slippage 0.5%", slip=slip),
            say("Buttons act at once, without a question: /onetap off")
            if choice.is_one_tap
            else say("Buttons ask first, as words do: /onetap on"),
        ),
        rows=_after(keys),
    )


def _after(keys: Keys) -> Rows:
    return ((key(keys, say("Positions"), "poss"), key(keys, say("Wallet"), "wallet")),)


def _target(question: LiveQuestion) -> tuple[int, int]:
    wish = question.wish
    return wish.position_number or wish.token_id, question.asked


def _title(question: LiveQuestion) -> Text:
    wish, symbol = question.wish, named(question.token.symbol, 16)
    if wish.side is LiveSide.BUY:
        sol = figures.with_sol(wish.amount_in)
        return marked("Buy {token} for {sol}?", token=symbol, sol=sol)
    return marked(
        "Sell {amount} {token} of #{number}?",
        amount=figures.amount(question.token, wish.amount_in),
        token=symbol,
        number=str(wish.position_number),
    )


def _whole(question: LiveQuestion) -> str:
    """Say what share of the whole it is: who typed `all` or `50%` is shown the number."""
    wish, token = question.wish, question.token
    share = figures.percent(figures.share(wish.amount_in, question.whole))
    if wish.side is LiveSide.BUY:
        return say(
            "{share} of your wallet's {cash}",
            share=share,
            cash=figures.with_sol(question.cash_lamports),
        )
    if wish.amount_in == question.whole:
        return say("all of it: {amount}", amount=figures.amount(token, question.whole))
    return say("{share} of {amount}", share=share, amount=figures.amount(token, question.whole))


def _outcome(question: LiveQuestion) -> Text:
    return marked(
        "You get about {amount}, at least {least} (slippage {slip})",
        amount=_got(question, question.quote.out_amount),
        least=_got(question, question.wish.least_out),
        slip=in_percent(question.wish.slippage_bps),
    )


def _got(question: LiveQuestion, units: int) -> Text | str:
    if question.wish.side is LiveSide.SELL:
        return figures.with_sol(units)
    return Text(f"{figures.amount(question.token, units)} ", named(question.token.symbol, 16))


def _price(question: LiveQuestion) -> str:
    quote = question.quote
    return say(
        "{price} SOL each · impact {impact} · venue's fee {fee}",
        price=figures.token_price(question.token, question.price),
        impact=figures.percent(max(Decimal(0), quote.price_impact)),
        fee=figures.percent(Decimal(quote.fee_bps) / WHOLE_BPS),
    )


def _paper(question: LiveQuestion) -> Text | str:
    twin = question.intent.twin
    if twin is None:
        return ""
    got = twin.token_units if twin.bought else twin.sol_lamports
    return marked("Paper would give {amount} now", amount=_got(question, got))


def _costs(question: LiveQuestion) -> str:
    intent = question.intent
    return say(
        "Network up to {fee} a try, account rent up to {rent}; {held} held until it is done",
        fee=figures.with_sol(intent.most_fee_lamports + intent.most_tip_lamports),
        rent=figures.with_sol(intent.most_rent_lamports),
        held=figures.with_sol(intent.hold_lamports),
    )
