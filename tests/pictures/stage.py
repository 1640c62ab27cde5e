"""The stage of the pictures: a demo with its people, and a camera on the chat page."""

import asyncio
import io
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from bot.cli.tour_people import Answer, People, sandbox_people
from tests.pictures.browser import Browser, browser

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
ANN, PIA, ADA = 1001, 2001, 3001
LOUNGE = -1001000000001
PHONE_PX, TALLEST_PX, SCALE = 400, 1100, 1.5
MOST_BYTES = 80_000
_STARTS_WITHIN_SECONDS = 120.0
_PLAIN = """
    const style = document.createElement("style");
    style.textContent = `.chat { background: #d7e5ec !important } %s`;
    document.head.append(style);
"""
_SEE = """
    document.querySelector('[data-key="person-%d"]').click();
    await new Promise((done) => setTimeout(done, 700));
    document.querySelector('[data-key="chat-%d"]').click();
"""
_HEIGHT = """(() => {
    const rows = [...document.querySelectorAll("#messages .row")].slice(-%d);
    const box = document.getElementById("messages").getBoundingClientRect();
    const top = rows[0].getBoundingClientRect().top;
    const end = rows.at(-1).getBoundingClientRect().bottom;
    return Math.ceil(end - top + innerHeight - box.height + 20);
})()"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a scene is played, and photographed."""

    url: str
    people: People
    camera: Browser

    async def say(self, who: int, text: str, *expected: str, chat: int | None = None) -> Answer:
        """Say something, and wait for an answer with these words."""
        return await self.people.say(who, text, expected or (".",), chat)

    async def press(self, who: int, on: Answer, label: str, *expected: str) -> Answer:
        """Press a button of an answer's last message that has it."""
        message = next((one for one in reversed(on.messages) if _has(one, label)), None)
        if message is None:
            raise LookupError(f"no button {label!r} below {on.texts}")
        return await self.people.press(who, message, label, expected or (".",))

    async def take(
        self, name: str, who: int, rows: int, *, chat: int | None = None, style: str = ""
    ) -> None:
        """Take a picture of the last messages of a chat as a phone shows them."""
        await self.camera.resize(PHONE_PX, TALLEST_PX, SCALE)
        await self._look(who, chat or who, style)
        height = min(TALLEST_PX, int(await self.camera.run(_HEIGHT % rows)))
        await self.camera.resize(PHONE_PX, height, SCALE)
        await self.keep(name)

    async def take_desktop(self, name: str, who: int) -> None:
        """Take a picture of the whole chat page as a desktop shows it."""
        await self.camera.resize(1280, 800, 1.0)
        await self._look(who, who, "")
        await self.keep(name)

    async def _look(self, who: int, chat: int, style: str) -> None:
        await self.camera.go(self.url)
        await self.camera.wait_for(f'[data-key="person-{who}"]')
        drawn = _PLAIN % style + _SEE % (who, chat)
        await self.camera.run(f"(async () => {{ {drawn} }})()")
        await asyncio.sleep(0.8)

    async def take_page(self, name: str, width_px: int, height_px: int) -> None:
        """Take a picture of the page that the browser is on."""
        await self.camera.resize(width_px, height_px, SCALE)
        await self.keep(name)

    async def keep(self, name: str) -> None:
        """Keep what is on the screen, with as many colours as fit into its size."""
        shot = Image.open(io.BytesIO(await self.camera.picture())).convert("RGB")
        for colours in (128, 64, 32, 16):
            packed = io.BytesIO()
            shot.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
            if packed.tell() <= MOST_BYTES:
                break
        (FOLDER / f"{name}.png").write_bytes(packed.getvalue())
        print(f"{name}.png: {shot.width} x {shot.height}, {packed.tell():,} bytes")  # noqa: T201

    async def fund(self, address: str, sol: int) -> None:
        """Send SOL of the sandbox's chain to an address."""
        body = {"address": address, "lamports": sol * 10**9}
        (await self.people.client.post("/sandbox/chain/fund", json=body)).raise_for_status()

    async def shock(self, symbol: str, percent: int) -> None:
        """Move a token's price at once."""
        market = (await self.people.client.get("/sandbox/market")).json()
        mint = next(one["mint"] for one in market["tokens"] if one["symbol"] == symbol)
        body = {"mint": mint, "percent": percent}
        (await self.people.client.post("/sandbox/market/shock", json=body)).raise_for_status()


def _has(message: dict[str, Any], label: str) -> bool:
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return any(button["text"].startswith(label) for row in rows for button in row)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Start a demo and a browser for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="kitrader-demo-") as folder:
        words = ("-m", "bot", "demo", "--port", "0", "--data-dir", folder)
        demo = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        try:
            url = await _address(demo)
            async with sandbox_people(url) as people, browser() as camera:
                yield Stage(url=url, people=people, camera=camera)
        finally:
            demo.terminate()
            await demo.wait()


async def _address(demo: asyncio.subprocess.Process) -> str:
    assert demo.stdout is not None
    async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
        async for line in demo.stdout:
            if found := re.search(rb"http://\S+", line):
                return found[0].decode()
    raise SystemExit("the demo ended before it began")
