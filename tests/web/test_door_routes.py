"""Every route of the public door, by its description: as a stranger, two people, an admin."""

import asyncio
import html
import re
from dataclasses import fields, replace
from typing import Any

import httpx
import pytest

from bot.services.web_sessions import form_token
from bot.web.application import described
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.builders.examples import examples
from tests.web.doors import (
    ADA,
    ANN,
    BOB,
    HOOK,
    ORIGIN,
    SECOND_HOOK,
    SECOND_SECRET,
    SECRET,
    OpenDoor,
    served,
)
from tests.web.made_up import Sweep, headed
from tests.web.others import FIELDS, Others, filled, operations

OPEN_TO_ALL = {"/", "/login/{token}", "/login", "/static/door.css", "/health/live", HOOK}


PEOPLE = {"stranger": 0, "Ann": ANN, "Bob": BOB, "admin": ADA}


async def test_made_up_requests_meet_no_fault_and_nothing_undescribed(open_door: OpenDoor) -> None:
    raw = described(open_door.door).openapi()
    log_in = open_door.log_ins(PEOPLE)
    sweep = Sweep(base=open_door.base, log_in=log_in)
    await asyncio.to_thread(sweep.over, raw, examples(2))
    assert sweep.faults == []
    for who, person_id in PEOPLE.items():
        assert sweep.seen[who, 303 if person_id else 401] > 0, sweep.seen


async def test_a_stranger_gets_in_nowhere_but_where_all_may(open_door: OpenDoor) -> None:
    async with httpx.AsyncClient(base_url=open_door.base, timeout=30) as client:
        found = {}
        for method, path, _ in operations(described(open_door.door).openapi()):
            form = FIELDS | {"csrf": "0" * 64}
            data = form if method == "POST" else None
            answer = await client.request(
                method, filled(path), data=data, headers={"Origin": ORIGIN}
            )
            found[path] = answer.status_code
            assert headed(answer) == {}, path
    shut = {path: status for path, status in found.items() if path not in OPEN_TO_ALL}
    assert set(shut.values()) == {401}
    assert len(shut) >= 14


async def test_what_is_anothers_is_not_there(open_door: OpenDoor) -> None:
    others = Others(door=open_door, raw=described(open_door.door).openapi())
    await others.between([BOB, ADA])
    assert others.faults == []
    assert others.cells["names what is another's"] == 2


class ConfusedDoor(OpenDoor):
    """Takes everybody for Bob."""

    async def session_of(self, _user_id: int) -> str:
        return await OpenDoor.session_of(self, BOB)


async def test_a_door_that_takes_one_for_another_would_be_found(open_door: OpenDoor) -> None:
    parts = {part.name: getattr(open_door, part.name) for part in fields(OpenDoor)}
    raw = described(open_door.door).openapi()
    account = {path: raw["paths"][path] for path in ("/account", "/sessions/{session_id}/end")}
    others = Others(door=ConfusedDoor(**parts), raw={"paths": account})
    await others.between([BOB, ADA])
    assert f"GET /account of {BOB} by {ADA}: shows {BOB}" in others.faults
    assert f"{ADA} changed rows of {BOB}" in others.faults


async def test_a_form_from_elsewhere_does_nothing(open_door: OpenDoor) -> None:
    token = await open_door.session_of(ANN)
    mine = open_door.headers_of(token)
    good = {"csrf": form_token(token)}
    others = {"csrf": form_token(await open_door.session_of(BOB))}
    forged: list[tuple[dict[str, str], dict[str, Any]]] = [
        (mine | {"Origin": "https://evil.example"}, {"data": good}),
        (mine | {"Origin": "null"}, {"data": good}),
        ({"Cookie": mine["Cookie"]}, {"data": good}),
        (mine | {"Sec-Fetch-Site": "cross-site"}, {"data": good}),
        (mine, {"data": others}),
        (mine, {"data": {"csrf": ""}}),
        (mine, {"json": good}),
        (mine | {"Content-Type": "text/plain"}, {"content": f"csrf={good['csrf']}"}),
        (mine, {"params": good}),
    ]
    async with httpx.AsyncClient(base_url=open_door.base, timeout=30) as client:
        for path in ("/freeze", "/logout", "/sessions/end"):
            for headers, how in forged:
                answer = await client.post(path, headers=headers, **how)
                assert answer.status_code in {403, 422}, (path, how, answer.status_code)
            assert (await client.get(path, headers=mine, params=good)).status_code == 405
    assert (await open_door.get(token, "/account")).status_code == 200
    status = await open_door.pool.fetchval("SELECT status FROM users WHERE user_id = $1", ANN)
    assert status == "active"


