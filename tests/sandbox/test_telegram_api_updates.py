"""getUpdates: offsets, waiting, limits, kinds and rivals."""

import asyncio

import pytest

from bot.sandbox.telegram_api.world import TelegramWorld
from tests.sandbox.telegram_fixtures import ANN, BOB, TOKEN, TelegramHands


async def poll(hands: TelegramHands, **query: object) -> list[int]:
    answer = await hands.call("getUpdates", **query)
    return [update["update_id"] for update in answer["result"]]


async def until_polled(world: TelegramWorld, times: int) -> None:
    while world.updates.poll_number < times:  # noqa: ASYNC110 (a number tells no events)
        await asyncio.sleep(0.005)


@pytest.fixture
async def three(telegram_hands: TelegramHands) -> list[int]:
    return [(await telegram_hands.send(ANN, text))["update_id"] for text in ("a", "b", "c")]


async def test_unconfirmed_updates_come_again_until_an_offset_confirms_them(
    telegram_hands: TelegramHands, three: list[int]
) -> None:
    assert await poll(telegram_hands) == three
    assert await poll(telegram_hands, limit=2) == three[:2]
    assert await poll(telegram_hands, offset=three[1]) == three[1:]
    assert await poll(telegram_hands) == three[1:]
    assert await poll(telegram_hands, offset=three[2] + 1) == []
    assert await poll(telegram_hands) == []


async def test_a_negative_offset_keeps_only_the_newest(
    telegram_hands: TelegramHands, three: list[int]
) -> None:
    assert await poll(telegram_hands, offset=-1) == three[2:]
    assert await poll(telegram_hands) == three[2:]


async def test_update_ids_are_the_same_for_the_same_seed_and_grow_by_one(three: list[int]) -> None:
    first = TelegramWorld(TOKEN, seed=7).updates.add("message", {}, queue_key="x")
    other = TelegramWorld(TOKEN, seed=8).updates.add("message", {}, queue_key="x")
    assert three == [first, first + 1, first + 2]
    assert other != first


async def test_a_long_poll_wakes_with_the_first_update(
    telegram_hands: TelegramHands, telegram_world: TelegramWorld
) -> None:
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        waiting = group.create_task(poll(telegram_hands, timeout=20))
        await until_polled(telegram_world, 1)
        sent = await telegram_hands.send(BOB, "hi")
    assert waiting.result() == [sent["update_id"]]


async def test_a_second_poller_ends_the_first(
    telegram_hands: TelegramHands, telegram_world: TelegramWorld
) -> None:
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        first = group.create_task(telegram_hands.call("getUpdates", timeout=20))
        await until_polled(telegram_world, 1)
        second = group.create_task(telegram_hands.call("getUpdates", timeout=20))
        await until_polled(telegram_world, 2)
        await telegram_hands.send(ANN, "hi")
    assert first.result()["status"] == 409
    assert first.result()["description"] == (
        "Conflict: terminated by other getUpdates request;"
        " make sure that only one bot instance is running"
    )
    assert len(second.result()["result"]) == 1


async def test_setting_a_webhook_ends_and_forbids_polling(
    telegram_hands: TelegramHands, telegram_world: TelegramWorld
) -> None:
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        waiting = group.create_task(telegram_hands.call("getUpdates", timeout=20))
        await until_polled(telegram_world, 1)
        await telegram_hands.call("setWebhook", url="http://127.0.0.1:9/hook")
    assert waiting.result()["description"] == "Conflict: terminated by setWebhook request"
    refused = await telegram_hands.call("getUpdates")
    assert refused["error_code"] == 409
    assert "can't use getUpdates method while webhook is active" in refused["description"]
    assert (await telegram_hands.call("deleteWebhook"))["description"] == "Webhook was deleted"
    assert await poll(telegram_hands) == []


