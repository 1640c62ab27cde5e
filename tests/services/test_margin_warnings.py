"""Owners of shorts hear once at 80 % and once at 90 % of the way, and again after a recovery."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.margin_warnings import PostgresMarginWarnings
from bot.domain.errors import Unavailable
from bot.domain.notices import Notice
from bot.domain.positions import Side
from bot.domain.triggers import Owner
from bot.domain.users import Role
from bot.ports.margin_warnings import ShortNamed
from bot.services.liquidations import Liquidations
from bot.services.margin_warnings import MarginWarnings, NearShort
from bot.services.short_alarms import ShortAlarms
from bot.services.triggers import Triggers
from bot.services.whole_pools import WholePools
from bot.telegram.callbacks import Keys
from bot.telegram.layout import to_send
from bot.telegram.screens.margin import margin_warning
from tests.builders.desks import SOL
from tests.builders.houses import RULES, House, house
from tests.builders.views import a_marked, a_token


@dataclass
class Told:
    percents: list[int] = field(default_factory=list)

    def __call__(self, near: NearShort, percent: int) -> tuple[Notice, ...]:
        self.percents.append(percent)
        return (Notice(chat_id=near.short.user_id, method="sendMessage", payload={"text": "!"}),)


async def watched(built: House, database: Pool, told: Told) -> House:
    """The house with warnings; asked again, it is one that was restarted."""
    book = PostgresMarginWarnings(database, on_outbox=lambda _queued: None)
    triggers = Triggers(
        board=built.board,
        suspicions=built.suspicions,
        rules=RULES,
        time_of=lambda _slot: None,
        clock=SystemClock(),
    )
    liquidations = Liquidations(
        board=built.board,
        pools=WholePools(board=built.board, chain=built.chain, clock=SystemClock()),
        trading=built.trading,
        books=built.books,
        clock=SystemClock(),
        liquidated=lambda _user, _filled: (),
        suspicions=built.suspicions,
        rules=RULES,
        alarms=ShortAlarms(triggers),
        warnings=MarginWarnings(book=book, clock=SystemClock(), notices=told),
    )
    triggers.tell(Owner.SHORT, liquidations, confirms_itself=True)
    built.trading.tell(liquidations.note_booked)
    await triggers.load()
    return replace(built, liquidations=liquidations, triggers=triggers)


async def test_each_stage_is_told_once_and_again_only_after_a_recovery(database: Pool) -> None:
    told = Told()
    at = await watched(await house(database), database, told)
    await at.short(1, 10 * SOL, 2, Role.BASIC)  # liquidated at about 142 % of the opening price
    for percent in (110, 120, 134):
        await at.tick(percent)
    assert told.percents == [], "one reading alone frightens nobody"
    await at.tick(134)
    assert told.percents == [80]
    at = await watched(at, database, told)
    for percent in (135, 134, 139, 139, 138):
        await at.tick(percent)
    assert told.percents == [80, 90]
    for percent in (125, 134, 134, 134):
        await at.tick(percent)
    assert told.percents == [80, 90, 80]
    outbox = await database.fetchval("SELECT count(*) FROM outbox WHERE chat_id = 1")
    assert outbox == 3
    assert await at.still_short(1) == [1]


async def test_nobody_is_warned_while_the_chain_is_silent(database: Pool) -> None:
    told = Told()
    at = await watched(await house(database), database, told)
    await at.short(1, 10 * SOL, 2, Role.BASIC)
    at.chain.is_away = True
    with pytest.raises(Unavailable):
        await at.chain.read_pool(at.board.places[at.kept.token_id][0])
    await at.tick(120)
    assert told.percents == []


def test_the_warning_says_how_near_and_offers_a_way_out() -> None:
    position = replace(
        a_marked(a_token()).position,
        side=Side.SHORT,
        margin_lamports=5 * SOL,
        proceeds_lamports=10 * SOL,
        token_units=500 * 10**6,
        leverage=2,
    )
    near = NearShort(
        short=ShortNamed(user_id=1001, number=12),
        position=position,
        token=a_token(),
        way=Decimal("0.83"),
        slot=1,
    )
    keys = Keys(owner=1001, nonce="aaaaaaaaaa", bot_name="b")
    payload = to_send(margin_warning(near, 80, keys), 1001).payload
    assert "WIF short is 80% of the way to its end" in str(payload["text"])
    assert "Liquidated at 0.02857 SOL" in str(payload["text"])
    assert ":close:1001:12:50:" in str(payload)
