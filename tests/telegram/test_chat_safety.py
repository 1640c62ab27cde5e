"""What people are shown of a token's safety, and how they say what they want."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.pools.reading import PoolKind
from bot.domain.positions import Side
from bot.domain.safety import SafetyReport, TokenFacts
from bot.domain.token_rules import TokenRules, UiMultiplier
from bot.domain.transfer_fees import FeeSchedule, TransferFee
from bot.services.views import SafetyCard
from bot.telegram.arguments import Argument, Kind, read_arguments
from bot.telegram.callbacks import Keys
from bot.telegram.layout import LONGEST_MESSAGE, Screen, utf16_units
from bot.telegram.screens import receipts, safety, trading
from tests.builders.safety import a_mint, judged
from tests.builders.views import a_fill, a_receipt, a_token

KEYS = Keys(owner=1001, nonce="hkxyzabcde", bot_name="kitrader_bot")
SOMEBODY = "7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar"


def words(screen: Screen) -> str:
    return screen.text.render()[0]


def card_of(report: SafetyReport, token: Token | None = None, **parts: object) -> SafetyCard:
    card = SafetyCard(
        token=token or a_token(),
        report=report,
        pool_kind=PoolKind.PUMPSWAP,
        slot=453_946_911,
        blocks_danger=True,
    )
    return replace(card, **parts)


def robber() -> Token:
    rules = TokenRules(
        fees=FeeSchedule(newer=TransferFee(bps=300, maximum=2**64 - 1)),
        permanent_delegate=SOMEBODY,
        hook_authority=SOMEBODY,
    )
    return a_token(rules=rules)


def test_a_safe_token_is_said_to_be_so_in_one_line() -> None:
    line = safety.short_line(judged())
    assert line == "Safety: mint locked, no freeze, LP burned · all ok"


def test_dangers_come_first_in_the_short_line() -> None:
    report = judged(robber(), fee=robber().rules.fees.newer)
    said = safety.short_line(report)
    assert not isinstance(said, str)
    assert said.render()[0].startswith("Safety: ⚠️ danger, permanent delegate; hook can be set")


def test_a_card_shows_each_finding_with_its_level_and_why() -> None:
    text = words(safety.card(card_of(judged(robber())), KEYS))
    lines = text.splitlines()
    assert lines[0] == "PAPER · Safety of WIF · dogwifhat"
    assert lines[1] == "1 danger, 2 warnings"
    assert lines[2] == (
        "⚠️ danger · permanent delegate: somebody can take or burn your tokens at any time"
    )
    assert lines[3].startswith("warn · hook can be set: ")
    assert "ok · LP burned: 100% burned: nobody can take it away" in lines
    assert lines[-1] == "I open nothing in it for you. /safety changes that."
    assert "slot 453 946 911 · priced by PumpSwap" in text


def test_a_card_says_what_nobody_told_and_that_the_chain_is_silent() -> None:
    report = judged(facts=TokenFacts(mint=a_mint(), slot=1), trip=None)
    text = words(safety.card(card_of(report, slot=None), KEYS))
    assert "Not known: who may take the liquidity away; " in text
    assert "The chain does not answer now" in text


@pytest.mark.parametrize("hostile", ["</code><b>x", "\u202egnp", "@admin", "https://t.me/x"])
def test_a_hostile_name_stays_a_name(hostile: str) -> None:
    screen = safety.card(card_of(judged(), a_token(symbol=hostile, name=hostile * 9)), KEYS)
    text, entities = screen.text.render()
    assert utf16_units(text) <= LONGEST_MESSAGE
    assert "\u202e" not in text
    assert {entity["type"] for entity in entities} <= {"bold", "code"}


def test_a_wish_is_shown_with_the_button_for_the_other() -> None:
    on, off = (safety.setting(KEYS, blocks=blocks) for blocks in (True, False))
    assert on.rows[0][0].text == "Trade them too"
    assert on.rows[0][0].data == KEYS.data("safety", 0, "off")
    assert off.rows[0][0].data == KEYS.data("safety", 0, "on")
    assert "dangerous tokens too" in words(off)


@pytest.mark.parametrize(("word", "is_on"), [("on", True), ("OFF", False)])
def test_a_switch_is_read(word: str, *, is_on: bool) -> None:
    wanted = (Argument(kind=Kind.SWITCH, is_optional=True),)
    assert read_arguments(word, wanted).is_on is is_on
    assert read_arguments("", wanted).is_on is None
    with pytest.raises(Refusal, match="bad_switch"):
        read_arguments("maybe", wanted)


def test_a_receipt_shows_the_tokens_own_fee_in_its_own_line() -> None:
    fill = replace(a_receipt().fill, transfer_fee_units=8_127_000, token_units=262_773_000)
    text = words(receipts.receipt(a_fill(receipt=a_receipt(fill=fill)), KEYS))
    assert "Token's own fee 8.127 WIF (3%)" in text.splitlines()


def test_a_first_receipt_shows_the_safety_line_and_later_ones_do_not() -> None:
    assert "Safety: " in words(receipts.receipt(a_fill(safety=judged()), KEYS))
    assert "Safety: " not in words(receipts.receipt(a_fill(), KEYS))


def test_the_question_for_a_size_shows_the_safety_line() -> None:
    asked = trading.which_size(a_token(), Side.LONG, 1, 10**11, KEYS, report=judged(robber()))
    assert "Safety: ⚠️ danger, permanent delegate" in words(asked)


def test_amounts_and_prices_are_shown_as_wallets_scale_them() -> None:
    scaled = a_token(rules=TokenRules(ui=UiMultiplier(older=Decimal(5), newer=Decimal(5))))
    text = words(receipts.receipt(a_fill(scaled), KEYS))
    assert "Bought 1354 WIF for 5 SOL" in text, "270.9 of base units, times five"
    assert "Decided 0.003684 · filled 0.003691 SOL" in text
    assert "Amounts are shown times 5" in safety.rule_lines(scaled)


def test_rules_are_shown_with_who_holds_them() -> None:
    fees = FeeSchedule(
        older=TransferFee(bps=100, maximum=5_000_000),
        newer=TransferFee(bps=250, maximum=5_000_000),
        newer_epoch=1_052,
    )
    token = a_token(rules=TokenRules(fees=fees, fee_authority=SOMEBODY, is_paused=True))
    shown = [
        line if isinstance(line, str) else line.render()[0] for line in safety.rule_lines(token)
    ]
    assert shown == [
        "Transfer fee 1%, at most 5 WIF; from epoch 1052: 2.5%, at most 5 WIF",
        "Transfers are paused",
        f"Transfer fee set by: {SOMEBODY}",
    ]
    assert safety.rule_lines(a_token()) == ()
