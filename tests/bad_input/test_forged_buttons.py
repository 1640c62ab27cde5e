"""T4 of the threat list: ten thousand forged notes on buttons, and none of them acts."""

import random
from datetime import UTC, datetime

import pytest

from bot.domain.errors import Refusal
from bot.telegram import action_table
from bot.telegram.callbacks import MOST_BYTES, Press, new_nonce, read_press

ACTIONS = [action.name for action in action_table.TABLE]
NOW = datetime(2026, 11, 21, tzinfo=UTC)
FORGERIES = 10_000
LETTERS = "k:az09-_+ \u0661\uff12\u202e\0\ud83d"


def forged(chance: random.Random) -> str:
    if chance.random() < 0.3:
        return "".join(chance.choices(LETTERS, k=chance.randint(0, 80)))
    parts = (
        chance.choice([*ACTIONS, "admin", "", "BUY"]),
        chance.choice(["1001", "0", "-1", "1_001", "9" * 17, "\u0661", "True"]),
        chance.choice(["7", "-7", "", "1e9", "9" * 12]),
        chance.choice(["", "1000000000", "-5", "l1", "9" * 19, "1.5", "NaN"]),
        chance.choice([new_nonce(NOW, chance), "zzzzzzzzzz", "", "0" * 10, "aaaaa"]),
    )
    return "k:" + ":".join(parts)


def test_a_forged_note_is_refused_or_says_exactly_what_it_seems_to() -> None:
    chance = random.Random(4)  # noqa: S311 (a seeded chance)
    read = 0
    for _ in range(FORGERIES):
        data = forged(chance)
        try:
            press = read_press(data, NOW)
        except Refusal as refusal:
            assert refusal.code == "bad_button"  # noqa: PT017 (ten thousand of them)
            continue
        read += 1
        assert press.pack() == data
        assert len(data.encode()) <= MOST_BYTES
        assert press.owner >= 0
    assert 0 < read < FORGERIES // 10, "the forgeries are close to the real thing, and few pass"


@pytest.mark.parametrize("owner", [1001, 1002])
def test_the_control_of_a_genuine_note_is_read(owner: int) -> None:
    nonce = new_nonce(NOW, random.Random(1))  # noqa: S311 (a seeded chance)
    data = Press(action="buy", owner=owner, target=7, argument="5", nonce=nonce).pack()
    assert read_press(data, NOW).owner == owner
