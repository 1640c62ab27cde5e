"""What is kept of tokens' rules and facts, when it is asked anew, and what an order makes of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.identifiers import TOKEN_2022_PROGRAM
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.positions import Side
from bot.domain.safety import Level, TokenFacts
from bot.domain.token_rules import TokenRules, UiMultiplier
from bot.domain.transfer_fees import FeeSchedule, TransferFee
from bot.engine.round_trip import round_trip
from bot.ports.chain import PoolPlace
from bot.ports.token_sources import SourceFigure
from bot.services.safety_facts import SafetyFacts
from bot.services.views import Filled
from tests.builders.books import meet
from tests.builders.desks import NOON, SOL, pool, request
from tests.builders.houses import House, OnePool, house
from tests.builders.safety import a_mint, safe_facts
from tests.fakes.hand_clock import HandClock

DELEGATE = TokenRules(permanent_delegate="somebody")
PAUSED = TokenRules(is_paused=True, pause_authority="somebody")


class CountingPool(OnePool):
    """A chain that counts how often it was asked, and tells facts when it has some."""

    def __init__(self) -> None:
        super().__init__(replace(pool(), address="pool"), mint=a_mint())
        self.asked = 0
        self.facts: TokenFacts | None = None

    async def token_facts(self, mint: str, places: list[PoolPlace]) -> TokenFacts | None:
        self.asked += 1
        return self.facts or await super().token_facts(mint, places)


def learn(of: House, rules: TokenRules) -> None:
    """Let the mint say so from now on, and the board know it."""
    of.chain.mint = a_mint(rules=rules)
    known = replace(of.board.tokens[of.kept.token_id], rules=rules)
    of.board.track(known, of.board.places[known.token_id])


async def facts_of(database: Pool) -> tuple[SafetyFacts, CountingPool, HandClock, int]:
    chain, clock = CountingPool(), HandClock()
    home = await house(database, chain)
    facts = SafetyFacts(board=home.board, chain=chain, shelf=home.shelf, clock=clock)
    return facts, chain, clock, home.kept.token_id


def long(token_id: int) -> OpenIntent:
    return OpenIntent(token_id=token_id, side=Side.LONG, size_lamports=SOL)


async def test_facts_are_asked_again_after_ten_minutes_or_when_wanted_fresh(
    database: Pool,
) -> None:
    facts, chain, clock, token_id = await facts_of(database)
    for _ in range(3):
        assert await facts.of(token_id) is not None
    assert chain.asked == 1
    await facts.of(token_id, fresh=True)
    clock.advance(601)
    await facts.of(token_id)
    assert chain.asked == 3


async def test_old_facts_serve_while_the_chain_is_away_and_it_is_asked_again_soon(
    database: Pool,
) -> None:
    facts, chain, clock, token_id = await facts_of(database)
    known = await facts.of(token_id)
    chain.is_away = True
    clock.advance(601)
    assert await facts.of(token_id) == known
    asked = chain.asked
    await facts.of(token_id)
    assert chain.asked == asked, "not at every look"
    clock.advance(16)
    chain.is_away = False
    await facts.of(token_id)
    assert chain.asked == asked + 1


async def test_a_sources_date_serves_where_the_pool_has_none(database: Pool) -> None:
    facts, chain, _, token_id = await facts_of(database)
    seen = NOON - timedelta(days=3)
    place = PoolPlace(
        address="pool", kind=PoolKind.RAYDIUM_AMM_V4, source="DexScreener", opened_at=seen
    )
    facts._board.places[token_id] = (place,)
    found = await facts.of(token_id)
    assert found is not None
    assert found.opened_at == seen
    chain.facts = safe_facts()
    told = await facts.of(token_id, fresh=True)
    assert told is not None
    assert told.opened_at == safe_facts().opened_at, "the account knows better"


async def test_a_card_does_not_wait_long_for_a_chain_that_hangs(
    database: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, chain, clock, token_id = await facts_of(database)
    known = await facts.of(token_id)
    monkeypatch.setattr("bot.services.safety_facts._PATIENCE_SECONDS", 0.01)

    async def hang(_mint: str, _places: list[PoolPlace]) -> TokenFacts | None:
        await asyncio.sleep(60)
        raise AssertionError

    monkeypatch.setattr(chain, "token_facts", hang)
    clock.advance(601)
    assert await facts.of(token_id) == known


class Gossip:
    """A source that knows the holders of everything."""

    name, most_mints = "Jupiter", 50

    async def figures(self, mints: list[str]) -> list[SourceFigure]:
        return [
            SourceFigure(
                source=self.name,
                mint=mint,
                name="",
                symbol="",
                usd=Decimal(1),
                liquidity_usd=None,
                source_at=None,
                received_at=NOON,
                top_holders_share=Decimal("0.7"),
            )
            for mint in mints
        ]


async def test_a_card_without_the_chain_says_what_was_known_and_what_is_told(
    database: Pool,
) -> None:
    home = await house(database, CountingPool(), Gossip())
    ann = await meet(home.books)
    home.chain.is_away = True
    card = await home.safety.check(ann, home.kept.token_id)
    assert card.slot is None
    words = [line.word for line in card.report.lines]
    assert words[:2] == ["mint locked", "no freeze"]
    assert "few holders" in words
    with pytest.raises(Refusal, match="unknown_token"):
        await home.safety.check(ann, 99)


async def test_an_authority_given_up_reaches_the_board_and_the_shelf(database: Pool) -> None:
    home = await house(database, CountingPool())
    known = replace(home.kept, mint_authority="somebody")
    home.board.track(known, home.board.places[known.token_id])
    await home.safety.report(known.token_id)
    assert home.board.tokens[known.token_id].mint_authority is None
    row = await database.fetchrow("SELECT mint_authority, supply FROM solana_tokens")
    assert row["mint_authority"] is None


async def test_a_supply_that_moves_is_no_reason_to_write(database: Pool) -> None:
    chain = CountingPool()
    home = await house(database, chain)
    await database.execute("UPDATE solana_tokens SET name = 'untouched'")
    chain.mint = a_mint(supply=5)
    await home.safety.report(home.kept.token_id)
    assert home.board.tokens[home.kept.token_id].supply == 5
    assert await database.fetchval("SELECT name FROM solana_tokens") == "untouched"


async def test_rules_are_renewed_by_the_clock_for_those_that_have_any(database: Pool) -> None:
    home = await house(database)
    await home.safety.renew()
    learn(home, DELEGATE)
    home.chain.mint = a_mint(rules=PAUSED)
    await home.safety.renew()
    assert home.board.tokens[home.kept.token_id].rules == PAUSED
    home.chain.is_away = True
    await home.safety.renew()
    assert home.board.tokens[home.kept.token_id].rules == PAUSED


async def test_a_token_of_before_is_read_before_it_is_traded(database: Pool) -> None:
    home = await house(database)
    ann = await meet(home.books)
    unread = replace(home.kept, program=TOKEN_2022_PROGRAM, rules=TokenRules(is_read=False))
    home.board.track(unread, home.board.places[unread.token_id])
    home.chain.mint = a_mint(rules=DELEGATE)
    with pytest.raises(Refusal, match="token_danger"):
        await home.trading.open(request("tg:1", of=ann), long(home.kept.token_id), lambda _: ())


async def test_a_mint_that_is_gone_is_unknown(database: Pool) -> None:
    home = await house(database)
    ann = await meet(home.books)
    learn(home, DELEGATE)
    home.chain.mint = None
    with pytest.raises(Refusal, match="unknown_token"):
        await home.trading.open(request("tg:1", of=ann), long(home.kept.token_id), lambda _: ())


async def test_a_pause_of_this_moment_stops_a_fill(database: Pool) -> None:
    home = await house(database)
    ann = await meet(home.books)
    can_pause = TokenRules(pause_authority="somebody")
    learn(home, can_pause)
    filled: list[Filled] = []

    def note(one: Filled) -> tuple[()]:
        filled.append(one)
        return ()

    await home.trading.open(request("tg:1", of=ann), long(home.kept.token_id), note)
    assert filled[0].safety is not None
    assert filled[0].safety.level is Level.WARN
    home.chain.mint = a_mint(rules=PAUSED)
    with pytest.raises(Refusal, match="token_untradable"):
        await home.trading.close(request("tg:2", of=ann), CloseIntent(number=1), note)
    home.chain.mint = a_mint(rules=can_pause)
    await home.trading.close(request("tg:3", of=ann), CloseIntent(number=1), note)
    assert filled[1].safety is None, "an exit asks nobody"


async def test_the_board_prices_with_the_fee_of_the_slots_epoch(database: Pool) -> None:
    home = await house(database)
    fees = FeeSchedule(newer=TransferFee(bps=1_000, maximum=10**15), newer_epoch=1)
    learn(home, TokenRules(fees=fees))
    token_id = home.kept.token_id

    def bought(slot: int) -> int:
        reading = replace(pool(slot=slot), address="pool")
        home.board.set_price(token_id, [reading], NOON)
        priced = home.board.priced(token_id)
        assert priced is not None
        trip = round_trip(priced.best, TokenRules())
        assert trip is not None
        assert trip.returned_lamports is not None
        return trip.returned_lamports

    before, after = bought(431_999), bought(432_000)
    assert after * 100 < before * 82


async def test_a_multiplier_counts_from_its_moment(database: Pool) -> None:
    home = await house(database)
    soon = UiMultiplier(newer=Decimal(5), newer_at=2**40)
    learn(home, TokenRules(ui=soon))
    await home.safety.renew()
    token = home.board.tokens[home.kept.token_id]
    assert token.shown(10**6) == 1
    home.chain.mint = a_mint(rules=TokenRules(ui=replace(soon, newer_at=1)))
    await home.safety.renew()
    token = home.board.tokens[home.kept.token_id]
    assert (token.shown(10**6), token.shown_price(Decimal(1))) == (5, Decimal("0.2"))


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (TokenRules(is_transferable=False), "it can never be transferred"),
        (PAUSED, "its transfers are stopped"),
        (TokenRules(is_born_frozen=True), "your account of it would come frozen"),
    ],
)
def test_no_sale_is_quoted_of_what_cannot_move(rules: TokenRules, reason: str) -> None:
    trip = round_trip(pool(), rules)
    assert trip is not None
    assert (trip.returned_lamports, trip.reason) == (None, reason)


@pytest.mark.parametrize(
    "reading",
    [replace(pool(), halt="swaps off"), pool(sol_reserve=1_000)],
    ids=["halted", "empty"],
)
def test_where_nobody_can_say_nothing_is_said(reading: PoolReading) -> None:
    assert round_trip(reading, TokenRules()) is None


def test_a_hook_leaves_the_sale_open() -> None:
    assert round_trip(pool(), TokenRules(hook_program="somebody")) is None


def test_a_round_trip_is_small_for_its_pool() -> None:
    small = round_trip(pool(sol_reserve=20 * SOL), TokenRules())
    large = round_trip(pool(), TokenRules())
    assert small is not None
    assert large is not None
    assert (small.spent_lamports, large.spent_lamports) == (SOL // 5, SOL)
    assert small.returned_lamports is not None
    assert small.returned_lamports < small.spent_lamports
