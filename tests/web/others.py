"""What is one person's, asked for by another: every operation of the door, for each such pair."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import httpx

from bot.services.web_sessions import form_token
from tests.web.doors import OpenDoor
from tests.web.made_up import headed

FIELDS = {
    "pin": "482913",
    "again": "482913",
    "code": "123456",
    "factor": "pin",
    "secret": "482913",
    "confirm": "yes",
}
OWNED = frozenset({"session_id"})
_TABLES = """
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'user_id' ORDER BY 1
"""


def operations(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Give each method and path of a description, with the names of what the path holds."""
    for path, methods in raw["paths"].items():
        for method, operation in methods.items():
            named = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"]
            yield method.upper(), path, named


def filled(path: str, number: int = 1) -> str:
    """Put something into each part of a path that has to be filled."""
    parts = {"{token}": "t" * 43, "{session_id}": str(number), "{what}": "orders"}
    for name, value in parts.items():
        path = path.replace(name, value)
    return path


@dataclass(slots=True, kw_only=True)
class Others:
    """Asks for what is an owner's as a visitor; notes what was shown, changed or answered wrong.

    Where an address names something owned, it names the owner's and must not be there (404). The
    owner's name must never be shown, and no row of theirs may change.
    """

    door: OpenDoor
    raw: Mapping[str, Any]
    cells: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    async def between(self, people: Sequence[int]) -> None:
        """Try every operation for every pair of these people."""
        for owner in people:
            name = f"Canary{owner}"
            await self.door.pool.execute(
                "UPDATE users SET first_name = $2 WHERE user_id = $1", owner, name
            )
        async with httpx.AsyncClient(base_url=self.door.base, timeout=30) as client:
            for owner, visitor in product(people, repeat=2):
                if owner != visitor:
                    await self._all(client, owner, visitor)

    async def _all(self, client: httpx.AsyncClient, owner: int, visitor: int) -> None:
        session_id = await self._session_of(owner)
        before = await self._rows_of(owner)
        for method, path, named in operations(self.raw):
            token = await self.door.session_of(visitor)
            fields = FIELDS | {"csrf": form_token(token)}
            answer = await client.request(
                method,
                filled(path, session_id),
                data=fields if method == "POST" else None,
                headers=self.door.headers_of(token),
            )
            is_owned = not OWNED.isdisjoint(named)
            self.cells["names what is another's" if is_owned else "names nothing"] += 1
            self._judge(f"{method} {path} of {owner} by {visitor}", answer, owner, is_owned)
        if await self._rows_of(owner) != before:
            self.faults.append(f"{visitor} changed rows of {owner}")

    def _judge(self, what: str, answer: httpx.Response, owner: int, is_owned: bool) -> None:
        if is_owned and answer.status_code != 404:
            self.faults.append(f"{what}: {answer.status_code}")
        if answer.status_code >= 500 or headed(answer):
            self.faults.append(f"{what}: {answer.status_code} {headed(answer)}")
        if f"Canary{owner}" in answer.text:
            self.faults.append(f"{what}: shows {owner}")

    async def _session_of(self, owner: int) -> int:
        visitor = await self.door.security.sessions.visitor(await self.door.session_of(owner))
        assert visitor is not None
        return visitor.session.session_id

    async def _rows_of(self, owner: int) -> dict[str, object]:
        tables = [row[0] for row in await self.door.pool.fetch(_TABLES)]
        return {
            table: await self.door.pool.fetchval(
                f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) "  # noqa: S608 (ours)
                f"FROM {table} t WHERE user_id = $1",
                owner,
            )
            for table in tables
        }
