"""By rediss:// the certificate is verified, and an end that hangs holds nothing up."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from redis.asyncio import Redis

from bot.adapters.redis.line import RedisLine
from bot.bootstrap.settings import Settings
from bot.cli.check_redis import redis_findings
from bot.domain.errors import Unavailable
from tests.builders.certificates import Authority
from tests.faults.redis_door import RedisDoor, redis_door
from tests.faults.redis_lines import open_line, until
from tests.faults.redis_server import RedisServer, redis_server


@pytest.fixture(scope="module")
async def redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RedisServer]:
    async with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"), "ours")


def address(door: RedisDoor) -> str:
    return f"rediss://:canary@127.0.0.1:{door.port}"


async def found(door: RedisDoor, ca_file: Path | str = "") -> str:
    settings = Settings(_env_file=None, redis_url=address(door), redis_ca_file=ca_file)  # type: ignore[call-arg, arg-type]
    (finding,) = await redis_findings(settings)
    assert "canary" not in f"{finding}"
    assert str(door.port) not in f"{finding}"
    return f"{finding.detail} ({finding.cure})"


async def ping(client: Redis) -> object:
    return await client.ping()


async def test_a_private_signer_is_named_in_a_file_or_known_to_the_machine(
    redis: RedisServer, ours: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with redis_door(redis.socket, ours.server()) as door:
        url = address(door).replace(":canary@", "")
        async with open_line(url, ca_file=ours.file) as line:
            assert await line.ask(ping)
        monkeypatch.setenv("SSL_CERT_FILE", str(ours.file))
        async with open_line(url) as line:
            assert await line.ask(ping)


async def test_who_cannot_be_verified_is_asked_nothing_and_the_check_says_why(
    redis: RedisServer, ours: Authority, tmp_path: Path
) -> None:
    async with redis_door(redis.socket, ours.server()) as door:
        assert "signed by nobody known here" in await found(door)
        assert "REDIS_CA_FILE" in await found(door, Authority(tmp_path, "others").file)
        assert "cannot be read" in await found(door, tmp_path / "missing.pem")
        (tmp_path / "empty.pem").write_text("nothing")
        assert "no certificate in REDIS_CA_FILE" in await found(door, tmp_path / "empty.pem")
        line = RedisLine(address(door), space="kitrader:1")
        with pytest.raises(Unavailable):
            await line._ask(ping)
        await line.close()
    async with redis_door(redis.socket, ours.server("127.0.0.2")) as door:
        assert "of another address" in await found(door, ours.file)
    async with redis_door(redis.socket, ours.server(days=-1)) as door:
        assert "has expired" in await found(door, ours.file)


@pytest.mark.parametrize("word", ["ssl_cert_reqs=none", "db=0&ssl_check_hostname=false"])
def test_verifying_cannot_be_turned_off(word: str) -> None:
    with pytest.raises(ValidationError, match="always verified"):
        Settings(_env_file=None, redis_url=f"rediss://there/0?{word}")  # type: ignore[call-arg, arg-type]


async def test_an_end_that_hangs_is_left_at_once_and_not_waited_for_at_the_end(
    redis: RedisServer, ours: Authority
) -> None:
    tls: ssl.SSLContext = ours.server()
    url = "rediss://127.0.0.1:{}"
    async with (
        redis_door(redis.socket, tls) as door,
        open_line(url.format(door.port), ca_file=ours.file) as line,
    ):
        redis.hang()
        await until(line, is_up=False)
        with pytest.raises(Unavailable):
            await line.ask(ping)
        redis.wake()
        await until(line, is_up=True)
        door.swallow()
        await until(line, is_up=False)
        # TLS would wait half a minute for the other end to say goodbye.
        async with asyncio.timeout(10):
            await line.close()
