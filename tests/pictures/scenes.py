"""Who says what for each picture of the user's guide, in the order of the guide."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pyotp

from bot.adapters.clock import SystemClock
from bot.cli.tour_people import Answer
from tests.pictures.stage import ADA, ANN, LOUNGE, PIA, Stage

_ADDRESS = re.compile(r"^[1-9A-HJ-NP-Za-km-z]{43,44}$", re.MULTILINE)
# Nobody shall photograph an address of a demo and send money to it.
_BLURRED = "#messages img, #messages code { filter: blur(10px) }"
_TRIES = 5
_ELSEWHERE = "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM"


async def first_steps(stage: Stage) -> None:
    """Ann comes, looks at a token, and buys it."""
    welcome = await stage.say(ANN, "/start", "Welcome")
    await stage.take("start", ANN, 2)
    card = await stage.press(ANN, welcome, "WIF", "Liquidity")
    await stage.take("card", ANN, 1)
    await stage.press(ANN, card, "Buy 5", "position #1")
    await stage.take("receipt", ANN, 1)


async def orders(stage: Stage) -> None:
    """Ann protects what she has, and lets an order wait."""
    await stage.say(ANN, "/open JUP long 5 tp +30% sl -10%", "Armed")
    await stage.take("bracket", ANN, 2)
    await stage.say(ANN, "/limit WIF buy 5 at -10%", "waits")
    await stage.say(ANN, "/trail 1 10%", "trailing")
    await stage.say(ANN, "/orders", "orders wait")
    await stage.take("orders", ANN, 2)
    await stage.say(ANN, "/positions", "equity")
    await stage.take("positions", ANN, 2)
    await stage.take_desktop("desktop", ANN)


async def alerts(stage: Stage) -> None:
    """Ann asks to be told, and is."""
    await stage.say(ANN, "/alert BONK moves 5%", "BONK")
    await stage.take("alert", ANN, 2)
    await stage.shock("BONK", 12)
    await _until(stage, ANN, "crossed")
    await stage.take("alert-fired", ANN, 1)


async def reports(stage: Stage) -> None:
    """Ann sells, and looks at what it came to."""
    await stage.say(ANN, "/close 1 50%", "Sold")
    await stage.say(ANN, "/pnl", "P&L")
    await stage.take("report", ANN, 2)
    await stage.say(ANN, "/chart WIF", "WIF")
    await stage.take("chart", ANN, 1)


async def groups(stage: Stage) -> None:
    """Ada sets a group up, Ann asks there."""
    await stage.say(ADA, "/start", "Welcome")
    await stage.say(ADA, "/setup", "group", chat=LOUNGE)
    await stage.take("group-setup", ADA, 2, chat=LOUNGE)
    await stage.say(ANN, "/price WIF", "WIF", chat=LOUNGE)
    await stage.take("group", ANN, 2, chat=LOUNGE)


async def live(stage: Stage) -> None:
    """Pia passes the gate, pays in, trades, and sees what it cost."""
    await stage.say(PIA, "/start", "Welcome")
    for symbol, percent in (("WIF", 8), ("JUP", 3)):
        bought = await stage.say(PIA, f"/open {symbol} long 1", "position #")
        await stage.shock(symbol, percent)
        await asyncio.sleep(3)
        await stage.press(PIA, bought, "Close all", "closed")
    gate = await stage.say(PIA, "/live", "Stage 1")
    await stage.take("gate", PIA, 1)
    await stage.press(PIA, gate, "Go up", "now at small")
    deposit = await stage.say(PIA, "/deposit", "deposit")
    address = next(found[0] for text in deposit.texts if (found := _ADDRESS.search(text)))
    await stage.take("deposit", PIA, 2, style=_BLURRED)
    await stage.fund(address, 3)
    await _until(stage, PIA, "\\+3 SOL")
    asked = await stage.say(PIA, "/mode live", "real")
    await stage.press(PIA, asked, "Yes", "LIVE")
    question = await stage.say(PIA, "/open WIF long 0.5", "at least")
    await stage.take("live-question", PIA, 1)
    await stage.press(PIA, question, "No")
    await _bought_live(stage)
    await stage.take("live-receipt", PIA, 1)


async def leaving(stage: Stage) -> None:
    """Pia sets up her authenticator, and takes money out."""
    page = stage.camera
    await page.resize(560, 900, 1.0)
    await page.go(_link(await stage.say(PIA, "/dashboard", "logs you in")))
    await _submit(page, "form[action='/login'] button")
    await stage.take_page("account-page", 560, 760)
    await page.go((await page.run("location.origin")) + "/security")
    await _submit(page, "form[action='/security/authenticator'] button")
    secret = re.sub(r"\s", "", await page.run("document.querySelector('.typed').textContent"))
    totp = pyotp.TOTP(secret)
    await page.run(f"document.querySelector('input[name=code]').value = '{totp.now()}'")
    await _submit(page, "main form button.main")
    await stage.say(PIA, f"/addresses add {_ELSEWHERE} savings", "savings")
    await stage.take("address", PIA, 2)
    await asyncio.sleep(32)
    asked = await stage.say(PIA, "/withdraw 0.5 SOL 1", "0.5 SOL")
    await stage.take("withdrawal", PIA, 2)
    await page.resize(560, 900, 1.0)
    await page.go(_link(asked))
    await _submit(page, "form[action='/login'] button")
    await stage.take_page("withdrawal-page", 560, 620)
    code = totp.at(SystemClock().now() + timedelta(seconds=30))
    await page.run(f"document.querySelector('input[name=code]').value = '{code}'")
    await _submit(page, "form[action='/withdrawal'] button")
    await _until(stage, PIA, "you can stop it")
    await stage.take("withdrawal-waits", PIA, 1)


async def freezing(stage: Stage) -> None:
    """Pia freezes her account."""
    await stage.say(PIA, "/freeze", "frozen|Frozen")
    await stage.take("freeze", PIA, 2)


SCENES = (first_steps, orders, alerts, reports, groups, live, leaving, freezing)


async def _bought_live(stage: Stage) -> None:
    """Buy live, once more where the price moved away before."""
    for _ in range(_TRIES):
        question = await stage.say(PIA, "/open WIF long 0.5", "at least")
        answer = await stage.press(PIA, question, "Buy, real money", "confirmed|Nothing was bought")
        if any("confirmed" in text for text in answer.texts):
            return
    raise RuntimeError("the price moves faster than Pia buys")


async def _until(stage: Stage, who: int, words: str) -> None:
    async with asyncio.timeout(60):
        while True:
            answer = await stage.people.client.get(
                f"/sandbox/chats/{who}/messages", params={"viewer": who, "after": 0}
            )
            last = answer.json()["messages"][-1]
            if re.search(words, last.get("text") or last.get("caption") or ""):
                return
            await asyncio.sleep(0.5)


async def _submit(page: Any, selector: str) -> None:
    await page.wait_for(selector)
    await page.run(f"document.querySelector({selector!r}).click()")
    await asyncio.sleep(1.5)


def _link(answer: Answer) -> str:
    said = [
        found[0] for text in answer.texts if (found := re.search(r"http://\S+/login/\S+", text))
    ]
    buttons = [url for message in answer.messages for url in _urls(message)]
    return (said + buttons)[0]


def _buttons(message: dict[str, Any]) -> list[dict[str, str]]:
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def _urls(message: dict[str, Any]) -> list[str]:
    return [button["url"] for button in _buttons(message) if "/login/" in button.get("url", "")]
