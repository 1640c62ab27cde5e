"""What of a bot's configuration lies in the database: limits of roles and groups."""

from collections.abc import Mapping

from bot.adapters.database.connection import Pool, connected
from bot.domain.configuration import Configuration, Difference, Limits
from bot.domain.groups import GroupSettings, settings_from
from bot.domain.role_caps import ROLE_CAPS
from bot.domain.users import Role

_LIMIT = """
    INSERT INTO role_limits (role, name, value) VALUES ($1, $2, $3)
    ON CONFLICT (role, name) DO UPDATE SET value = excluded.value
"""
# The operator set it up, who is no person of the bot.
_GROUP = """
    INSERT INTO groups (chat_id, settings, set_up_by) VALUES ($1, $2, 0)
    ON CONFLICT (chat_id) DO UPDATE SET settings = excluded.settings, updated_at = now()
"""
_NOTE = """
    INSERT INTO audit_log (user_id, actor_id, action, details)
    VALUES (0, 0, 'configuration.imported', $1)
"""
_WORDS = {cap.column: name for name, cap in ROLE_CAPS.items()}


async def kept_configuration(pool: Pool) -> tuple[Limits, Mapping[int, GroupSettings]]:
    """Give every limit of every role, and every group that was set up; raises `Unavailable`."""
    async with connected(pool) as connection, connection.transaction(readonly=True):
        limits = await connection.fetch("SELECT role, name, value FROM role_limits")
        groups = await connection.fetch("SELECT chat_id, settings FROM groups")
    found: dict[Role, dict[str, int | None]] = {}
    for row in limits:
        if word := _WORDS.get(row["name"]):
            value = None if row["value"] is None else int(row["value"])
            found.setdefault(Role(row["role"]), {})[word] = value
    return found, {row["chat_id"]: settings_from(row["chat_id"], row["settings"]) for row in groups}


async def take_configuration(pool: Pool, wanted: Configuration, changes: list[Difference]) -> None:
    """Write limits and groups and note the changes in the audit log, in one transaction.

    Raises `Unavailable`, nothing written then.
    """
    async with connected(pool) as connection, connection.transaction():
        for role, limits in wanted.role_limits.items():
            for name, value in limits.items():
                await connection.execute(_LIMIT, role.value, ROLE_CAPS[name].column, value)
        for chat_id, group in wanted.groups.items():
            await connection.execute(_GROUP, chat_id, group.as_json())
        noted = [
            {"name": each.name, "before": each.before, "after": each.after} for each in changes
        ]
        await connection.execute(_NOTE, {"changes": noted})