async def test_the_interface_and_the_operators_pages_are_not_served(open_door: OpenDoor) -> None:
    token = await open_door.session_of(ADA)
    for path in ("/openapi.json", "/docs", "/redoc", "/status", "/metrics", "/health/ready"):
        assert (await open_door.get(token, path)).status_code == 404
    for path in (
        "/.git/config",
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
    ):
        assert (await open_door.get(token, path)).status_code == 404


async def test_the_webhook_keeps_to_its_secret(open_door: OpenDoor) -> None:
    async with httpx.AsyncClient(base_url=open_door.base, timeout=30) as client:
        header = "X-Telegram-Bot-Api-Secret-Token"
        good = await client.post(HOOK, json={"update_id": 7}, headers={header: SECRET})
        bad = await client.post(HOOK, json={"update_id": 8}, headers={header: SECRET + "x"})
        strange = await client.post(
            HOOK, json={"update_id": 9}, headers={header.encode(): "ключ".encode()}
        )
        asked = await client.get(HOOK, headers={header: SECRET})
        nonsense = await client.post(HOOK, content=b"[7]", headers={header: SECRET})
    answers = (good, bad, strange, asked, nonsense)
    assert [answer.status_code for answer in answers] == [200, 401, 401, 405, 400]
    assert [update["update_id"] for update in open_door.received] == [7]


async def test_each_bot_is_pushed_long_updates_as_often_as_it_likes(open_door: OpenDoor) -> None:
    update = {"update_id": 1, "message": {"text": "x" * 50_000}}
    async with (
        served(replace(open_door.door, per_minute=1)) as base,
        httpx.AsyncClient(base_url=base, timeout=30) as client,
    ):
        for path, secret in ((HOOK, SECRET), (SECOND_HOOK, SECOND_SECRET)) * 2:
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
            assert (await client.post(path, json=update, headers=headers)).status_code == 200


async def test_a_refusal_for_want_of_a_right_is_written_down_as_in_chat(
    open_door: OpenDoor,
) -> None:
    ann, bob = await open_door.session_of(ANN), await open_door.session_of(BOB)
    visitor = await open_door.security.sessions.visitor(bob)
    assert visitor is not None
    path = f"/sessions/{visitor.session.session_id}/end"
    assert (await open_door.post(ann, path)).status_code == 404
    assert (await open_door.post(ann, "/freeze", csrf="0" * 64)).status_code == 403
    rows = await open_door.pool.fetch(
        "SELECT user_id, details FROM audit_log WHERE action = 'permission.refused' ORDER BY number"
    )
    assert [(row["user_id"], row["details"]) for row in rows] == [
        (ANN, {"code": "unknown_session", "what": "POST /sessions/{session_id}/end"}),
        (ANN, {"code": "foreign_form", "what": "POST /freeze"}),
    ]


async def test_a_page_is_in_the_visitors_language_and_a_strangers_in_the_browsers(
    open_door: OpenDoor,
) -> None:
    await open_door.pool.execute("UPDATE users SET language = 'es' WHERE user_id = $1", ANN)
    token = await open_door.session_of(ANN)
    refused = await open_door.post(token, "/sessions/999/end")
    assert 'lang="es"' in refused.text
    assert "There is no such session" not in refused.text
    async with httpx.AsyncClient(base_url=open_door.base, timeout=30) as client:
        for asked, given_back in (("ru-RU,ru;q=0.9", "ru"), ("\xff" * 50, "en"), ("xx", "en")):
            header = {"Accept-Language": asked.encode("latin-1")}
            answer = await client.get("/nowhere", headers=header)
            assert f'lang="{given_back}"' in answer.text


async def test_every_part_of_a_long_table_is_linked_and_has_its_rows(
    open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.exports.MOST_ROWS", 2)
    books = books_on(open_door.pool)
    kept = await known_token(open_door.pool)
    ann = await meet(books, ANN)
    for number in range(2):
        await books.book(*await decided_long(books, ann, kept, request_id=f"tg:{number}"), [])
    token = await open_door.session_of(ANN)
    page = await open_door.get(token, "/export/transfers?span=all")
    links = re.findall(r'href="(/export/[^"]+)"', page.text)
    whole = await open_door.pool.fetchval("SELECT count(*) FROM transfers WHERE user_id = $1", ANN)
    rows = 0
    for link in links:
        part = await open_door.get(token, html.unescape(link))
        assert part.headers["content-type"].startswith("text/csv")
        rows += len(part.text.strip().splitlines()) - 1
    assert len(links) > 1
    assert rows == whole
    one = await open_door.get(token, "/export/orders")
    assert one.headers["content-type"].startswith("text/csv")
