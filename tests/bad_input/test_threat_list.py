"""The threat list, ticked off: where each numbered case is tried, or why it cannot be yet."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
NOT_THERE = {
    "D61": "a Mini App: the account page is entered by a one-time link",
    "D62": "a Mini App, so no initData to replay; a link works once",
}
ELSEWHERE = {
    "A14": ("services/test_resting_orders.py", "what_is_reached_already_or_too_much_is_refused"),
    "B17": ("journeys/test_exactly_once.py", "from_before_a_restart_is_already_done"),
    "B26": ("telegram/test_chat_poller.py", "terminated by other getUpdates request"),
    "D48": ("web/test_door_routes.py", "the_webhook_keeps_to_its_secret"),
    "D49": ("journeys/test_webhook.py", '"X-Forwarded-For": "149.154.167.220"'),
    "D57": ("telegram/test_chat_groups.py", "where_telegram_tells_nothing_sure_nobody_is_an_admin"),
    "D65": ("telegram/test_chat_sender.py", "retry after 35"),
    "D66": (
        "telegram/test_chat_notice_order.py",
        "who_blocked_the_bot_is_marked_and_spared_until_they_write",
    ),
    "E75": ("properties/test_spreadsheet_cells.py", "=HYPERLINK("),
    "E76": ("observability/test_logging_redacts.py", "INFO paid"),
}
CASES = [
    *(f"A{number}" for number in range(1, 15)),
    *(f"B{number}" for number in range(15, 31)),
    *(f"D{number}" for number in range(48, 69)),
    *(f"E{number}" for number in range(69, 81)),
    "F81",
    *("T2", "T4", "T9"),
]
NAMED = re.compile(r"\b([ABDEFT])([0-9]{1,2})(?: to (?:\1)?([0-9]{1,2}))?\b")


def tried() -> set[str]:
    """Give the cases that a docstring, a parameter or its id names in this folder."""
    found = set()
    for path in Path(__file__).parent.glob("test_bad_*.py"):
        text = path.read_text("utf-8").partition('"""\n')[2]
        found |= numbers(text)
    for name in ("test_forged_buttons.py", "test_hostile_screens.py"):
        found |= numbers((Path(__file__).parent / name).read_text("utf-8"))
    return found


def numbers(text: str) -> set[str]:
    """Give the cases named, `B27 to B30` being four."""
    return {
        f"{letter}{number}"
        for letter, first, last in NAMED.findall(text)
        for number in range(int(first), int(last or first) + 1)
    }


def test_every_case_is_tried_here_or_elsewhere_or_has_nothing_to_be_tried_on() -> None:
    missing = set(CASES) - tried() - set(ELSEWHERE) - set(NOT_THERE)
    assert missing == set()


def test_what_is_tried_elsewhere_is_there() -> None:
    for case, (name, words) in ELSEWHERE.items():
        assert words in (TESTS / name).read_text("utf-8"), case


def test_a_range_of_cases_is_every_one_of_them() -> None:
    assert numbers("B27 to B30, and A1; E72") == {"B27", "B28", "B29", "B30", "A1", "E72"}
