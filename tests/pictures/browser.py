"""A headless Chromium over its DevTools socket: goes to pages, runs scripts, takes pictures."""

import asyncio
import base64
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

_SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-port=0", "about:blank",
)  # fmt: skip
_STARTS_WITHIN_SECONDS = 30.0


@dataclass(slots=True)
class Browser:
    """One tab."""

    socket: aiohttp.ClientWebSocketResponse
    numbers: count = field(default_factory=count)  # type: ignore[type-arg]

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        """Ask the browser for one thing and give its answer."""
        number = next(self.numbers)
        await self.socket.send_json({"id": number, "method": method, "params": params})
        while True:
            answer = await self.socket.receive_json()
            if answer.get("id") == number:
                return answer["result"]

    async def go(self, url: str) -> None:
        """Load a page and let it draw itself."""
        await self.call("Page.navigate", url=url)
        await asyncio.sleep(1.0)

    async def run(self, script: str) -> Any:
        """Run a script in the page and give what it gives."""
        answer = await self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", script))
        return answer["result"].get("value")

    async def wait_for(self, selector: str) -> None:
        """Wait until the page has such an element."""
        async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
            there = f"document.querySelector({selector!r}) !== null"
            while not await self.run(there):  # noqa: ASYNC110 - the page tells nobody
                await asyncio.sleep(0.1)

    async def resize(self, width_px: int, height_px: int, scale: float) -> None:
        """Be a screen of this size."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width_px, height=height_px, deviceScaleFactor=scale, mobile=width_px < 600,
        )  # fmt: skip
        await asyncio.sleep(0.4)

    async def picture(self) -> bytes:
        """Give what is on the screen as PNG."""
        answer = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(answer["data"])


def chromium() -> str:
    """Give the program: what CHROMIUM names, or the first that is installed."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("no Chromium found: install one, or name it in CHROMIUM")
    return found


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Give a browser for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="kitrader-pictures-") as folder:
        process = await asyncio.create_subprocess_exec(
            chromium(), *_SWITCHES, f"--user-data-dir={folder}",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            address = await _address(Path(folder) / "DevToolsActivePort")
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{address}/json") as answer,
                session.ws_connect(_tab(await answer.json()), max_msg_size=0) as socket,
            ):
                tab = Browser(socket)
                await tab.call("Page.enable")
                await tab.call("Page.setBypassCSP", enabled=True)  # for styles of our own
                yield tab
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            await asyncio.sleep(0.3)  # its children still write into the folder


async def _address(file: Path) -> str:
    async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
        while not (port := _port_in(file)):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
    return f"http://127.0.0.1:{port}"


def _port_in(file: Path) -> str:
    return file.read_text().partition("\n")[0] if file.exists() else ""


def _tab(tabs: list[dict[str, str]]) -> str:
    return next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
