"""Runs the nginx and Caddy examples before the real web door, and pushes through them.

    .venv/bin/python -m benchmarks.proxies

Needs nginx, caddy and openssl; a proxy that is not there is left out, and that is said. Ports, the
certificate and the list of networks are put in place of the examples' own, nothing else.
"""

import asyncio
import json
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from tests.builders.ports import free_port
from tests.journeys.town import Town, open_town

ROOT = Path(__file__).parents[1]
HOST = "trade.example.org"
OPENSSL = "/usr/bin/openssl"
SECRET = "town-hall-secret-0123456789"  # noqa: S105 (of a town in a box)
OK, REFUSED, BAD_GATEWAY = 200, 403, 502
UPDATE = {"update_id": 4_000_000, "message": {"message_id": 1, "date": 1, "text": "/help",
          "chat": {"id": 77, "type": "private"},
          "from": {"id": 77, "is_bot": False, "first_name": "Pia"}}}  # fmt: skip
TELEGRAM = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}


def nginx_config(folder: Path, port: int, upstream: int, *, lets_us_in: bool) -> list[str]:
    """Write the example with our ports; gives the command that serves it."""
    text = (ROOT / "operations/nginx/kitrader.conf").read_text("utf-8")
    text = re.sub(r"    listen \[::\]:\d+.*;\n", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    text = text.replace("/etc/ssl/kitrader/", f"{folder}/").replace(
        "127.0.0.1:8080", f"127.0.0.1:{upstream}"
    )
    text = text.replace("/var/log/nginx/", f"{folder}/")
    if lets_us_in:
        text = text.replace("default        0;", "default        0;\n    127.0.0.1/32 1;")
    (folder / "kitrader.conf").write_text(text)
    main = (f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
            f"events {{}}\nhttp {{ include {folder}/kitrader.conf; "
            + "".join(f"{name}_temp_path {folder}/{name};" for name in
                      ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) + " }\n")  # fmt: skip
    (folder / "nginx.conf").write_text(main)
    words = [_found("nginx"), "-t", "-q", "-c", str(folder / "nginx.conf")]
    subprocess.run(words, check=True)  # noqa: S603 - a fixed command
    return ["nginx", "-c", str(folder / "nginx.conf")]


def caddy_config(folder: Path, port: int, upstream: int, *, lets_us_in: bool) -> list[str]:
    """Write the example with our ports; gives the command that serves it."""
    text = (ROOT / "operations/caddy/Caddyfile").read_text("utf-8")
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{upstream}")
    text = text.replace("admin off", f"admin off\n\tauto_https off\n\thttp_port {free_port()}")
    tls = f"\ttls {folder}/fullchain.pem {folder}/privkey.pem\n"
    text = text.replace(f"{HOST} {{\n", f"https://{HOST}:{port} {{\n\tbind 127.0.0.1\n{tls}")
    text = text.replace("/var/log/caddy/", f"{folder}/")
    if lets_us_in:
        text = text.replace("91.108.4.0/22", "91.108.4.0/22 127.0.0.1/32")
    (folder / "Caddyfile").write_text(text)
    words = ["--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    command = [_found("caddy"), "validate", *words]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a fixed command
    return ["caddy", "run", *words]


class _Here(AbstractResolver):
    """Finds every name on this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give our own address."""
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def proxy(
    name: str, upstream: int, *, lets_us_in: bool
) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve an example before a port; gives who speaks to it as a browser or Telegram would."""
    write = {"nginx": nginx_config, "caddy": caddy_config}[name]
    with tempfile.TemporaryDirectory() as made:
        folder, port = Path(made), free_port()
        subprocess.run(  # noqa: ASYNC221, S603 - nothing else runs yet
            [OPENSSL, "req", "-x509", "-newkey",
             "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={HOST}",
             "-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        command = write(folder, port, upstream, lets_us_in=lets_us_in)
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": "/usr/sbin:/usr/bin:/bin", "HOME": made, "XDG_DATA_HOME": made},
        )  # fmt: skip
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        try:
            connector = aiohttp.TCPConnector(ssl=trusting, resolver=_Here())
            async with aiohttp.ClientSession(
                f"https://{HOST}:{port}", headers={"Host": HOST}, connector=connector
            ) as session:
                await _until_it_listens(port)
                yield session
        finally:
            process.terminate()
            await process.wait()


def _found(name: str) -> str:
    path = shutil.which(name)
    assert path is not None, name
    return path


async def _until_it_listens(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise AssertionError("the proxy does not listen")


async def through(name: str, town: Town) -> None:
    """Push an update, visit a page, and try what must not pass."""
    door = free_port()
    settings = {
        "webhook_url": f"https://{HOST}/telegram/webhook", "webhook_secret": SECRET,
        "http_port": door, "trusted_proxies": ("127.0.0.1",),
    }  # fmt: skip
    async with town.bot(**settings), proxy(name, door, lets_us_in=True) as browser:
        update = UPDATE | {"update_id": 4_000_000 + door}
        async with browser.post(
            "/telegram/webhook", data=json.dumps(update), headers=TELEGRAM
        ) as said:
            assert said.status == OK, said.status
        assert (
            await town.value("SELECT count(*) FROM inbox WHERE update_id = $1", update["update_id"])
            == 1
        )
        found = {
            "a wrong secret": await _status(browser, "POST", "/telegram/webhook", b"{}"),
            "a GET of the webhook": await _status(browser, "GET", "/telegram/webhook"),
            "two megabytes": await _status(browser, "POST", "/telegram/webhook", b" " * 2_000_000),
            "a form of 20 kB": await _status(browser, "POST", "/login", b" " * 20_000),
            "metrics": await _status(browser, "GET", "/metrics"),
            "status": await _status(browser, "GET", "/status"),
            "readiness": await _status(browser, "GET", "/health/ready"),
        }
        # Caddy before 2.7 says 502 where it cuts a body off that is too large.
        large = 502 if name == "caddy" and found["two megabytes"] == BAD_GATEWAY else 413
        assert list(found.values()) == [401, 405, large, large, 404, 404, 404], found
        async with browser.get("/login") as page:
            text = await page.text()
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
            assert "max-age" in page.headers["Strict-Transport-Security"]
            print(f"{name}: pushed 200, a page {page.status} ({len(text)} characters), {found}")
    async with town.bot(**settings), proxy(name, door, lets_us_in=False) as stranger:
        assert await _status(stranger, "POST", "/telegram/webhook", b"{}") == REFUSED
        print(f"{name}: a stranger at the webhook 403")


async def _status(session: aiohttp.ClientSession, method: str, path: str, body: bytes = b"") -> int:
    async with session.request(method, path, data=body or None) as answer:
        return answer.status


async def forwarded(name: str) -> None:
    """See what is passed on of the headers by which a visitor says where they come from."""
    seen: list[dict[str, str]] = []

    async def note(request: web.Request) -> web.Response:
        seen.append({key.lower(): value for key, value in request.headers.items()})
        return web.Response()

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", note)
    runner = web.AppRunner(application)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    claims = {"X-Forwarded-For": "1.2.3.4", "X-Real-IP": "1.2.3.4", "Forwarded": "for=1.2.3.4",
              "X-Forwarded-Proto": "http"}  # fmt: skip
    async with proxy(name, port, lets_us_in=True) as visitor, visitor.get("/", headers=claims):
        pass
    await runner.cleanup()
    (headers,) = seen
    assert headers["x-forwarded-for"] == "127.0.0.1", headers
    assert headers["x-forwarded-proto"] == "https", headers
    assert headers["host"] == HOST, headers
    assert not any("1.2.3.4" in value for value in headers.values()), headers
    print(f"{name}: where a visitor is, is said by the proxy alone")


async def main() -> None:
    """Try both, as far as they are installed."""
    with tempfile.TemporaryDirectory() as made:
        async with embedded_postgres(Path(made)) as server:
            await migrate(server.dsn)
            for name in ("nginx", "caddy"):
                if shutil.which(name) is None:
                    print(f"{name} is not installed")
                    continue
                await forwarded(name)
                async with open_town(server.dsn) as town:
                    await through(name, town)


if __name__ == "__main__":
    asyncio.run(main())
