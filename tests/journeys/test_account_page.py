"""From `/dashboard` in chat to the account page and back: logging in, factors, freezing."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pyotp

from bot.bootstrap.running import Running
from tests.builders.canaries import MASTER_KEY as KEY
from tests.builders.canaries import PIN
from tests.journeys.people import Reply, buttons_of
from tests.journeys.town import Town

LINK = re.compile(r"(http://127\.0\.0\.1:\d+)/login/([A-Za-z0-9_-]{43})")
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
TYPED = re.compile(r'<p class="typed">([A-Z2-7 ]+)</p>')


class Browser:
    """A browser as our pages meet one: it keeps cookies and says where a form comes from."""

    def __init__(self, base: str, client: httpx.AsyncClient) -> None:
        self.base = base
        self.client = client
        self.shown = ""

    async def look(self, path: str) -> httpx.Response:
        answer = await self.client.get(self.base + path)
        self.shown = answer.text
        return answer

    async def send(self, path: str, **fields: str) -> httpx.Response:
        found = CSRF.search(self.shown)
        data = {"csrf": found[1]} if found else {}
        answer = await self.client.post(
            self.base + path,
            data=data | fields,
            headers={"Origin": self.base},
            follow_redirects=True,
        )
        self.shown = answer.text
        return answer


def link_of(reply: Reply) -> re.Match[str]:
    found = LINK.search(reply.text)
    assert found is not None, reply.text
    return found


async def notices_to(town: Town, who: int, words: str) -> dict[str, str]:
    """Wait for a notice with these words, and give its buttons."""
    found: list[dict[str, str]] = []

    async def is_there() -> bool:
        shown = (await town.wire.get(f"/sandbox/chats/{who}/messages", after="0"))["messages"]
        found[:] = [buttons_of(m) for m in shown if words in str(m.get("text"))]
        return bool(found)

    await town.until(is_there, f"{words!r} is told")
    return found[-1]


@asynccontextmanager
async def visiting(town: Town, **settings: object) -> AsyncIterator[tuple[Running, int, Browser]]:
    """Run the bot with a key; gives it, a newcomer, and their browser, which is logged in."""
    async with (
        town.bot(master_key=KEY, **settings) as running,
        httpx.AsyncClient(timeout=30) as client,
    ):
        who = await town.newcomer("Ann")
        await town.say(who, "/start")
        browser = Browser(running.public_url, client)
        await log_in(town, who, browser)
        yield running, who, browser


async def log_in(town: Town, who: int, browser: Browser) -> str:
    """Follow a fresh link; gives the token that is used up by it."""
    base, token = link_of(await town.say(who, "/dashboard")).groups()
    assert base == browser.base
    assert (await browser.look(f"/login/{token}")).status_code == 200
    assert "Telegram number" in (await browser.send("/login", token=token)).text
    return token


async def set_pin(town: Town, who: int, browser: Browser) -> None:
    """Set a PIN, and see that it is told and asked for."""
    await browser.look("/security")
    await browser.send("/security/pin", pin=PIN, again=PIN)
    await notices_to(town, who, "Set anew: PIN")
    assert "First prove that it is you" in (await browser.look("/security")).text


async def test_a_link_works_once_and_is_kept_nowhere(empty_town: Town) -> None:
    town = empty_town
    async with visiting(town) as (_, who, browser):
        told = await notices_to(town, who, "New web session")
        assert "Freeze my account" in told
        used = await log_in(town, who, browser)
        assert (await browser.send("/login", token=used)).status_code == 403
        kept = await town.value("SELECT string_agg(payload::text, ' ') FROM outbox")
        assert used not in kept
        older = link_of(await town.say(who, "/dashboard"))[2]
        await town.say(who, "/dashboard")
        assert (await browser.send("/login", token=older)).status_code == 403


async def test_factors_are_set_and_proved_on_the_page(empty_town: Town) -> None:
    town = empty_town
    async with visiting(town) as (_, who, browser):
        await browser.look("/security")
        weak = await browser.send("/security/pin", pin="123456", again="123456")
        assert weak.status_code == 422
        await set_pin(town, who, browser)
        assert (await browser.send("/prove", factor="pin", secret="111222")).status_code == 403
        await browser.look("/security")
        await browser.send("/prove", factor="pin", secret=PIN)
        assert "Change the PIN" in browser.shown
        await browser.send("/security/authenticator")
        found = TYPED.search(browser.shown)
        assert found is not None
        code = pyotp.TOTP(found[1].replace(" ", "")).now()
        await browser.send("/security/authenticator/confirm", code=code)
        assert "Set up another app" in browser.shown
        await browser.send("/security/codes")
        assert len(re.findall(r"<li>[a-z2-9-]{14}</li>", browser.shown)) == 10


async def test_an_account_is_frozen_in_chat_and_thawed_on_the_page(empty_town: Town) -> None:
    town = empty_town
    async with visiting(town, unfreeze_hours=0.0) as (running, who, browser):
        await set_pin(town, who, browser)
        frozen = await town.say(who, "/freeze")
        assert "Your account is frozen" in frozen.text
        assert (await browser.look("/account")).status_code == 401
        assert "is frozen" in (await town.say(who, "/open WIF long 1")).text
        await log_in(town, who, browser)
        assert (await browser.send("/unfreeze")).status_code == 403
        await browser.look("/security")
        await browser.send("/prove", factor="pin", secret=PIN)
        await browser.look("/account")
        assert "will be unfrozen" in (await browser.send("/unfreeze")).text
        await notices_to(town, who, "will be unfrozen")
        await running.services.security.freezes.lift_due()
        await notices_to(town, who, "no longer frozen")
        assert "Bought" in (await town.say(who, "/open WIF long 1")).text


async def test_a_pin_typed_into_the_chat_is_taken_out_and_not_kept(empty_town: Town) -> None:
    town = empty_town
    async with town.bot(master_key=KEY):
        who = await town.newcomer()
        await town.say(who, "/security")
        told = await town.say(who, "739155")
        assert "looked like a PIN" in told.text
        stored = await town.value("SELECT string_agg(raw, ' ') FROM inbox")
        assert "739155" not in stored
        shown = (await town.wire.get(f"/sandbox/chats/{who}/messages", after="0"))["messages"]
        typed = [message for message in shown if "739155" in str(message.get("text"))]
        assert [message["deleted"] for message in typed] == [True]
