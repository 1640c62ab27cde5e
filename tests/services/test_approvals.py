"""What takes two: done once by two people, or not at all, whatever happens in between."""

import asyncio

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.domain.approvals import ApprovalKind
from bot.domain.errors import Refusal
from bot.domain.people import Admission, Change
from bot.domain.role_caps import ROLE_CAPS
from bot.domain.users import Role
from bot.services.role_limits import CapChange
from bot.telegram.invitation_links import NONCE
from tests.builders.people import ABE, ADA, ANN, BOB, PeopleHouse, people_house

SOL = 10**9
RAISE = {"role": "basic", "word": "positions", "name": "open_positions", "value": "50"}


async def two_admins(database: Pool) -> PeopleHouse:
    house = people_house(database)
    await house.meet(ADA)
    await house.admin(ABE)
    await house.meet(ANN)
    return house


async def state_of(house: PeopleHouse, approval_id: int) -> str:
    return str(
        await house.database.fetchval(
            "SELECT state FROM approvals WHERE approval_id = $1", approval_id
        )
    )


async def prove(database: Pool) -> None:
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert proof.differences == ()


async def test_a_promotion_takes_the_word_of_a_second_admin(database: Pool) -> None:
    house = await two_admins(database)
    asked = await house.wish(ABE, ApprovalKind.PROMOTE, ANN)
    assert await house.role(ANN) == "basic"
    assert f"Approval {asked} is asked for" in (await house.told(ADA))[0]
    with pytest.raises(Refusal, match="approval_by_two"):
        await house.decide(ABE, asked)
    await house.decide(ADA, asked)
    assert (await house.meet(ANN)).role is Role.ADMIN
    assert (await house.told(ANN))[0].startswith("You are an admin now.")
    with pytest.raises(Refusal, match="approval_decided"):
        await house.decide(ADA, asked, is_yes=False)
    assert await house.audit(ANN) == [
        ("approval.asked", ABE, ANN), ("role.changed", ADA, ANN), ("approval.given", ADA, ANN),
    ]  # fmt: skip


async def test_two_who_agree_at_once_do_it_once(database: Pool) -> None:
    house = await two_admins(database)
    await house.admin(BOB)
    asked = await house.wish(ABE, ApprovalKind.CORRECT, ANN, lamports=str(25 * SOL))
    outcomes = await asyncio.gather(
        *(house.decide(by, asked) for by in (ADA, BOB) * 4), return_exceptions=True
    )
    assert outcomes.count(None) == 1
    assert {one.code for one in outcomes if isinstance(one, Refusal)} == {"approval_decided"}
    assert await house.cash(ANN) == 125 * SOL
    assert len(await house.told(ANN)) == 1
    await prove(database)


async def test_yes_and_no_at_once_leave_one_of_them(database: Pool) -> None:
    house = await two_admins(database)
    await house.admin(BOB)
    for _ in range(6):
        asked = await house.wish(ABE, ApprovalKind.CORRECT, ANN, lamports=str(SOL))
        before = await house.cash(ANN)
        await asyncio.gather(
            house.decide(ADA, asked), house.decide(BOB, asked, is_yes=False),
            return_exceptions=True,
        )  # fmt: skip
        is_given = await state_of(house, asked) == "approved"
        assert await house.cash(ANN) == before + is_given * SOL


async def test_a_correction_counts_as_granted_and_the_books_still_balance(database: Pool) -> None:
    house = await two_admins(database)
    await house.decide(ADA, await house.wish(ABE, ApprovalKind.CORRECT, ANN, lamports=str(5 * SOL)))
    await house.decide(
        ADA, await house.wish(ABE, ApprovalKind.CORRECT, ANN, lamports=str(-30 * SOL))
    )
    assert await house.cash(ANN) == 75 * SOL
    wallet = await database.fetchrow("SELECT * FROM virtual_wallets WHERE user_id = $1", ANN)
    assert (wallet["grant_lamports"], wallet["version"]) == (75 * SOL, 2)
    codes = await database.fetch("SELECT code FROM transfers WHERE user_id = $1 ORDER BY 1", ANN)
    assert [row["code"] for row in codes] == ["correction", "correction", "grant"]
    await prove(database)


async def test_a_correction_without_approval_would_be_found(database: Pool) -> None:
    await two_admins(database)
    await database.execute("SELECT book_correction($1, 'approval:999', 5)", ANN)
    proof = await PostgresLedgerAudit(database, SystemClock()).prove()
    assert [one.kind for one in proof.differences] == ["transfer_without_cause"]


async def test_more_than_is_there_is_not_taken(database: Pool) -> None:
    house = await two_admins(database)
    with pytest.raises(Refusal, match="too_much_to_take"):
        await house.wish(ABE, ApprovalKind.CORRECT, ANN, lamports=str(-100 * SOL))
    first = await house.wish(ABE, ApprovalKind.CORRECT, ANN, lamports=str(-60 * SOL))
    second = await house.wish(ABE, ApprovalKind.CORRECT, ANN, lamports=str(-60 * SOL))
    await house.decide(ADA, first)
    with pytest.raises(Refusal, match="too_much_to_take"):
        await house.decide(ADA, second)
    assert await state_of(house, second) == "open", "nothing has changed"
    assert await house.cash(ANN) == 40 * SOL


