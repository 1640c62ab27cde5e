"""Which tokens the gate lets through, for whom, and which way."""

from dataclasses import replace

import pytest

from bot.domain.errors import Refusal
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.pools.taxed import taxed
from bot.domain.positions import Side
from bot.domain.safety import Level, SafetyLine, SafetyReport
from bot.domain.token_rules import TokenRules
from bot.domain.transfer_fees import FeeSchedule, TransferFee
from bot.engine.paper_venue import Market, PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.ports.books import Desk
from tests.builders.desks import NOON, SOL, desk, market, pool, request, token, user

ENGINE = TradingEngine(PaperVenue(), RiskSettings())
TWO_PERCENT = FeeSchedule(newer=TransferFee(bps=200, maximum=10**12))


def report(level: Level) -> SafetyReport:
    why = "somebody can take or burn your tokens at any time"
    return SafetyReport(lines=(SafetyLine(subject="x", level=level, word="x", why=why),))


def open_in(here: Market, side: Side = Side.LONG, *, blocks: bool = True) -> Desk:
    asking = replace(user(), blocks_danger=blocks)
    intent = OpenIntent(token_id=1, side=side, size_lamports=SOL)
    settled = ENGINE.open(desk(), intent, here, request(of=asking), NOON)
    wallet = replace(desk().wallet, cash_lamports=settled.receipt.wallet_after_lamports)
    return replace(desk(), positions=(settled.position,), wallet=wallet)


@pytest.mark.parametrize("side", list(Side))
def test_danger_is_refused_with_its_reason_and_by_default(side: Side) -> None:
    here = replace(market(), safety=report(Level.DANGER))
    with pytest.raises(Refusal) as refused:
        open_in(here, side)
    assert refused.value.code == "token_danger"
    assert refused.value.fields["reason"] == "somebody can take or burn your tokens at any time"


def test_danger_is_let_through_for_those_who_do_not_want_it_blocked() -> None:
    assert open_in(replace(market(), safety=report(Level.DANGER)), blocks=False).positions


@pytest.mark.parametrize("level", [Level.OK, Level.WARN])
def test_a_warning_blocks_nobody(level: Level) -> None:
    assert open_in(replace(market(), safety=report(level))).positions


@pytest.mark.parametrize(
    "rules",
    [
        TokenRules(is_transferable=False),
        TokenRules(is_paused=True),
        TokenRules(is_born_frozen=True),
    ],
)
def test_what_could_not_be_sold_again_is_refused_to_everybody(rules: TokenRules) -> None:
    here = market(of=replace(token(), rules=rules))
    with pytest.raises(Refusal, match="token_untradable"):
        open_in(here, blocks=False)


def test_a_paused_token_can_be_neither_bought_nor_sold_nor_liquidated() -> None:
    long, short = open_in(market()), open_in(market(), Side.SHORT)
    here = market(of=replace(token(), rules=TokenRules(is_paused=True)))
    with pytest.raises(Refusal, match="token_untradable"):
        ENGINE.close(long, CloseIntent(number=1), here, request("2"), NOON)
    with pytest.raises(Refusal, match="token_untradable"):
        ENGINE.liquidate(short, 1, here, request("3"), NOON)


def test_danger_and_frost_found_later_hold_nobody_in() -> None:
    held = open_in(market())
    born_frozen = replace(token(), rules=TokenRules(is_born_frozen=True))
    here = replace(market(of=born_frozen), safety=report(Level.DANGER))
    assert ENGINE.close(held, CloseIntent(number=1), here, request("2"), NOON).transfers


def test_a_token_with_a_fee_is_not_shorted_but_an_old_short_is_bought_back() -> None:
    here = market(taxed(pool(), TWO_PERCENT))
    with pytest.raises(Refusal, match="no_short_with_fee"):
        open_in(here, Side.SHORT)
    owing = open_in(market(), Side.SHORT)
    closed = ENGINE.close(owing, CloseIntent(number=1), here, request("2"), NOON).receipt.fill
    assert closed.token_units == owing.positions[0].token_units
    assert closed.transfer_fee_units > 0


def test_a_long_of_a_token_with_a_fee_pays_it_both_ways() -> None:
    here = market(taxed(pool(), TWO_PERCENT))
    free, dear = open_in(market()).positions[0], open_in(here).positions[0]
    assert dear.token_units == free.token_units - -(-free.token_units * 2 // 100)
    held = open_in(here)
    sold = ENGINE.close(held, CloseIntent(number=1), here, request("2"), NOON)
    assert sold.receipt.fill.transfer_fee_units == -(-dear.token_units * 2 // 100)
    by_code = {transfer.code.value: transfer.units for transfer in sold.transfers}
    assert by_code["transfer_fee"] == sold.receipt.fill.transfer_fee_units
    assert by_code["swap_in"] + by_code["transfer_fee"] == dear.token_units
