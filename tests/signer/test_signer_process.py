"""The signer as operators run it: asked over its socket, killed, crowded and lied to."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.signing.frames import framed
from bot.adapters.signing.signer_client import SignerClient
from bot.domain.errors import Unavailable
from bot.domain.live_wallets import KeyDamaged, MasterKeyMissing, SealedKey
from bot.domain.signing.intents import Intent
from bot.ports.signer import SigningRefused
from bot.signer.server import Server
from tests.builders.chance import seeded
from tests.builders.signers import ROOT, Signers
from tests.builders.signing import Honest, Scene
from tests.builders.tampering import Tamperer

SCENE = Scene()
BUY = SCENE.buy()


def fresh(honest: Honest, name: str) -> Intent:
    return replace(honest.intent, intent_id=f"fresh:{name}")


async def signed(client: SignerClient, key: SealedKey, honest: Honest, name: str) -> bytes:
    tables = honest.lookup_tables
    return await client.sign(key, fresh(honest, name), honest.raw(), tables)


@asynccontextmanager
async def client_of(signers: Signers, timeout_seconds: float = 10) -> AsyncIterator[SignerClient]:
    client = signers.client(timeout_seconds)
    try:
        yield client
    finally:
        await client.close()


@pytest.mark.parametrize("honest", SCENE.everything(), ids=lambda honest: honest.name)
async def test_every_honest_message_is_signed(served: Signers, honest: Honest) -> None:
    async with client_of(served) as client:
        signature = await signed(
            client, served.key(), honest, f"every {honest.name}".replace(" ", "-")
        )
    assert signature == bytes(SCENE.wallet.sign_message(honest.raw()))


async def test_spoiled_messages_are_refused_in_words(served: Signers) -> None:
    tamperer, key = Tamperer(SCENE, seeded(11)), served.key()
    async with client_of(served) as client:
        for number, kind in enumerate(tamperer.kinds):
            spoiled = tamperer.spoil(BUY, kind)
            assert spoiled is not None
            intent = fresh(BUY, f"spoiled-{number}")
            with pytest.raises(SigningRefused) as refused:
                await client.sign(key, intent, spoiled.raw[:1232], spoiled.lookup_tables)
            assert all(refused.value.reasons)


async def test_the_signer_tells_how_it_is(served: Signers) -> None:
    async with client_of(served) as client:
        health = await client.health()
    assert (health.newest_key_version, health.is_dumpable) == (1, False)


async def test_keys_come_and_go_sealed(served: Signers) -> None:
    async with client_of(served) as client:
        key = await client.new_wallet(7, 3)
        anew = await client.reseal(key)
        assert (anew.address, anew.user_id, anew.number) == (key.address, 7, 3)
        with pytest.raises(KeyDamaged):
            await client.reseal(replace(key, user_id=8))
        with pytest.raises(MasterKeyMissing):
            await client.reseal(replace(key, key_version=4))


async def test_a_signer_that_is_away_is_said_to_be(signers: Signers) -> None:
    async with client_of(signers) as client:
        with pytest.raises(Unavailable, match="signer"):
            await client.health()


async def test_what_was_signed_is_remembered_after_a_kill(signers: Signers) -> None:
    """And the client finds the signer again by itself, also for what may be asked once only."""
    key = signers.key()
    other = bytearray(BUY.raw())
    other[bytes(other).index(bytes(range(32)))] ^= 1
    async with client_of(signers) as client:
        async with signers.process() as child:
            before = await signed(client, key, BUY, "killed")
            child.send_signal(signal.SIGKILL)
            await child.wait()
        with pytest.raises(Unavailable):
            await client.health()
        async with signers.process():
            assert await client.new_wallet(7, 1)
            with pytest.raises(SigningRefused, match="another message was signed"):
                await client.sign(key, fresh(BUY, "killed"), bytes(other), {})
            assert await signed(client, key, BUY, "killed") == before
            assert (await client.health()).signatures == 1


async def test_a_second_signer_on_the_same_journal_does_not_start(served: Signers) -> None:
    with pytest.raises(AssertionError, match="another signer has it"):
        async with served.process():
            pytest.fail("it started")
    async with client_of(served) as client:
        assert await client.health()


@pytest.mark.parametrize(
    "said",
    [
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
        b"\0\0\0\5[",
        framed(b"{}"),
        framed(b'{"do":"export"}'),
        framed(b'{"do":"health","key":1}'),
        framed(b"\xff" * 1000),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
async def test_nonsense_hurts_nobody(served: Signers, said: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(served.socket)
    writer.write(said)
    writer.write_eof()
    heard = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert heard == b"" or b'"failed"' in heard
    async with client_of(served) as client:
        assert await client.health()


async def test_a_crowd_is_turned_away_and_the_first_ones_stay(served: Signers) -> None:
    async with client_of(served) as client:
        await client.health()
        crowd = [await asyncio.open_unix_connection(served.socket) for _ in range(12)]
        heard = [await crowd[-1][0].read(1)]
        assert heard == [b""]
        assert await client.health()
        for _, writer in crowd:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in crowd))


async def test_a_stranger_hears_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The kernel says who connects; here nobody but somebody else may."""
    path = tmp_path_factory.mktemp("s") / "s"

    def never(_request: object) -> None:
        pytest.fail("a stranger was heard")

    server = Server(never, peer_uids=frozenset({os.geteuid() + 1}))
    async with server.listening(path, 0o660):
        assert mode_of(path) == 0o660
        client = SignerClient(path, timeout_seconds=5)
        with pytest.raises(Unavailable):
            await client.health()
        await client.close()
    assert not path.exists()


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_whoever_says_nothing_for_too_long_is_left(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("s") / "s"
    server = Server(
        lambda _request: pytest.fail("nothing was asked"),
        peer_uids=frozenset({os.geteuid()}),
        idle_seconds=0.05,
    )
    async with server.listening(path, 0o600):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"\0\0")
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_a_signature_that_does_not_verify_is_none(
    tmp_path_factory: pytest.TempPathFactory, signers: Signers
) -> None:
    from bot.adapters.signing.answers import Signed  # noqa: PLC0415

    path, key = tmp_path_factory.mktemp("s") / "s", signers.key()
    server = Server(
        lambda _request: Signed(signature=bytes(64)), peer_uids=frozenset({os.geteuid()})
    )
    async with server.listening(path, 0o600):
        client = SignerClient(path, timeout_seconds=5)
        with pytest.raises(Unavailable, match="does not verify"):
            await client.sign(key, BUY.intent, BUY.raw(), {})
        await client.close()


