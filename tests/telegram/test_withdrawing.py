"""Withdrawing in the chat: a list with a wait, amounts said back in numbers, stops that work."""

from dataclasses import replace
from datetime import timedelta

import pytest
from solders.keypair import Keypair

from bot.domain.users import Status
from bot.telegram.login_links import LOGIN_LINK
from bot.telegram.withdrawal_commands import WITHDRAWAL_ACTIONS
from tests.fakes.withdrawal_services import FakeMoneyOut
from tests.telegram.conftest import ChatDoor, buttons_of, text_of

FRIEND = str(Keypair.from_seed(bytes(range(32))).pubkey())


@pytest.fixture
def out(door: ChatDoor) -> FakeMoneyOut:
    door.services.live = FakeMoneyOut(door.services)
    return door.services.live


def let_it_wait(out: FakeMoneyOut) -> None:
    out.listed[0] = replace(out.listed[0], usable_at=out.listed[0].added_at - timedelta(hours=1))


async def test_an_address_is_listed_in_full_with_its_wait_and_a_way_to_freeze(
    door: ChatDoor, out: FakeMoneyOut
) -> None:
    asked = await door.press(buttons_of(await door.ask("/addresses"))["Add an address"])
    assert "look-alikes" in text_of(asked[-1])
    told = await door.ask(f"{FRIEND} my ledger")
    assert text_of(told).startswith("LIVE · New withdrawal address")
    assert FRIEND in text_of(told)
    assert "can be used from" in text_of(told)
    assert {"My addresses", "Freeze my account"} <= set(buttons_of(told))
    refused = await door.ask("/withdraw 1 SOL 1")
    assert "That address is new" in text_of(refused)
    assert out.asked == []


async def test_an_amount_is_said_back_in_numbers_and_the_link_is_cut_at_sending(
    door: ChatDoor, out: FakeMoneyOut
) -> None:
    await door.ask(f"/addresses add {FRIEND} ledger")
    let_it_wait(out)
    told = await door.ask("/withdraw all SOL ledger")
    assert text_of(told).startswith("LIVE · Withdraw all = 10 SOL")
    assert FRIEND in text_of(told)
    assert told.payload[LOGIN_LINK]["to"] == "withdrawal"
    half = await door.ask("/withdraw 50% SOL 1")
    assert text_of(half).startswith("LIVE · Withdraw 50% = 5 SOL")
    assert [each.amount for each in out.asked] == [10 * 10**9, 5 * 10**9]


async def test_it_goes_by_buttons_alone(door: ChatDoor, out: FakeMoneyOut) -> None:
    await door.ask(f"/addresses add {FRIEND} ledger")
    let_it_wait(out)
    shown = await door.ask("/withdraw")
    (_, where) = await door.press(buttons_of(shown)["10 SOL"])
    to = next(data for label, data in buttons_of(where).items() if label.startswith("ledger"))
    much = (await door.press(to))[-1]
    (*_, link) = await door.press(buttons_of(much)["25% = 2.5 SOL"])
    assert text_of(link).startswith("LIVE · Withdraw 25% = 2.5 SOL")
    again = (await door.press(to))[-1]
    assert "How much?" in text_of(again)
    typed = await door.ask("1.25")
    assert text_of(typed).startswith("LIVE · Withdraw 1.25 SOL")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/withdraw 1e9 SOL 1", "number"),
        ("/withdraw 11 SOL 1", "not enough"),
        ("/withdraw 1 SOL", "Like this"),
        ("/withdraw 0 SOL 1", "0"),
        ("/withdraw 101% SOL 1", "100"),
        ("/withdraw NaN SOL 1", "NaN"),
        ("/addresses add 0x52908400098527886E0F7030069857D2E4169EE7", "Ethereum"),
        ("/addresses add ann.sol", "names can change hands"),
        ("/addresses add So11111111111111111111111111111111111111112", "address of a token"),
        ("/addresses add nonsense here", "no Solana address"),
        ("/addresses remove 9", "no address 9"),
        ("/addresses frobnicate", "Like this"),
    ],
)
async def test_nonsense_gets_words_that_help_and_changes_nothing(
    door: ChatDoor, out: FakeMoneyOut, typed: str, told: str
) -> None:
    await door.ask(f"/addresses add {FRIEND} ledger")
    let_it_wait(out)
    assert told in text_of(await door.ask(typed))
    assert (out.asked, len(out.listed)) == ([], 1)


async def test_stopping_works_while_frozen_and_asking_does_not(
    door: ChatDoor, out: FakeMoneyOut
) -> None:
    await door.ask(f"/addresses add {FRIEND} ledger")
    let_it_wait(out)
    await door.ask("/withdraw 1 SOL 1")
    stop = buttons_of(await door.ask("/withdraw"))["Cancel 1"]
    door.services.status = Status.FROZEN
    (*_, told) = await door.press(stop)
    assert "Cancelled. Nothing was sent" in text_of(told)
    (*_, told) = await door.press(door.button("wdrop", 1))
    assert "Address removed" in text_of(told)
    assert "frozen" in text_of(await door.ask("/withdraw 1 SOL 1"))


async def test_whatever_the_buttons_carry_nothing_breaks(door: ChatDoor, out: FakeMoneyOut) -> None:
    await door.ask(f"/addresses add {FRIEND} ledger")
    for action in WITHDRAWAL_ACTIONS:
        if action.name in {"wstop", "wdrop"}:
            continue
        for argument in ("", "a1", "a9p400", "x", "a1p50"):
            await door.press(door.button(action.name, 7, argument))
    assert out.asked == []
