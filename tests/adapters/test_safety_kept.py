"""What is kept of a token's rules and of a person's wish, and the fee of a token in the books."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.adapters.database.shelf import PostgresShelf
from bot.domain.errors import Refusal
from bot.domain.identifiers import TOKEN_2022_PROGRAM
from bot.domain.notices import Notice
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.pools.taxed import taxed
from bot.domain.positions import Side
from bot.domain.token_rules import TokenRules, UiMultiplier
from bot.domain.transfer_fees import FeeSchedule, TransferFee
from bot.domain.users import Mode
from bot.ports.mail import StoredUpdate
from tests.builders.books import ENGINE, books_on, meet
from tests.builders.desks import NOON, SOL, market, pool, request, token

HELLO = Notice(chat_id=1001, method="sendMessage", payload={"text": "hello"})
RULES = TokenRules(
    fees=FeeSchedule(newer=TransferFee(bps=250, maximum=2**64 - 1), newer_epoch=2**63),
    permanent_delegate="somebody",
    ui=UiMultiplier(newer=Decimal("1.000000000000001"), newer_at=-(2**63)),
    unknown=("Extension99",),
)


async def test_rules_come_back_as_they_were_kept(database: Pool) -> None:
    shelf = PostgresShelf(database)
    kept = await shelf.keep(replace(token(), rules=RULES), [])
    assert kept.rules == RULES
    assert [found.rules for found, _ in await shelf.all_tokens()] == [RULES]


async def test_a_token_of_before_has_its_rules_still_to_be_read(database: Pool) -> None:
    shelf = PostgresShelf(database)
    await shelf.keep(token(), [])
    await database.execute("UPDATE solana_tokens SET rules = NULL")
    ((old, _),) = await shelf.all_tokens()
    assert old.rules == TokenRules(), "the first token program has no rules"
    await database.execute("UPDATE solana_tokens SET program = $1", TOKEN_2022_PROGRAM)
    ((unread, _),) = await shelf.all_tokens()
    assert not unread.rules.is_read
    assert unread.rules.can_change()


async def test_a_wish_is_kept_with_its_answer_and_an_audit_row_once(database: Pool) -> None:
    books = books_on(database)
    ann = await meet(books)
    assert ann.blocks_danger
    await PostgresInbox(database).store(
        [StoredUpdate(update_id=7, lane=1001, raw={}, received_at=NOON)]
    )
    asked = request("tg:7", of=ann, update_id=7)
    await books.set_blocks_danger(asked, blocks=False, notices=[HELLO])
    with pytest.raises(Refusal, match="already_done"):
        await books.set_blocks_danger(asked, blocks=True, notices=[HELLO])
    assert not (await meet(books)).blocks_danger
    assert len(await PostgresOutbox(database).waiting(10)) == 1
    rows = await database.fetch("SELECT action, details FROM audit_log WHERE user_id = 1001")
    assert [(row["action"], row["details"]) for row in rows] == [
        ("blocks_danger_set", {"blocks_danger": False})
    ]


async def test_the_books_prove_with_a_tokens_own_fee_in_them(database: Pool) -> None:
    books = books_on(database)
    ann = await meet(books)
    kept = await PostgresShelf(database).keep(token(), [])
    fees = FeeSchedule(newer=TransferFee(bps=333, maximum=10**9))
    here = market(taxed(pool(), fees), kept)
    bought = request("tg:1", of=ann)
    intent = OpenIntent(token_id=kept.token_id, side=Side.LONG, size_lamports=SOL)
    desk = await books.desk(1001, Mode.PAPER, "tg:1")
    opened = ENGINE.open(desk, intent, here, bought, NOON)
    await books.book(bought, opened, [])
    fee = opened.receipt.fill.transfer_fee_units
    assert fee > 0
    sold = request("tg:2", of=ann)
    desk = await books.desk(1001, Mode.PAPER, "tg:2")
    assert desk.holdings == {kept.mint: opened.position.token_units}
    await books.book(
        sold, ENGINE.close(desk, CloseIntent(number=1, percent=40), here, sold, NOON), []
    )
    taken = await database.fetchval("SELECT sum(amount) FROM transfers WHERE code = 'transfer_fee'")
    assert taken > fee
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.is_balanced, proof.differences


async def test_the_proof_sees_a_fee_that_was_booked_wrongly(database: Pool) -> None:
    books = books_on(database)
    ann = await meet(books)
    kept = await PostgresShelf(database).keep(token(), [])
    fees = FeeSchedule(newer=TransferFee(bps=333, maximum=10**9))
    asked = request("tg:1", of=ann)
    intent = OpenIntent(token_id=kept.token_id, side=Side.LONG, size_lamports=SOL)
    desk = await books.desk(1001, Mode.PAPER, "tg:1")
    opened = ENGINE.open(desk, intent, market(taxed(pool(), fees), kept), asked, NOON)
    forgotten = tuple(t for t in opened.transfers if t.code.value != "transfer_fee")
    await books.book(asked, replace(opened, transfers=forgotten), [])
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert {difference.kind for difference in proof.differences} == {"order_tokens", "holding"}
