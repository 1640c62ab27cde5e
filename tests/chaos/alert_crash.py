"""A bot that dies at each named moment between an alert's being reached and its being told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.bootstrap.running import Running
from bot.domain.users import PersonSeen
from tests.chaos.trigger_crash import SENT_TWICE, STEP_PERCENT, Point, Strike, TriggerCrash
from tests.faults.proxy import Moment
from tests.journeys.town import WIF

_CLAIMING = r"UPDATE alerts a SET\s+generation = a\.generation \+ 1, fired_at"
_WRITING, _COMMITTING = r"INSERT INTO alert_firings", r"^COMMIT"
_SENDING, _MARKING = "/sendMessage$", r"\bmark_sent\("
_FIRED = "SELECT count(*) FROM alert_firings WHERE user_id = $1"
_PLACE = """
    INSERT INTO alerts (user_id, token_id, side, level, gauge, lower)
    VALUES ($1, $2, 'below', $3, 'price_sol', $3)
"""
_NEWS = "crossed at"

POINTS: Mapping[str, Point] = {
    "before the claim": Point(line="database", moment=Moment.BEFORE_REQUEST, matching=_CLAIMING),
    "while the claim runs": Point(line="database", moment=Moment.AFTER_REQUEST, matching=_CLAIMING),
    "after the claim, before its reply": Point(
        line="database", moment=Moment.BEFORE_REPLY, matching=_CLAIMING
    ),
    "before the news is written": Point(
        line="database", moment=Moment.BEFORE_REQUEST, matching=_WRITING
    ),
    "while the news is written": Point(
        line="database", moment=Moment.AFTER_REQUEST, matching=_WRITING
    ),
    "after the news is written, before the commit": Point(
        line="database", moment=Moment.BEFORE_REPLY, matching=_WRITING
    ),
    "while it is committed": Point(
        line="database", moment=Moment.AFTER_REQUEST, matching=_COMMITTING, behind=_WRITING
    ),
    "after the commit, before its reply": Point(
        line="database", moment=Moment.BEFORE_REPLY, matching=_COMMITTING, behind=_WRITING
    ),
    "before sendMessage": Point(line="telegram", moment=Moment.BEFORE_REQUEST, matching=_SENDING),
    "after sendMessage, before its reply": Point(
        line="telegram", moment=Moment.BEFORE_REPLY, matching=_SENDING
    ),
    "before the message is marked as sent": Point(
        line="database", moment=Moment.BEFORE_REQUEST, matching=_MARKING, behind=_WRITING
    ),
}


def is_told_once(strike: Strike) -> bool:
    """Tell whether an alert fired once and was told once.

    Telegram may have a message whose answer was lost, and cannot be asked: there, and only there,
    it may be told twice.
    """
    most = 2 if strike.point in SENT_TWICE else 1
    return strike.sales == 1 and 1 <= strike.receipts <= most


@dataclass(slots=True, kw_only=True)
class AlertCrash(TriggerCrash):
    """People with an alert below the price, each at a level of their own; `sales` are firings."""

    points: Mapping[str, Point] = field(default_factory=lambda: POINTS)

    async def settle(self, running: Running, place: int) -> int:
        """Let somebody set an alert a step below the one before."""
        services, person_id = running.services, await self.town.newcomer(is_premium=True)
        # Who never wrote cannot be written to.
        await self.town.say(person_id, "/start")
        await services.access.identify(PersonSeen(user_id=person_id, first_name="Nick"))
        token = next(one for one in services.ticks._board.tokens.values() if one.mint == WIF)
        priced = services.ticks._board.priced(token.token_id)
        assert priced is not None
        step = Decimal(STEP_PERCENT) / 100
        level = priced.best.price * (1 + step) ** place * (1 + step / 2)
        await self.town.pool.execute(_PLACE, person_id, token.token_id, level)
        return person_id

    async def deeds(self, person_id: int) -> int:
        """Count how often a person's alert fired."""
        return int(await self.town.value(_FIRED, person_id))

    async def count(self, strike: Strike) -> None:
        """Count what became of a strike."""
        strike.sales = await self.deeds(strike.person_id)
        strike.receipts = await self.messages(strike.person_id, _NEWS)
