"""A flood is answered once, then met with silence until it calms; nobody else is slowed."""

import pytest

from bot.domain.users import Role
from bot.telegram.application import Application
from bot.telegram.throttle import Throttle, Verdict
from tests.builders.chance import seeded
from tests.builders.chat_updates import ANN, BOB, GROUP
from tests.builders.views import a_user
from tests.fakes.hand_clock import HandClock
from tests.telegram.conftest import BOT_NAME, ChatDoor, text_of

PER_MINUTE = 12
ADMITTED, TOLD, SILENT, HEAVY = Verdict.ADMITTED, Verdict.TOLD, Verdict.SILENT, Verdict.HEAVY


@pytest.fixture
def busy(door: ChatDoor) -> ChatDoor:
    """A door that lets a basic person send twelve a minute."""
    door.application = Application(
        services=door.services,
        inbox=door.inbox,
        clock=door.clock,
        chance=seeded(7),
        bot_name=BOT_NAME,
        throttle=Throttle(clock=door.clock, per_minute=PER_MINUTE),
    )
    return door


async def test_a_flood_is_answered_once_and_then_met_with_silence(busy: ChatDoor) -> None:
    answers = [await busy.say("/help") for _ in range(100)]
    said = [text_of(one[0]) for one in answers if one]
    assert len(said) == PER_MINUTE + 1
    assert "too fast" in said[-1]
    assert await busy.say("/help", sender=BOB) != [], "others are answered"
    busy.clock.advance(10)
    assert await busy.say("/help") == [], "not yet calm"
    busy.clock.advance(10)
    assert await busy.say("/help") != []


async def test_a_flood_of_presses_does_nothing(busy: ChatDoor) -> None:
    presses = [await busy.press(busy.button("buy", 7, "1000000000")) for _ in range(50)]
    assert len(busy.services.booked) == PER_MINUTE
    assert [one.method for one in presses[PER_MINUTE]] == ["answerCallbackQuery"]
    assert "too fast" in text_of(presses[PER_MINUTE][0])


async def test_a_button_pressed_in_vain_stops_spinning_without_a_word_and_within_bounds(
    busy: ChatDoor,
) -> None:
    presses = [await busy.press(busy.button("help")) for _ in range(1_000)]
    vain = presses[PER_MINUTE + 1 :]
    freed = [each for each in vain if each]
    assert freed == vain[:PER_MINUTE], "as often as one may press, then not at all"
    assert {one.method for each in freed for one in each} == {"answerCallbackQuery"}
    assert {text_of(one) for each in freed for one in each} == {""}
    assert await busy.say("/help") == [], "what is written is met with plain silence"
    assert len(await busy.press(busy.button("help", owner=BOB), presser=BOB)) > 1, "Bob is not"


async def test_a_heavy_command_is_worth_several(busy: ChatDoor) -> None:
    for _ in range(2):
        assert "too fast" not in text_of((await busy.say("/chart WIF"))[0])
    assert "too fast" in text_of((await busy.say("/chart WIF"))[0])


async def test_the_brake_is_never_throttled(busy: ChatDoor) -> None:
    for _ in range(30):
        await busy.say("/help")
    assert "Stop your trading" in text_of((await busy.say("/panic"))[0])


@pytest.mark.parametrize(("role", "times"), [(Role.BASIC, 1), (Role.PREMIUM, 2), (Role.ADMIN, 5)])
def test_roles_have_more(role: Role, times: int) -> None:
    throttle = Throttle(clock=HandClock(), per_minute=PER_MINUTE)
    user = a_user(ANN, role=role)
    verdicts = [throttle.admit(user, ANN) for _ in range(PER_MINUTE * times + 3)]
    assert verdicts == [ADMITTED] * PER_MINUTE * times + [TOLD, SILENT, SILENT]


def test_a_group_and_everybody_together_have_a_limit_too() -> None:
    throttle = Throttle(clock=HandClock(), per_minute=PER_MINUTE)
    in_group = [throttle.admit(a_user(one), GROUP) for one in range(1, 5 * PER_MINUTE + 3)]
    assert in_group.count(ADMITTED) == 5 * PER_MINUTE
    assert in_group[-2:] == [TOLD, SILENT]
    everybody = [throttle.admit(a_user(one), one) for one in range(1, 250 * PER_MINUTE + 3)]
    assert everybody.count(ADMITTED) + 5 * PER_MINUTE == 250 * PER_MINUTE


def test_zero_means_no_limit() -> None:
    throttle = Throttle(clock=HandClock(), per_minute=0)
    assert {throttle.admit(a_user(), 1, 99) for _ in range(1_000)} == {ADMITTED}


def test_heavy_work_has_a_limit_of_its_own_and_what_is_light_goes_on() -> None:
    clock = HandClock()
    throttle = Throttle(clock=clock, per_minute=100, heavy_per_minute=12)
    user = a_user(ANN)
    verdicts = [throttle.admit(user, ANN, 5) for _ in range(4)]
    assert verdicts == [ADMITTED, ADMITTED, HEAVY, HEAVY]
    assert throttle.heavy_wait_seconds(user, ANN, 5) == 15
    assert throttle.admit(user, ANN) is ADMITTED
    assert throttle.admit(a_user(BOB), BOB, 5) is ADMITTED
    clock.advance(15)
    assert throttle.admit(user, ANN, 5) is ADMITTED
    assert throttle.admit(a_user(ANN, role=Role.ADMIN), ANN, 20) is HEAVY


def test_a_cost_above_the_whole_budget_takes_all_of_it_and_can_still_be_had() -> None:
    throttle = Throttle(clock=HandClock(), per_minute=100, heavy_per_minute=12)
    assert throttle.admit(a_user(ANN), ANN, 20) is ADMITTED
    assert throttle.admit(a_user(ANN), ANN, 2) is HEAVY


def test_heavy_work_of_a_group_and_of_everybody_is_bounded_too() -> None:
    throttle = Throttle(clock=HandClock(), per_minute=100, heavy_per_minute=10)
    in_group = [throttle.admit(a_user(one), GROUP, 10) for one in range(1, 5)]
    assert in_group == [ADMITTED, ADMITTED, HEAVY, HEAVY]
    alone = [throttle.admit(a_user(one), one, 10) for one in range(10, 40)]
    assert alone.count(ADMITTED) == 20 - 2


def test_asking_for_heavy_work_over_and_over_ends_in_silence() -> None:
    throttle = Throttle(clock=HandClock(), per_minute=PER_MINUTE, heavy_per_minute=5)
    verdicts = [throttle.admit(a_user(ANN), ANN, 5) for _ in range(20)]
    assert verdicts[:2] == [ADMITTED, HEAVY]
    assert verdicts.count(TOLD) == 1
    assert verdicts[-1] is SILENT


async def test_a_chart_too_many_is_refused_with_the_time_to_wait(busy: ChatDoor) -> None:
    busy.application = Application(
        services=busy.services,
        inbox=busy.inbox,
        clock=busy.clock,
        chance=seeded(7),
        bot_name=BOT_NAME,
        throttle=Throttle(clock=busy.clock, per_minute=120, heavy_per_minute=10),
    )
    for _ in range(2):
        await busy.say("/chart WIF")
    refused = text_of((await busy.say("/chart WIF"))[0])
    assert "Ask again in 30 s" in refused
    assert "Ask again" not in text_of((await busy.say("/help"))[0])
