"""What one of several processes lets go of: queued updates, waiting letters, part of a limit."""

from bot.domain.notices import Notice, Priority
from bot.domain.shards import CHAT_SHARDS, LANE_SHARDS, chat_shard, lane_shard
from bot.ports.mail import StoredUpdate
from bot.telegram.lanes import Lanes
from bot.telegram.limits import FloodLimits
from bot.telegram.lines import Letter, Lines
from tests.fakes.hand_clock import HandClock


async def nothing(_update: StoredUpdate) -> None:
    return None


def letter(number: int, chat_id: int) -> Letter:
    notice = Notice(chat_id=chat_id, method="sendMessage", payload={}, priority=Priority.REPLY)
    return Letter(notice_id=number, notice=notice, due_at=HandClock().now(), due_since=0.0)


def test_every_lane_and_chat_lies_in_one_shard() -> None:
    for one in (0, 1, 63, 64, -1, -(2**62) + 5, -1002003004005, 2**60):
        assert 0 <= lane_shard(one) < LANE_SHARDS
        assert 0 <= chat_shard(one) < CHAT_SHARDS


async def test_updates_of_a_lost_lane_are_forgotten_and_may_come_again() -> None:
    lanes = Lanes(handle=nothing)
    updates = [
        StoredUpdate(update_id=n, lane=n % 2, raw={}, received_at=HandClock().now())
        for n in range(6)
    ]
    await lanes.feed(updates)
    lanes.drop(lambda lane: lane == 1)
    assert lanes.in_hand == [0, 2, 4]
    assert not lanes.knows(updates[1])
    await lanes.feed(updates)
    assert sorted(lanes.in_hand) == list(range(6))


def test_letters_to_lost_chats_are_let_go_except_where_one_is_on_its_way() -> None:
    lines = Lines(lambda _chat_id, _priority: float("-inf"))
    for number, chat_id in enumerate((1, 2, 3)):
        lines.add(letter(number, chat_id))
    under_way = lines.first(0.0)
    assert under_way is not None
    lines.take(under_way)
    assert [one.notice.chat_id for one in lines.drop(lambda chat_id: chat_id < 3)] == [2]
    assert lines.is_any_busy(lambda chat_id: chat_id == 1)
    lines.finish(under_way)
    assert not lines.is_any_busy(lambda _chat_id: True)


def test_senders_keep_to_their_parts_and_take_more_only_after_a_while() -> None:
    clock = HandClock()
    limits = FloodLimits(clock=clock, per_second=30)
    limits.divide(3)
    for number in range(10):
        assert limits.moment(Priority.TOAST) <= clock.monotonic()
        limits.note(number)
    assert limits.moment(Priority.TOAST) > clock.monotonic()
    limits.divide(1)
    assert limits.moment(Priority.TOAST) > clock.monotonic(), "who left has just sent its last"
    clock.advance(1.6)
    limits.divide(1)
    for number in range(30):
        assert limits.moment(Priority.TOAST) <= clock.monotonic()
        limits.note(number)
