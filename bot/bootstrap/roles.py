"""What one process may be for, and the names of what it must hold before it acts."""

from collections.abc import Sequence
from enum import StrEnum

from bot.domain.shards import CHAT_SHARDS, LANE_SHARDS


class ProcessRole(StrEnum):
    """ALL is the whole bot in one process; of the others, each does a part beside its likes."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"
    MARKET = "market"
    SENDER = "sender"


POLLER = "poller"
MARKET, SCHEDULER = "market", "scheduler"


def lane_lease(shard: int) -> str:
    """Name the lease of a shard of lanes."""
    return f"lanes/{shard:02}"


def chat_lease(shard: int) -> str:
    """Name the lease of a shard of chats."""
    return f"chats/{shard:02}"


def wanted_by(role: ProcessRole) -> Sequence[str]:
    """Give the leases that processes of a role share among them, or of which one has all."""
    match role:
        case ProcessRole.WEB:
            return (POLLER,)
        case ProcessRole.WORKER:
            return tuple(map(lane_lease, range(LANE_SHARDS)))
        case ProcessRole.MARKET:
            return (MARKET, SCHEDULER)
        case ProcessRole.SENDER:
            return tuple(map(chat_lease, range(CHAT_SHARDS)))
        case ProcessRole.ALL:
            return ()
