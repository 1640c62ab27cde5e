"""Risk and emergency stops in the chat: asked first, answered by the asker alone, and only once."""

import pytest

from bot.domain.risk import RiskLimit, StopRule
from bot.domain.users import Mode, Role
from bot.telegram.callbacks import Keys
from bot.telegram.screens import stops
from tests.builders.chat_updates import ANN, GROUP
from tests.fakes.guards import a_stop
from tests.telegram.conftest import ChatDoor, buttons_of, text_of

KEYS = Keys(owner=ANN, nonce="hkxyzabcde", bot_name="b")

STRANGER = 2002


async def test_panic_asks_first_and_does_what_was_pressed(door: ChatDoor) -> None:
    question = await door.ask("/panic")
    assert "2 open positions" in text_of(question)
    buttons = buttons_of(question)
    assert list(buttons) == ["No", "Pause", "Pause and close all"]
    assert door.services.stops.pulled == []
    notices = await door.press(buttons["Pause and close all"])
    assert [stop.closes for stop in door.services.stops.pulled] == [True]
    assert "Closing 2 open positions" in text_of(notices[-1])
    again = await door.press(buttons["Pause"])
    assert "question is over" in str(again[0].payload)
    assert len(door.services.stops.pulled) == 1


async def test_no_stops_nothing(door: ChatDoor) -> None:
    question = await door.ask("/panic")
    notices = await door.press(buttons_of(question)["No"])
    assert "Nothing was stopped" in text_of(notices[-1])
    assert door.services.stops.pulled == []


async def test_an_answer_that_comes_late_stops_nothing(door: ChatDoor) -> None:
    buttons = buttons_of(await door.ask("/panic"))
    door.clock.advance(16 * 60)
    notices = await door.press(buttons["Pause"])
    assert "question is over" in str(notices[0].payload)
    assert door.services.stops.pulled == []


async def test_an_admin_halts_a_token_from_a_group_and_only_they_can_confirm(
    door: ChatDoor,
) -> None:
    door.services.role = Role.ADMIN
    question = (await door.say("/halt WIF close its pool is drained", chat=GROUP))[0]
    words = text_of(question)
    assert "Pause entries in WIF, and close all of it?" in words
    assert "its pool is drained" in words
    assert "only they can answer" in words
    yes = buttons_of(question)["Yes, stop"]
    refused = await door.press(yes, chat=GROUP, presser=STRANGER)
    assert "can use these buttons" in str(refused[0].payload)
    assert door.services.stops.pulled == []
    await door.press(yes, chat=GROUP)
    (stop,) = door.services.stops.pulled
    assert (stop.token_id, stop.closes, stop.reason) == (7, True, "its pool is drained")


@pytest.mark.parametrize("role", [Role.BASIC, Role.PREMIUM])
@pytest.mark.parametrize(
    "words",
    ["/halt all", "/halt WIF close", "/resume all", "/resume WIF", "/halt 2002", "/resume @1001"],
)
async def test_nobody_but_admins_touches_everybodys_trading(
    door: ChatDoor, role: Role, words: str
) -> None:
    door.services.role = role
    assert "may not do that" in text_of(await door.ask(words))
    assert (door.services.stops.pulled, door.services.stops.lifted) == ([], [])


@pytest.mark.parametrize("name", ["2002", "@2002"])
async def test_an_admin_halts_one_person_by_their_number(door: ChatDoor, name: str) -> None:
    door.services.role = Role.ADMIN
    question = await door.ask(f"/halt {name} close too many complaints")
    assert "Pause the entries of user 2002, and close what they have open?" in text_of(question)
    assert "It is for user 2002 alone. 2 open positions would be closed." in text_of(question)
    pulled = await door.press(buttons_of(question)["Yes, stop"])
    assert "/resume 2002" in text_of(pulled[-1])
    (stop,) = door.services.stops.pulled
    assert (stop.user_id, stop.token_id, stop.reason) == (2002, None, "too many complaints")
    assert "Entries are free again: user 2002's" in text_of(await door.ask(f"/resume {name}"))
    assert door.services.stops.lifted == [2002]


