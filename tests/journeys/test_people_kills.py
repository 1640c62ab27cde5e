"""What takes two, in a bot that is killed in between and right after: done once, told once."""

from tests.journeys.people import ADA, ANN, BOB, Message, button
from tests.journeys.processes import Forks, environment_of
from tests.journeys.town import Town

_LAST_TO = """
    SELECT message_id FROM outbox WHERE chat_id = $1 AND state = 'sent' AND message_id IS NOT NULL
      AND payload ->> 'text' LIKE '%' || $2 || '%' ORDER BY notice_id DESC LIMIT 1
"""
_DONE = """
    SELECT action, count(*) FROM audit_log
    WHERE user_id = $1 AND action IN ('approval.asked', 'approval.given', 'role.changed')
    GROUP BY action ORDER BY action
"""


async def shown_to(town: Town, who: int, words: str) -> Message:
    """Wait until a message with these words has reached somebody, and give it."""

    async def has_come() -> bool:
        return await town.value(_LAST_TO, who, words) is not None

    await town.until(has_come, f"{who} reads {words!r}")
    message = await town.wire.message(who, await town.value(_LAST_TO, who, words))
    assert message is not None
    return message


async def test_a_promotion_survives_kills_between_its_two_admins_and_right_after(
    empty_town: Town, forks: Forks
) -> None:
    town = empty_town
    settings = town.settings(admin_ids=frozenset({ADA, BOB}), log_level="WARNING")
    environment = environment_of(settings)

    first = await forks.start(["run"], environment)
    for who in (ANN, BOB, ADA):
        await town.say(who, "/language en")
    question = await town.say(ADA, f"/promote {ANN} runs the night shift")
    asked = await town.press(ADA, question.message(), "Ask them")
    card = await shown_to(town, BOB, "runs the night shift")
    first.kill()
    assert await first.code() == -9, first.said()
    assert await town.value("SELECT role FROM users WHERE user_id = $1", ANN) == "basic"

    second = await forks.start(["run"], environment)
    hers = next(message for message in asked.messages if message["chat"]["id"] == ADA)
    own = await town.wire.touch(ADA, hers, button(card, "Approve"), forged=True)
    pressed = await town.wire.touch(BOB, card, button(card, "Approve"), wait=0)

    async def is_given() -> bool:
        return bool(await town.value("SELECT count(*) FROM approvals WHERE state = 'approved'"))

    await town.until(is_given, "the second admin has agreed")
    second.kill()
    assert await second.code() == -9, second.said()

    third = await forks.start(["run"], environment)
    await town.until(town.is_quiet, "what was left open is done")
    again = await town.wire.touch(BOB, card, button(card, "Approve"), forged=True)
    assert again["update_id"] > pressed["update_id"] > own["update_id"]
    await town.until(town.is_quiet, "the second press is answered")
    assert await town.value("SELECT role FROM users WHERE user_id = $1", ANN) == "admin"
    done = [tuple(row) for row in await town.rows(_DONE, ANN)]
    assert done == [("approval.asked", 1), ("approval.given", 1), ("role.changed", 1)]
    grants = "SELECT count(*) FROM role_grants WHERE user_id = $1 AND role = 'admin'"
    assert await town.value(grants, ANN) == 1
    told = "SELECT count(*) FROM outbox WHERE chat_id = $1 AND payload ->> 'text' LIKE '%admin%'"
    assert await town.value(told, ANN) == 1
    assert "may not do that" not in (await town.say(ANN, "/users")).text
    third.kill()
    assert await third.code() == -9, third.said()
