"""News of tokens that were called in a group, for the group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.groups import GroupSettings
from bot.domain.notices import Notice, Priority
from bot.services.group_calls import CallLine
from bot.telegram.layout import to_send
from bot.telegram.screens import groups


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNotices:
    """Implements `bot.services.group_calls.CallNews`."""

    def reached(self, line: CallLine, times: int, here: GroupSettings) -> Sequence[Notice]:
        """Tell in the group's topic, without sound where it wants to be quiet."""
        news = to_send(
            groups.reached(line, times),
            here.chat_id,
            thread_id=here.thread_id,
            priority=Priority.ALERT,
        )
        if not here.quiet:
            return (news,)
        return (replace(news, payload={**news.payload, "disable_notification": True}),)
