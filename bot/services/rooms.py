"""What happens in groups, in one bundle, and what those who run the bot see there and elsewhere."""

from dataclasses import dataclass

from bot.services.group_calls import GroupCalls
from bot.services.group_closing import GroupClosing
from bot.services.groups import Groups
from bot.services.running import RunningBot


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The settings of groups, their calls, the closing of what they hold, and who runs it all."""

    groups: Groups
    calls: GroupCalls
    closing: GroupClosing
    running: RunningBot
