"""What live costs beside paper: the running haircut by token and by size, and paper's own model."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from bot.domain.landing_model import LandingModel
from bot.domain.twins import Haircut, SizeClass
from bot.domain.users import Mode
from bot.services.twins import TwinsView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, key, lines, named
from bot.telegram.rich_text import Bold, Text
from bot.telegram.screens import figures
from bot.words.speech import later, say, say_count

_SIZES: Mapping[SizeClass, str] = {
    SizeClass.TINY: later("below 0.1 SOL"),
    SizeClass.SMALL: later("0.1 to 1 SOL"),
    SizeClass.MIDDLE: later("1 to 10 SOL"),
    SizeClass.LARGE: later("10 SOL and more"),
}


def twins(view: TwinsView, keys: Keys) -> Screen:
    """Show the haircut of all, of each token and of each size."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, say("Live beside its paper twins")),
            *_haircuts(view),
            Bold(say("What paper takes for the way to the chain")),
            _model(view.model),
        ),
        rows=((key(keys, say("My stage"), "gate"), key(keys, say("Refresh"), "twin")),),
    )


def _haircuts(view: TwinsView) -> list[Text | str]:
    if view.whole is None:
        return [
            say("No live order with a twin yet."),
            say("Each live order is decided on paper at the same moment; here is what differs."),
        ]
    latency = view.typical_latency
    by_token = (Text(named(token.symbol, 16), "  ", _cut(cut)) for token, cut in view.by_token)
    by_size = (Text(say(_SIZES[size]), "  ", _cut(cut)) for size, cut in view.by_size)
    return [
        Bold(_cut(view.whole)),
        say(
            "In all {sol} less than paper would have brought.",
            sol=figures.with_sol(view.whole.lost_lamports),
        ),
        "" if latency is None else say("Typically {time} to the fill.", time=_seconds(latency)),
        Bold(say("By token")),
        *by_token,
        Bold(say("By size")),
        *by_size,
    ]


def _cut(cut: Haircut) -> str:
    return say_count(
        "{median} less, {mean} by size · {count} order",
        "{median} less, {mean} by size · {count} orders",
        cut.orders,
        median=figures.percent(cut.median),
        mean=figures.percent(cut.mean),
    )


def _model(model: LandingModel) -> str:
    delay = figures.number(Decimal(str(round(model.delay_seconds, 2))))
    if not model.orders:
        return say(
            "{seconds} s, as whoever runs me has set it: too few live orders yet.", seconds=delay
        )
    return say_count(
        "{seconds} s, and {share} of the tries fail: measured from {count} live order.",
        "{seconds} s, and {share} of the tries fail: measured from {count} live orders.",
        model.orders,
        seconds=delay,
        share=figures.percent(model.failure_share),
    )


def _seconds(length: timedelta) -> str:
    seconds = figures.number(Decimal(str(round(length.total_seconds(), 1))))
    return say("{seconds} s", seconds=seconds)