async def test_what_nobody_answers_in_time_is_void_and_told_once(database: Pool) -> None:
    house = await two_admins(database)
    asked = await house.wish(ABE, ApprovalKind.PROMOTE, ANN)
    house.pass_time(minutes=30)
    with pytest.raises(Refusal, match="approval_void"):
        await house.decide(ADA, asked)
    for _ in range(2):
        await house.desk.approvals.void_late()
    assert await state_of(house, asked) == "void"
    assert [text for text in await house.told(ABE) if "is void" in text] != []
    assert len([text for text in await house.told(ADA) if "is void" in text]) == 1
    assert await house.role(ANN) == "basic"


async def test_a_late_yes_and_the_clock_at_once_never_both_count(database: Pool) -> None:
    house = await two_admins(database)
    asked = await house.wish(ABE, ApprovalKind.PROMOTE, ANN)
    house.pass_time(minutes=29, seconds=59)
    request = await house.asks(ADA)
    house.pass_time(seconds=2)

    async def agree() -> None:
        await house.desk.approvals.decide(request, asked, is_yes=True, answer=lambda _one: ())

    await asyncio.gather(agree(), house.desk.approvals.void_late(), return_exceptions=True)
    state = await state_of(house, asked)
    assert (state, await house.role(ANN)) in {("approved", "admin"), ("void", "basic")}


@pytest.mark.parametrize("how", ["demoted", "frozen", "banned", "unlisted"])
async def test_what_a_former_admin_asked_for_is_void(database: Pool, how: str) -> None:
    house = await two_admins(database)
    await house.admin(BOB)
    asked = await house.wish(ABE, ApprovalKind.PROMOTE, ANN)
    if how == "demoted":
        await house.decide(ADA, await house.wish(BOB, ApprovalKind.DEMOTE, ABE))
    elif how == "unlisted":
        await database.execute("DELETE FROM role_grants WHERE user_id = $1", ABE)
        await database.execute("SELECT settle_role($1, now())", ABE)
    else:
        await house.change(ADA, Change.FREEZE if how == "frozen" else Change.BAN, ABE)
    with pytest.raises(Refusal, match="approval_void"):
        await house.decide(ADA, asked)
    assert (await house.role(ANN), await state_of(house, asked)) == ("basic", "void")
    await house.desk.approvals.void_late()
    assert "is void" in (await house.told(ABE))[-1]


async def test_whom_it_is_about_has_no_say(database: Pool) -> None:
    house = await two_admins(database)
    await house.admin(BOB)
    asked = await house.wish(ABE, ApprovalKind.DEMOTE, BOB)
    for is_yes in (True, False):
        with pytest.raises(Refusal, match="approval_about_you"):
            await house.decide(BOB, asked, is_yes=is_yes)
    gift = await house.wish(ABE, ApprovalKind.CORRECT, BOB, lamports=str(SOL))
    with pytest.raises(Refusal, match="approval_about_you"):
        await house.decide(BOB, gift)
    assert not any("is asked for" in text for text in await house.told(BOB))


async def test_nobody_asks_anything_for_themselves_or_of_an_owner(database: Pool) -> None:
    house = await two_admins(database)
    for kind in (ApprovalKind.PROMOTE, ApprovalKind.DEMOTE, ApprovalKind.CORRECT):
        with pytest.raises(Refusal, match="on_yourself"):
            await house.wish(ABE, kind, ABE, lamports="5")
        with pytest.raises(Refusal, match="on_owner"):
            await house.wish(ABE, kind, ADA, lamports="5")
    with pytest.raises(Refusal, match="not_permitted"):
        await house.wish(ANN, ApprovalKind.PROMOTE, BOB)


async def test_a_sole_owner_presses_twice_and_it_is_noted(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ADA)
    await house.meet(ANN)
    asked = await house.wish(ADA, ApprovalKind.PROMOTE, ANN)
    await house.decide(ADA, asked)
    assert (await house.meet(ANN)).role is Role.ADMIN
    details = await database.fetchval(
        "SELECT details FROM audit_log WHERE action = 'approval.given'"
    )
    assert details["is_sole"] is True
    # From now on there is another admin.
    await house.meet(BOB)
    with pytest.raises(Refusal, match="approval_by_two"):
        await house.decide(ADA, await house.wish(ADA, ApprovalKind.PROMOTE, BOB))


async def test_a_second_owner_who_never_wrote_still_makes_two(database: Pool) -> None:
    house = people_house(database, roles={ADA: Role.ADMIN, ABE: Role.ADMIN})
    await house.meet(ADA)
    await house.meet(ANN)
    with pytest.raises(Refusal, match="approval_by_two"):
        await house.decide(ADA, await house.wish(ADA, ApprovalKind.PROMOTE, ANN))


