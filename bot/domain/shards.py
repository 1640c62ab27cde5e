"""Which shard a lane or a chat lies in: work is shared out among processes by shards."""

LANE_SHARDS = 64
"""A power of two, and the database has an index by it (`ix_inbox_shard`)."""
CHAT_SHARDS = 32
"""A power of two."""


def lane_shard(lane: int) -> int:
    """Give the shard of a lane, of a group's negative one too."""
    return lane & (LANE_SHARDS - 1)


def chat_shard(chat_id: int) -> int:
    """Give the shard of a chat, of a group's negative one too."""
    return chat_id & (CHAT_SHARDS - 1)