async def test_a_signer_that_hangs_is_given_up(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("s") / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        client = SignerClient(path, timeout_seconds=0.1)
        with pytest.raises(Unavailable, match="TimeoutError"):
            await client.health()
        await client.close()


def test_the_signer_imports_no_door_no_database_and_no_network() -> None:
    words = "import sys, bot.cli.signer; print(*sys.modules)"
    ran = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", words], cwd=ROOT, capture_output=True, check=True, encoding="utf-8"
    )
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert "cryptography" in loaded
    assert not loaded & {"aiogram", "aiohttp", "asyncpg", "sqlalchemy", "httpx", "fastapi", "numpy"}
    assert "bot.bootstrap" not in ran.stdout.split()


async def test_the_process_is_closed_to_others(served: Signers) -> None:
    """No core, and no debugger of its own user."""
    async with client_of(served) as client:
        assert not (await client.health()).is_dumpable
    child = pid_of(served)
    limits = Path(f"/proc/{child}/limits").read_text()  # noqa: ASYNC240
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
    maps = Path(f"/proc/{child}/maps")
    if os.geteuid():
        with pytest.raises(PermissionError):
            maps.read_text()  # noqa: ASYNC240


def pid_of(served: Signers) -> int:
    """Who has the other end of the socket, as the kernel says."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(served.socket))
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(raw[:4], "little")
