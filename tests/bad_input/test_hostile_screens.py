"""T9 of the threat list: five hundred hostile names through every screen that shows a token."""

import random
from itertools import islice

from bot.telegram.layout import LONGEST_MESSAGE, to_send, utf16_units
from tests.bad_input.quarter import HOSTILE_NAMES
from tests.builders.views import a_token
from tests.telegram.test_chat_screens import marked_text, require_telegram_takes, screens_of

BAITS = ("@", "://", "t.me", "<", "$", "#", "tg:")
NAMES = 500


def hostile(chance: random.Random) -> str:
    pieces = chance.choices([*HOSTILE_NAMES, " ", "x", "\U0001f600", "$", "#a"], k=3)
    return "".join(piece[:400] for piece in pieces)


def test_no_name_reaches_telegram_as_anything_but_text() -> None:
    chance = random.Random(9)  # noqa: S311 (a seeded chance)
    calm = [marked_text(to_send(screen, 1001)) for screen in screens_of(a_token())]
    for _ in range(NAMES):
        name = hostile(chance)
        which = chance.randrange(len(calm))
        screens = screens_of(a_token(symbol=name, name=name), name)
        notice = to_send(next(islice(screens, which, None)), 1001)
        require_telegram_takes(notice)
        assert utf16_units(str(notice.payload["text"])) <= LONGEST_MESSAGE
        shown = marked_text(notice)
        for bait in BAITS:
            assert shown.count(bait) <= calm[which].count(bait), (bait, ascii(name))
