"""News of the gate for the person concerned and the admins."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.gate import Breach, GateRules, GateState
from bot.domain.gate_records import GateRecord
from bot.domain.notices import Notice, Priority
from bot.domain.users import User
from bot.telegram.layout import named
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import live_gate


@dataclass(frozen=True, slots=True, kw_only=True)
class GateNews(PrivateNews):
    """Implements `bot.services.gate.GateNotices`."""

    admin_ids: Sequence[int]

    def promoted(self, user: User, state: GateState) -> Sequence[Notice]:
        """Tell the other admins that somebody rose."""
        return tuple(
            notice
            for admin in self.admin_ids
            if admin != user.user_id
            for notice in self.told(
                admin,
                lambda _keys: live_gate.has_risen(user.user_id, named(user.first_name, 24), state),
                Priority.REPORT,
            )
        )

    def demoted(
        self, state: GateState, breach: Breach, record: GateRecord, rules: GateRules
    ) -> Sequence[Notice]:
        """Tell the person and the admins."""
        own = self.told(
            state.user_id,
            lambda keys: live_gate.taken_back(state, breach, record, rules, keys),
            Priority.SAFETY,
        )
        others = (
            notice
            for admin in self.admin_ids
            if admin != state.user_id
            for notice in self.told(
                admin,
                lambda _keys: live_gate.was_taken_back(state, breach, record, rules),
                Priority.REPORT,
            )
        )
        return (*own, *others)
