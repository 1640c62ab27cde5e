"""The word to a person whose data were deleted."""

from collections.abc import Sequence

from bot.domain.notices import Notice, Priority
from bot.telegram.layout import to_send
from bot.telegram.screens import my_data


def deletion_notices(user_id: int) -> Sequence[Notice]:
    """Give the message that says what is gone and what stays."""
    return (to_send(my_data.deleted(), user_id, priority=Priority.FILL),)
