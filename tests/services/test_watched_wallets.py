"""A wallet elsewhere is linked by its signature alone, for one person, once; and never traded."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from solders.keypair import Keypair

from bot.adapters.database.connection import Pool
from bot.adapters.database.watched_wallets import PostgresWatchedWallets
from bot.adapters.solana.message_signatures import has_signed
from bot.domain.errors import Refusal, Unavailable
from bot.domain.identifiers import TOKEN_PROGRAM
from bot.domain.users import Role, User
from bot.domain.wallet_links import LINK_LIFE, MOST_WATCHED, signed_forms
from bot.ports.wallet_balances import WalletAsked, WalletBalances
from bot.services.watched_wallets import WatchedWallets
from tests.builders.books import books_on, known_token, meet
from tests.fakes.hand_clock import HandClock

OTHER = 1002


@dataclass
class Balances:
    """The chain as one answer."""

    tokens: Mapping[str, int] = field(default_factory=dict)
    is_away: bool = False

    async def of_all(self, asked: Sequence[WalletAsked]) -> Sequence[WalletBalances | None]:
        if self.is_away:
            raise Unavailable("Solana RPC", asked[0].address)
        return [
            WalletBalances(slot=1, lamports=7, rent_lamports=0, tokens=self.tokens, empty={})
            for _ in asked
        ]


@dataclass(kw_only=True)
class Desk:
    service: WatchedWallets
    clock: HandClock
    balances: Balances
    ann: User
    bob: User


@pytest.fixture
async def desk(database: Pool) -> Desk:
    books, clock, balances = books_on(database), HandClock(), Balances()
    token = await known_token(database)
    nonces = iter(f"nonce-{number}" for number in range(100))
    service = WatchedWallets(
        book=PostgresWatchedWallets(database),
        balances=balances,
        verify=has_signed,
        draw=lambda: next(nonces),
        clock=clock,
        tokens={token.token_id: replace(token, program=TOKEN_PROGRAM)},
        bot_name="kitrader_bot",
    )
    balances.tokens = {token.mint: 5}
    ann = await meet(books, role=Role.ADMIN)
    bob = await meet(books, OTHER, Role.PREMIUM)
    return Desk(service=service, clock=clock, balances=balances, ann=ann, bob=bob)


def signed(wallet: Keypair, message: str, form: int = 0) -> bytes:
    return bytes(wallet.sign_message(signed_forms(message)[form]))


async def refused(what: object) -> str:
    with pytest.raises(Refusal) as caught:
        await what  # type: ignore[misc]
    return caught.value.code


@pytest.mark.parametrize("form", [0, 1], ids=["as it is", "as `solana` signs"])
@pytest.mark.parametrize("is_base58", [True, False])
async def test_a_wallet_is_linked_by_its_signature(
    desk: Desk, form: int, *, is_base58: bool
) -> None:
    wallet = Keypair()
    asked = await desk.service.ask(desk.ann, str(wallet.pubkey()))
    assert all(part in asked.message for part in ("kitrader_bot", "1001", str(wallet.pubkey())))
    raw = signed(wallet, asked.message, form)
    text = str(wallet.sign_message(signed_forms(asked.message)[form]))
    await desk.service.link(desk.ann, text if is_base58 else base64.b64encode(raw).decode())
    (view,) = await desk.service.watched(desk.ann)
    assert (view.wallet.address, view.lamports) == (str(wallet.pubkey()), 7)
    assert [units for _, units in view.tokens] == [5]
    assert await desk.service.watched(desk.bob) == []


async def test_a_signature_serves_once_and_nobody_else(desk: Desk) -> None:
    wallet, address = Keypair(), ""
    address = str(wallet.pubkey())
    asked = await desk.service.ask(desk.ann, address)
    signature = str(wallet.sign_message(asked.message.encode()))
    await desk.service.ask(desk.bob, address)
    assert await refused(desk.service.link(desk.bob, signature)) == "not_its_signature"
    await desk.service.link(desk.ann, signature)
    assert await refused(desk.service.link(desk.ann, signature)) == "no_wallet_link"
    await desk.service.ask(desk.ann, address)
    assert await refused(desk.service.link(desk.ann, signature)) == "not_its_signature"


@pytest.mark.parametrize("text", ["", "x", "1" * 88, "z" * 88, "A" * 88, "é" * 64, "5" * 2_000])
async def test_what_is_no_signature_of_the_wallet_links_nothing(desk: Desk, text: str) -> None:
    wallet = Keypair()
    asked = await desk.service.ask(desk.ann, str(wallet.pubkey()))
    assert await refused(desk.service.link(desk.ann, text)) == "not_its_signature"
    by_another = str(Keypair().sign_message(asked.message.encode()))
    assert await refused(desk.service.link(desk.ann, by_another)) == "not_its_signature"
    assert await desk.service.watched(desk.ann) == []


async def test_a_link_holds_for_ten_minutes(desk: Desk) -> None:
    wallet = Keypair()
    asked = await desk.service.ask(desk.ann, str(wallet.pubkey()))
    desk.clock.advance((LINK_LIFE + timedelta(seconds=1)).total_seconds())
    signature = str(wallet.sign_message(asked.message.encode()))
    assert await desk.service.asked(desk.ann) is None
    assert await refused(desk.service.link(desk.ann, signature)) == "no_wallet_link"


@pytest.mark.parametrize("address", ["", "hello", TOKEN_PROGRAM[:-1], "0x" + "a" * 40])
async def test_what_is_no_wallet_is_not_linked(desk: Desk, address: str) -> None:
    assert await refused(desk.service.ask(desk.ann, address)) == "no_wallet_address"


async def test_a_person_links_so_many_and_unlinks_only_their_own(desk: Desk) -> None:
    for _ in range(MOST_WATCHED):
        wallet = Keypair()
        asked = await desk.service.ask(desk.ann, str(wallet.pubkey()))
        await desk.service.link(desk.ann, str(wallet.sign_message(asked.message.encode())))
    again = desk.service.ask(desk.ann, str(Keypair().pubkey()))
    assert await refused(again) == "too_many_watched"
    assert await refused(desk.service.unlink(desk.bob, 1)) == "unknown_watched"
    await desk.service.unlink(desk.ann, 1)
    desk.balances.is_away = True
    left = await desk.service.watched(desk.ann)
    assert [view.wallet.number for view in left] == list(range(2, MOST_WATCHED + 1))
    assert {view.lamports for view in left} == {None}
