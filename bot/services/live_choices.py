"""How a person wants to trade with real money, shown and changed."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.live_choices import LiveChoice
from bot.domain.live_orders import WHOLE_BPS, LiveRules
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.ports.live_choices import LiveChoiceShelf


class LiveChoices:
    """The use cases; no choice goes beyond the rules of live orders."""

    def __init__(self, shelf: LiveChoiceShelf, rules: LiveRules) -> None:
        self._shelf = shelf
        self._rules = rules

    async def own(self, user: User) -> LiveChoice:
        """Give a person's choice; of a slippage above the ceiling of today, that ceiling."""
        user.require(Permission.VIEW_OWN)
        choice = await self._shelf.choice(user.user_id)
        most = self._rules.most_slippage_bps
        return replace(choice, slippage_bps=min(choice.slippage_bps, most))

    async def keep(self, request: Request, choice: LiveChoice, notices: Sequence[Notice]) -> None:
        """Keep a person's choice with its answer.

        Raises `Refusal` (`live_slippage`; `already_done` where this update was answered before).
        """
        request.user.require(Permission.LEAVE_LIVE)
        most = self._rules.most_slippage_bps
        if not 0 < choice.slippage_bps <= most:
            raise Refusal("live_slippage", limit_share=Decimal(most) / WHOLE_BPS)
        if not await self._shelf.keep(request, choice, notices):
            raise Refusal("already_done")
