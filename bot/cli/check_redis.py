"""Whether Redis answers that the settings name, and what it is."""

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

from redis.exceptions import AuthenticationError, RedisError

from bot.adapters.redis.line import client_of
from bot.bootstrap.settings import Settings
from bot.cli.findings import Finding

_TIMEOUT_SECONDS = 3.0
_OLDEST = (6, 2)
_GOES_ON = "every process goes on without it; "
# By OpenSSL's numbers (X509_V_ERR_...).
_UNKNOWN_SIGNER = "is signed by nobody known here", "name the signer's in REDIS_CA_FILE"
_CERTIFICATES = {
    9: ("is not valid yet", "check the clocks of both machines"),
    10: ("has expired", "renew it"),
    62: ("is of another name", "write a name that it has into REDIS_URL"),
    64: ("is of another address", "write a name that it has into REDIS_URL"),
}


async def redis_findings(settings: Settings) -> list[Finding]:
    """Give one line where REDIS_URL is set; neither address nor password is told."""
    url, ca_file = settings.redis_url.get_secret_value(), settings.redis_ca_file
    if not url:
        return []
    if ca_file is not None and (unread := _unread(ca_file)):
        return [_finding("warn", unread, "check the path, rights and text of that file")]
    try:
        version = await _version(url, ca_file)
    except (RedisError, OSError, TimeoutError, ValueError) as error:
        return [_failed(error)]
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < _OLDEST:
        return [_finding("warn", f"Redis {version}", "use Redis 6.2 or newer")]
    how = "over TLS" if url.startswith("rediss:") else "without TLS"
    return [_finding("ok", f"Redis {version}, {how}", "")]


def _failed(error: Exception) -> Finding:
    if isinstance(error, AuthenticationError):
        return _finding("warn", "it refuses the password", "check the password in REDIS_URL")
    if broken := _tls_error(error):
        return _distrusted(broken)
    cure = f"{_GOES_ON}check REDIS_URL, and that it is reached from here"
    return _finding("warn", f"no answer ({type(error).__name__})", cure)


async def _version(url: str, ca_file: Path | None) -> str:
    client = client_of(url, ca_file, socket_connect_timeout=_TIMEOUT_SECONDS)
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            said = await client.info("server")
    finally:
        with suppress(RedisError, OSError, TimeoutError):
            await client.aclose()
    return str(said.get("redis_version", "?"))


def _unread(ca_file: Path) -> str:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_file)
    except ssl.SSLError:
        return "no certificate in REDIS_CA_FILE"
    except OSError:
        return "REDIS_CA_FILE cannot be read"
    return ""


def _tls_error(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def _distrusted(error: ssl.SSLError) -> Finding:
    """Say why there is no TLS; the error's own words may name the address."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return _finding("warn", "it speaks no TLS there", "check the port in REDIS_URL")
    detail, cure = _CERTIFICATES.get(error.verify_code, _UNKNOWN_SIGNER)
    return _finding("warn", f"its certificate {detail}", f"{_GOES_ON}{cure}")


def _finding(state: str, detail: str, cure: str) -> Finding:
    return Finding(subject="redis", state=state, detail=detail, cure=cure)