async def test_a_limit_is_lowered_by_one_and_raised_by_two(database: Pool) -> None:
    house = await two_admins(database)

    async def change(after: int) -> CapChange:
        return await house.desk.limits.asked(await house.meet(ABE), Role.BASIC, "positions", after)

    lower = await change(5)
    assert not lower.is_raised
    await house.desk.limits.lower(await house.asks(ABE), lower, lambda: ())
    assert (await change(50)).is_raised
    with pytest.raises(Refusal, match="cap_raised"):
        await house.desk.limits.lower(await house.asks(ABE), await change(50), lambda: ())
    await house.decide(ADA, await house.wish(ABE, ApprovalKind.LIMIT, **RAISE))
    found = await house.desk.limits.of(await house.meet(ABE), Role.BASIC)
    assert found["positions"] == 50
    assert set(found) == set(ROLE_CAPS)
    rows = await database.fetch("SELECT details FROM audit_log WHERE action = 'limits.changed'")
    assert [(row["details"]["from"], row["details"]["to"]) for row in rows] == [(10, 5), (5, 50)]


async def test_an_invitation_to_be_admin_goes_to_whoever_asked_once_another_agreed(
    database: Pool,
) -> None:
    house = await two_admins(database)
    closed = people_house(database, mode=Admission.CLOSED)
    asked = await house.wish(ABE, ApprovalKind.INVITE, role="admin", days=3)
    assert not await database.fetchval("SELECT count(*) FROM invitations")
    await house.decide(ADA, asked)
    rows = await database.fetch("SELECT chat_id, payload ->> $1 AS nonce FROM outbox"
                                " WHERE payload ? $1", NONCE)  # fmt: skip
    assert [row["chat_id"] for row in rows] == [ABE]
    await closed.desk.invitations.redeem(
        await closed.asks(BOB), house.seal.token(rows[0]["nonce"]), lambda _role: ()
    )
    assert (await closed.meet(BOB)).role is Role.ADMIN


async def test_one_update_asks_and_answers_once(database: Pool) -> None:
    house = await two_admins(database)
    asked = await house.wish(ABE, ApprovalKind.CORRECT, ANN, lamports=str(SOL))
    request = await house.asks(ADA)

    async def agree() -> None:
        await house.desk.approvals.decide(request, asked, is_yes=True, answer=lambda _one: ())

    await agree()
    with pytest.raises(Refusal, match="approval_decided"):  # as after a kill before the mark
        await agree()
    assert await house.cash(ANN) == 101 * SOL
    assert await house.open_updates() == 0


GATE = {"stage": "small", "cooling_seconds": "3600"}


async def test_a_stage_towards_live_takes_two_and_nobodys_own_word(database: Pool) -> None:
    house = await two_admins(database)
    with pytest.raises(Refusal, match="on_yourself"):
        await house.wish(ABE, ApprovalKind.GATE, ABE, **GATE)
    with pytest.raises(Refusal, match="gate_skips_stage"):
        await house.wish(ABE, ApprovalKind.GATE, ANN, **GATE | {"stage": "proven"})
    with pytest.raises(Refusal, match="gate_same_stage"):
        await house.wish(ABE, ApprovalKind.GATE, ANN, **GATE | {"stage": "paper"})
    # An admin's own account is like any other: whom it is about has no word in it.
    of_ada = await house.wish(ABE, ApprovalKind.GATE, ADA, **GATE)
    with pytest.raises(Refusal, match="approval_about_you"):
        await house.decide(ADA, of_ada)
    asked = await house.wish(ABE, ApprovalKind.GATE, ANN, **GATE)
    with pytest.raises(Refusal, match="approval_by_two"):
        await house.decide(ABE, asked)
    await house.decide(ADA, asked)
    rows = await database.fetch("SELECT user_id, stage FROM live_gates")
    assert [tuple(row) for row in rows] == [(ANN, "small")]
    assert "stage small" in (await house.told(ANN))[0]
    assert ("gate.promoted", ADA, ANN) in await house.audit(ANN)
    await house.decide(
        ADA, await house.wish(ABE, ApprovalKind.GATE, ANN, **GATE | {"stage": "paper"})
    )
    cooling = await database.fetchval("SELECT cooling_until FROM live_gates")
    assert (cooling - house.clock.now()).total_seconds() == 3600
    assert ("gate.demoted", ADA, ANN) in await house.audit(ANN)


async def test_a_sole_owner_moves_nobody_towards_live(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ADA)
    await house.meet(ANN)
    # What paper may do by pressing twice, real money may not.
    await house.decide(ADA, await house.wish(ADA, ApprovalKind.CORRECT, ANN, lamports=str(SOL)))
    with pytest.raises(Refusal, match="approval_by_two"):
        await house.decide(ADA, await house.wish(ADA, ApprovalKind.GATE, ANN, **GATE))
    assert await database.fetchval("SELECT count(*) FROM live_gates") == 0