async def test_only_the_kinds_that_the_bot_asked_for_are_queued(
    telegram_hands: TelegramHands,
) -> None:
    await telegram_hands.call("getUpdates", allowed_updates=["edited_message"])
    sent = await telegram_hands.send(ANN, "a")
    assert sent["update_id"] is None
    edited = await telegram_hands.post(
        f"/sandbox/people/{ANN}/edit", chat_id=ANN, message_id=1, text="b"
    )
    assert await poll(telegram_hands) == [edited["update_id"]]
    await telegram_hands.call("getUpdates", offset=edited["update_id"] + 1, allowed_updates=[])
    assert (await telegram_hands.send(ANN, "c"))["update_id"] is not None


async def test_an_old_update_can_be_repeated_and_any_object_pushed(
    telegram_hands: TelegramHands, three: list[int]
) -> None:
    await poll(telegram_hands, offset=three[2] + 1)
    await telegram_hands.post("/sandbox/updates/repeat", update_id=three[0])
    assert await poll(telegram_hands, offset=three[2] + 1) == [three[0]]
    assert await poll(telegram_hands, offset=three[2] + 1) == []
    pushed = await telegram_hands.post("/sandbox/updates/raw", strange={"a": 1})
    (update,) = (await telegram_hands.call("getUpdates"))["result"]
    assert update == {"update_id": pushed["update_id"], "strange": {"a": 1}}
    unknown = await telegram_hands.post("/sandbox/updates/repeat", update_id=1)
    assert unknown["status"] == 404


async def test_as_many_updates_as_asked_can_be_repeated() -> None:
    world = TelegramWorld(TOKEN, updates_kept=2)
    ids = [world.updates.add("message", {}, queue_key="a") or 0 for _ in range(3)]
    assert [world.updates.repeat(each) for each in ids] == [False, True, True]


async def test_presses_expire_after_150_seconds_and_messages_after_a_day() -> None:
    now = [1_000_000.0]
    world = TelegramWorld(TOKEN, clock=lambda: now[0])
    world.updates.add("callback_query", {}, queue_key="a")
    world.updates.add("message", {}, queue_key="b")
    now[0] += 149
    assert world.updates.pending_count == 2
    now[0] += 1
    assert [set(each) - {"update_id"} for each in world.updates.poll(offset=None, limit=9)] == [
        {"message"}
    ]
    now[0] += 24 * 3600
    assert world.updates.pending_count == 0


async def test_queries_forms_and_methods_in_any_case_are_understood(
    telegram_hands: TelegramHands,
) -> None:
    await telegram_hands.send(ANN, "hi")
    base = f"{telegram_hands.base_url}/bot{TOKEN}"
    query = {"chat_id": str(ANN), "text": "a"}
    async with telegram_hands.session.get(f"{base}/SENDMESSAGE", params=query) as response:
        assert (await response.json())["result"]["text"] == "a"
    async with telegram_hands.session.post(f"{base}/sendMessage", data=query) as response:
        assert (await response.json())["result"]["message_id"] == 3
    async with telegram_hands.session.post(f"{base}/sendMessage", data=b"{") as response:
        assert (await response.json())["error_code"] == 400


@pytest.mark.parametrize("body", [{}, {"chat_id": ANN, "text": "\ud800"}, {"chat_id": {}}])
async def test_broken_calls_get_400_and_never_500(
    telegram_hands: TelegramHands, body: dict[str, object]
) -> None:
    await telegram_hands.send(ANN, "hi")
    assert (await telegram_hands.call("sendMessage", **body))["status"] == 400


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"no such boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nnameless\r\n--x--"),
        ("application/json", b"[]"),
        ("application/json", b'{"chat_id": ' + b"9" * 9000 + b"}"),
        ("application/x-www-form-urlencoded", b"chat_id=\xff&text=\xff"),
        ("application/x-www-form-urlencoded; charset=klingon", b"chat_id=1"),
    ],
)
async def test_broken_bodies_get_400_and_never_500(
    telegram_hands: TelegramHands, content_type: str, content: bytes
) -> None:
    address = f"{telegram_hands.base_url}/bot{TOKEN}/sendMessage"
    headers = {"Content-Type": content_type}
    async with telegram_hands.session.post(address, data=content, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["description"].startswith("Bad Request: ")