@pytest.mark.parametrize("name", ["@ann", "@0", "@1e3", "@-5", "@" + "9" * 40])
async def test_a_person_is_never_named_by_name(door: ChatDoor, name: str) -> None:
    door.services.role = Role.ADMIN
    assert "named by their Telegram number" in text_of(await door.ask(f"/halt {name}"))
    assert door.services.stops.pulled == []


def test_the_person_hears_of_it_and_of_its_end() -> None:
    stop = a_stop(rule=StopRule.ADMIN, reason="complaints", closes=True)
    line = stops.StopLine(stop=stop, token=None, positions=2)
    words = stops.halted(line, KEYS).text.render()[0]
    assert "An admin has paused your entries" in words
    assert "complaints" in words
    assert "2 open positions of yours" in words
    assert "freed your entries" in stops.released(line, KEYS).text.render()[0]
    own = stops.stop_words(stop, None, is_own=True).render()[0]
    assert "yours, by an admin" in own


async def test_resume_lifts_ones_own_stop_and_an_admins_named_one(door: ChatDoor) -> None:
    assert "Entries are free again" in text_of(await door.ask("/resume"))
    door.services.role = Role.ADMIN
    await door.ask("/resume WIF refilled")
    await door.ask("/resume all")
    assert door.services.stops.lifted == [ANN, 7, None]


async def test_risk_shows_score_reasons_limits_and_locks(door: ChatDoor) -> None:
    words = text_of(await door.ask("/risk"))
    assert words.startswith("PAPER · Risk 22 of 100")
    assert "12/20 heat: 60% of equity is lost" in words
    assert "daily_loss: 1.2% of 5% lost today (UTC) (yours)" in words
    assert "🔒 #3 WIF until 12:30 UTC: a stop was just reached" in words


@pytest.mark.parametrize(
    ("typed", "limit", "value"),
    [
        ("daily_loss 5%", RiskLimit.DAILY_LOSS, 500),
        ("Drawdown 12.5", RiskLimit.DRAWDOWN, 1250),
        ("positions 3", RiskLimit.POSITIONS, 3),
        ("cooldown 10m", RiskLimit.COOLDOWN, 600),
        ("concentration role", RiskLimit.CONCENTRATION, None),
    ],
)
async def test_a_limit_is_set_as_typed(
    door: ChatDoor, typed: str, limit: RiskLimit, value: int | None
) -> None:
    await door.ask(f"/risk set {typed}")
    assert door.services.risk.limits == {limit: value}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("set luck 5%", "no limit of mine"),
        ("set daily_loss", "I don't know what to do with"),
        ("forget daily_loss 5%", "I don't know what to do with"),
        ("set daily_loss 101%", "not a whole percentage"),
        ("set daily_loss 1e9", "number form"),
        ("set daily_loss -5", "number form"),
        ("set positions many", "number"),
    ],
)
async def test_what_is_no_limit_is_refused_and_changes_nothing(
    door: ChatDoor, typed: str, words: str
) -> None:
    assert words in text_of(await door.ask(f"/risk {typed}"))
    assert door.services.risk.limits == {}


async def test_a_lock_is_lifted_by_button_and_by_number(door: ChatDoor) -> None:
    listed = await door.ask("/locks")
    await door.press(buttons_of(listed)["Unlock #3"])
    await door.ask("/unlock 3")
    assert door.services.risk.lifted == [3, 3]
    assert "no lock #4" in text_of(await door.ask("/unlock 4"))


def test_the_progress_says_what_is_left() -> None:
    line = stops.StopLine(stop=a_stop(planned=3, closes=True), token=None)
    assert "Closed 2 of 3" in stops.progress(line, 1, Mode.PAPER).text.render()[0]
    done = stops.progress(line, 0, Mode.PAPER).text.render()[0]
    assert "Closed all 3" in done
    assert "/resume" in done
