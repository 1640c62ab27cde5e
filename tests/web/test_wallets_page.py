"""The wallets page: a wallet is linked, or brought along with a key that nobody else ever sees."""

import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from solders.keypair import Keypair

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.adapters.database.live_wallets import PostgresLiveWallets
from bot.adapters.database.watched_wallets import PostgresWatchedWallets
from bot.adapters.signing.signer_client import SignerClient
from bot.adapters.solana.message_signatures import has_signed
from bot.domain.users import Role
from bot.ports.wallet_balances import WalletAsked, WalletBalances
from bot.services.live import Live
from bot.services.live_wallets import LiveWallets
from bot.services.wallet_imports import WalletImports
from bot.services.watched_wallets import WatchedWallets
from tests.builders.books import books_on, meet
from tests.builders.signers import Signers
from tests.web.doors import ADA, ANN, BOB, OpenDoor, served

CANARY = Keypair()
MESSAGE = re.compile(r"I let the Telegram bot [^<]+Nonce \w+, until [0-9TZ:-]+\.")


class Balances:
    async def of_all(self, asked: Sequence[WalletAsked]) -> Sequence[WalletBalances]:
        return [
            WalletBalances(slot=1, lamports=2 * 10**9, rent_lamports=0, tokens={}, empty={})
            for _ in asked
        ]


@dataclass(frozen=True, kw_only=True)
class LiveDoor:
    """The public door where live trading is on, and its signer."""

    door: OpenDoor
    signers: Signers


@pytest.fixture(scope="module")
async def signers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Signers]:
    """A signer that is up."""
    made = Signers(folder=tmp_path_factory.mktemp("s"))
    made.make()
    async with made.process():
        yield made


@pytest.fixture
async def live_door(
    open_door: OpenDoor, database: Pool, signers: Signers
) -> AsyncIterator[LiveDoor]:
    for person in (ANN, BOB):
        await meet(books_on(database), person, Role.PREMIUM)
    async with connected(signers) as client:
        door = replace(open_door.door, live=live_on(open_door, database, client))
        async with served(door) as base:
            yield LiveDoor(door=replace(open_door, base=base), signers=signers)


@asynccontextmanager
async def connected(signers: Signers) -> AsyncIterator[SignerClient]:
    client = signers.client()
    try:
        yield client
    finally:
        await client.close()


def live_on(door: OpenDoor, database: Pool, signer: SignerClient) -> Live:
    """What the page needs of live trading; the rest of it is not there."""
    clock, book = SystemClock(), PostgresLiveWallets(database)
    live = object.__new__(Live)
    parts = {
        "wallets": LiveWallets(book=book, make_key=signer.new_wallet, clock=clock),
        "watched": WatchedWallets(
            book=PostgresWatchedWallets(database), balances=Balances(), verify=has_signed,
            draw=lambda: "a0nonce", clock=clock, tokens={}, bot_name="kitrader_bot",
        ),
        "imports": WalletImports(
            book=book, accounts=PostgresLiveAccounts(database, lambda _queued: None),
            adopt=signer.adopt, require_proof=door.security.factors.require_proof, clock=clock,
        ),
    }  # fmt: skip
    for name, part in parts.items():
        object.__setattr__(live, name, part)
    return live


async def test_a_wallet_is_linked_on_the_page_and_shown_watch_only(live_door: LiveDoor) -> None:
    door, wallet = live_door.door, Keypair()
    ann = await door.session_of(ANN)
    asked = await door.post(ann, "/wallets/link", address=str(wallet.pubkey()))
    assert asked.status_code == 303
    found = MESSAGE.search((await door.get(ann, "/wallets")).text)
    assert found is not None
    signature = str(wallet.sign_message(found[0].encode()))
    assert (await door.post(ann, "/wallets/signature", signature=signature)).status_code == 303
    page = (await door.get(ann, "/wallets")).text
    assert "WATCH ONLY" in page
    assert str(wallet.pubkey()) in page
    assert "2 SOL" in page
    again = await door.post(ann, "/wallets/signature", signature=signature)
    assert again.status_code == 409
    bob = await door.session_of(BOB)
    assert str(wallet.pubkey()) not in (await door.get(bob, "/wallets")).text
    assert (await door.post(bob, "/wallets/1/unlink")).status_code == 404
    assert (await door.post(ann, "/wallets/1/unlink")).status_code == 303


async def test_an_imported_key_is_left_nowhere(
    live_door: LiveDoor, database: Pool, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Neither in pages, logs, the database's rows, nor the signer's files; in any spelling."""
    door = live_door.door
    caplog.set_level(logging.DEBUG)
    ann = await door.session_of(ANN)
    unmeant = await door.post(ann, "/wallets/import", typed=str(CANARY))
    wrong = await door.post(ann, "/wallets/import", typed=str(CANARY)[:-2], risk="yes")
    long = await door.post(ann, "/wallets/import", typed=str(CANARY) * 6, risk="yes")
    foreign = await door.post("x", "/wallets/import", typed=str(CANARY), risk="yes")
    done = await door.post(ann, "/wallets/import", typed=f" {CANARY} ", risk="yes")
    assert [answer.status_code for answer in (unmeant, wrong, long, foreign, done)] == [
        409, 422, 422, 401, 303,
    ]  # fmt: skip
    page = (await door.get(ann, "/wallets")).text
    assert str(CANARY.pubkey()) in page
    assert "Import this wallet" not in page
    tables = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    query = "SELECT string_agg(to_jsonb(t)::text, ' ') FROM {} t"
    rows = " ".join([await database.fetchval(query.format(table[0])) or "" for table in tables])
    left = [rows, caplog.text, *capfd.readouterr(), page, unmeant.text, wrong.text, long.text]
    files = [path for path in live_door.signers.folder.iterdir() if path.is_file()]
    left += [path.read_bytes().decode("latin-1") for path in files]
    secret = bytes(CANARY)
    spellings = (str(CANARY), str(CANARY)[:40], secret.hex(), secret[:32].hex(),
                 ", ".join(map(str, secret[:32])), secret[:32].decode("latin-1"))  # fmt: skip
    assert [spelling for spelling in spellings for text in left if spelling in text] == []
    # What is looked for would be found: the address, which is no secret, is in the database.
    assert str(CANARY.pubkey()) in rows


async def test_a_wallet_is_imported_by_one_person_once(live_door: LiveDoor) -> None:
    door, key = live_door.door, Keypair()
    ann, bob = await door.session_of(ANN), await door.session_of(BOB)
    assert (await door.post(ann, "/wallets/import", typed=str(key), risk="yes")).status_code == 303
    other = await door.post(ann, "/wallets/import", typed=str(Keypair()), risk="yes")
    assert other.status_code == 409
    elsewhere = await door.post(bob, "/wallets/import", typed=str(key), risk="yes")
    assert elsewhere.status_code == 409
    assert "cannot be imported" in elsewhere.text
    assert not any(word in elsewhere.text for word in (str(ANN), "Ann", "has it", "somebody"))


async def test_without_live_trading_there_is_no_such_page(open_door: OpenDoor) -> None:
    ada = await open_door.session_of(ADA)
    assert (await open_door.get(ada, "/wallets")).status_code == 409
    assert "/wallets" not in (await open_door.get(ada, "/account")).text
