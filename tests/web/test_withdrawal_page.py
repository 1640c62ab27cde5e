"""The page of a withdrawal: what is shown is what is proved, once, in time, by its owner alone."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.domain.withdrawals import WithdrawalState
from tests.builders.swap_worlds import SOL, swap_world
from tests.builders.withdrawal_scenes import WithdrawalScene, withdrawal_scene
from tests.web.doors import OpenDoor, opened, served

NONCE = re.compile(r'name="nonce" value="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The owner at their page."""

    scene: WithdrawalScene
    door: OpenDoor
    token: str

    async def page(self) -> httpx.Response:
        return await self.door.get(self.token, "/withdrawal")

    async def send(self, code: str, nonce: str | None = None) -> httpx.Response:
        if nonce is None:
            found = NONCE.search((await self.page()).text)
            nonce = found[1] if found else "none"
        return await self.door.post(self.token, "/withdrawal", nonce=nonce, code=code)

    def code(self) -> str:
        """The code of the next half minute: the one of now confirmed the authenticator."""
        return self.scene.totp.at(SystemClock().now() + timedelta(seconds=30))

    async def states(self) -> list[str]:
        rows = await self.scene.pool.fetch("SELECT state FROM withdrawals ORDER BY number")
        return [row["state"] for row in rows]


@pytest.fixture
async def desk(database: Pool) -> AsyncIterator[Desk]:
    async with swap_world(slot_ms=10) as world, opened(database) as door:
        scene = (await withdrawal_scene(world, database)).with_rules(delay=timedelta(minutes=30))
        with_page = replace(door.door, withdrawals=scene.desk.asking)
        async with served(with_page) as base:
            link = await scene.security.sessions.invite(scene.owner.user_id)
            token = await scene.security.sessions.log_in(link, "a test")
            mine = replace(door, door=with_page, security=scene.security, base=base)
            yield Desk(scene=scene, door=mine, token=token)


async def test_the_page_shows_all_of_it_and_the_code_starts_the_delay_once(desk: Desk) -> None:
    withdrawal = await desk.scene.asked(desk.scene.sol(SOL // 4))
    shown = await desk.page()
    assert shown.status_code == 200
    for part in ("0.25 SOL", withdrawal.destination, withdrawal.wallet_address, "LIVE"):
        assert part in shown.text
    code = desk.code()
    done = await desk.send(code, withdrawal.nonce)
    assert done.status_code == 200
    assert "It will be sent at" in done.text
    again = await desk.send(code, withdrawal.nonce)
    assert again.status_code == 404
    proved = await desk.scene.read(withdrawal.number)
    assert proved.state is WithdrawalState.WAITING
    assert await desk.scene.held() > SOL // 4
    news = await desk.scene.live.rows("SELECT payload ->> 'text' AS t FROM outbox")
    assert any("Until then you can stop it" in row["t"] for row in news)


async def test_a_code_counts_for_no_other_terms(desk: Desk) -> None:
    first = await desk.scene.asked(desk.scene.sol(SOL // 4))
    await desk.scene.asked(desk.scene.sol(3 * SOL))
    code = desk.code()
    assert (await desk.send(code, first.nonce)).status_code == 404
    assert (await desk.send(code, "made up")).status_code == 404
    assert await desk.states() == ["lapsed", "asked"]
    # Neither was looked at, so the code is still good for the one that the page shows.
    assert (await desk.send(code)).status_code == 200


async def test_wrong_codes_are_five_and_then_nothing_is_looked_at(desk: Desk) -> None:
    await desk.scene.asked(desk.scene.sol())
    told = [(await desk.send(f"{number:06}")).status_code for number in range(7)]
    assert told == [403] * 5 + [429] * 2
    assert (await desk.send(desk.code())).status_code == 429
    assert await desk.states() == ["asked"]


async def test_pins_and_recovery_codes_prove_no_withdrawal(desk: Desk) -> None:
    visitor = await desk.scene.security.sessions.visitor(desk.token)
    assert visitor is not None
    await desk.scene.security.factors.set_pin(
        replace(visitor, session=replace(visitor.session, proved_at=SystemClock().now())), "482913"
    )
    await desk.scene.asked(desk.scene.sol())
    assert (await desk.send("482913")).status_code == 403
    assert await desk.states() == ["asked"]


async def test_after_two_minutes_and_for_others_there_is_nothing(desk: Desk) -> None:
    await desk.scene.asked(desk.scene.sol())
    other = await desk.door.session_of(1002)
    for page in (
        await desk.door.get(other, "/withdrawal"),
        await desk.door.post(other, "/withdrawal", nonce="nonce-1", code="123456"),
    ):
        assert page.status_code == 404
    await desk.scene.pool.execute("ALTER TABLE withdrawals DISABLE TRIGGER USER")
    await desk.scene.pool.execute("UPDATE withdrawals SET expires_at = now() - interval '1 s'")
    await desk.scene.pool.execute("ALTER TABLE withdrawals ENABLE TRIGGER USER")
    assert (await desk.page()).status_code == 404
    assert (await desk.send(desk.code(), "nonce-1")).status_code == 404
    assert await desk.states() == ["asked"]


async def test_a_frozen_owner_proves_nothing(desk: Desk) -> None:
    withdrawal = await desk.scene.asked(desk.scene.sol())
    await desk.scene.pool.execute("UPDATE users SET status = 'frozen'")
    assert (await desk.send(desk.code(), withdrawal.nonce)).status_code == 403
    assert await desk.scene.held() == 0
