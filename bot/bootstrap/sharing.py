"""Asks for what a process of one role may do, and says when nothing of it is in hand any more."""

from collections.abc import Callable, Mapping
from functools import partial

from bot.bootstrap.assembly import Assembled
from bot.bootstrap.roles import ProcessRole, chat_lease, lane_lease, wanted_by
from bot.domain.shards import CHAT_SHARDS, LANE_SHARDS, chat_shard


def ask_for_leases(it: Assembled) -> None:
    """Take a share from now on; to be asked once the process knows what it must to act."""
    names = wanted_by(it.role)
    match it.role:
        case ProcessRole.WORKER:
            shards = {lane_lease(shard): shard for shard in range(LANE_SHARDS)}
            it.keeper.want(names, is_done=_of_shard(shards, it.feed.is_done_with))
        case ProcessRole.SENDER:
            shards = {chat_lease(shard): shard for shard in range(CHAT_SHARDS)}
            it.keeper.want(names, is_done=_of_shard(shards, partial(_is_sent, it)))
        case ProcessRole.WEB | ProcessRole.MARKET:
            it.keeper.want(names, is_shared=False)
        case ProcessRole.ALL:
            return


def _of_shard(shards: Mapping[str, int], is_done: Callable[[int], bool]) -> Callable[[str], bool]:
    return lambda name: is_done(shards[name])


def _is_sent(it: Assembled, shard: int) -> bool:
    return it.sender.is_done_with(lambda chat_id: chat_shard(chat_id) == shard)
