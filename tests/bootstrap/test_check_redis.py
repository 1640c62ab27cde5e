"""The check says whether Redis answers and what it is, and never where or by what password."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.bootstrap.settings import Settings
from bot.cli.check_redis import redis_findings
from tests.faults.redis_server import redis_server


def settings_with(url: str) -> Settings:
    return Settings(_env_file=None, redis_url=url)  # type: ignore[call-arg, arg-type]


async def test_redis_is_named_with_its_version_or_called_away(tmp_path: Path) -> None:
    assert await redis_findings(settings_with("")) == []
    async with redis_server(tmp_path) as redis:
        (well,) = await redis_findings(settings_with(redis.url))
        assert (well.state, well.subject) == ("ok", "redis")
        assert well.detail.startswith("Redis ")
        assert well.detail.endswith(", without TLS")
        await redis.kill()
        (away,) = await redis_findings(settings_with(redis.url))
        assert away.state == "warn"
        assert "goes on without it" in away.cure


@pytest.mark.parametrize("url", ["rediss://:canary@127.0.0.1:1/0", "redis://canary:canary@[::1]:1"])
async def test_neither_address_nor_password_is_told(url: str) -> None:
    settings = settings_with(url)
    (away,) = await redis_findings(settings)
    assert away.state == "warn"
    assert "canary" not in f"{away} {settings!r}"
    assert ("REDIS_URL", "set") in settings.shown()


def test_an_address_of_another_kind_is_refused_without_showing_it() -> None:
    with pytest.raises(ValidationError, match="redis://") as refused:
        settings_with("http://:canary@there")
    assert "canary" not in str(refused.value)
