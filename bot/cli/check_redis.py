"""Whether Redis answers that the settings name, and what it is."""

import asyncio

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from bot.bootstrap.settings import Settings
from bot.cli.findings import Finding

_TIMEOUT_SECONDS = 3.0
_OLDEST = (6, 2)
_GOES_ON = "every process goes on without it; "


async def redis_findings(settings: Settings) -> list[Finding]:
    """Give one line where REDIS_URL is set; neither address nor password is told."""
    url = settings.redis_url.get_secret_value()
    if not url:
        return []
    try:
        version = await _version(url)
    except AuthenticationError:
        return [_finding("warn", "it refuses the password", "check the password in REDIS_URL")]
    except (RedisError, OSError, TimeoutError, ValueError) as error:
        cure = f"{_GOES_ON}check REDIS_URL, and that it is reached from here"
        return [_finding("warn", f"no answer ({type(error).__name__})", cure)]
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < _OLDEST:
        return [_finding("warn", f"Redis {version}", "use Redis 6.2 or newer")]
    how = "over TLS" if url.startswith("rediss:") else "without TLS"
    return [_finding("ok", f"Redis {version}, {how}", "")]


async def _version(url: str) -> str:
    client = Redis.from_url(url, socket_connect_timeout=_TIMEOUT_SECONDS)
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            said = await client.info("server")
    finally:
        await client.aclose()
    return str(said.get("redis_version", "?"))


def _finding(state: str, detail: str, cure: str) -> Finding:
    return Finding(subject="redis", state=state, detail=detail, cure=cure)
