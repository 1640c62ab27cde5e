"""Health over HTTP: it fails with the thing that matters, says why, and comes back."""

from typing import Any

from tests.journeys.people import ADA
from tests.journeys.town import Town

QUICK = {
    "health_seconds": 0.05,
    "price_refresh_seconds": 1.0,
    "health_price_seconds": 1.0,
    "books_check_seconds": 0.5,
    "health_failures": 2,
}
SPOIL = """
    UPDATE accounts SET balance = balance + 1
    WHERE kind = 'cash' AND user_id = (SELECT min(user_id) FROM users);
"""
TOLD = "SELECT payload ->> 'text' AS text FROM outbox WHERE chat_id = $1"
HEADS = ("⚠️ Prices · ", "✅ Prices", "⚠️ Books · ", "✅ Books")
KNOWN = {
    "database", "tasks", "inbox", "prices", "endpoints", "outbox", "telegram", "jobs", "books",
    "audit", "disk", "clock",
}  # fmt: skip


class Pages:
    """The operator's pages of one running bot."""

    def __init__(self, town: Town, status_url: str) -> None:
        self._town = town
        self._base = status_url.removesuffix("/status")

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        async with self._town.wire.session.get(f"{self._base}{path}") as answer:
            return answer.status, await answer.json()

    async def until(self, path: str, status: int, why: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {}

        async def is_so() -> bool:
            code, told = await self.get(path)
            found.update(told)
            return code == status and why in told["why"]

        await self._town.until(is_so, f"{path} answers {status} {why}")
        return found


async def test_health_fails_with_prices_and_with_books_and_comes_back(empty_town: Town) -> None:
    town = empty_town
    async with town.bot(**QUICK) as running:
        pages = Pages(town, running.status_url)
        who = await town.newcomer()
        await town.say(who, "/start")

        async def are_all_known() -> bool:
            names = {each["name"] for each in (await pages.get("/health"))[1]["checks"]}
            return names >= KNOWN

        await town.until(are_all_known, "everything was looked at")
        assert (await pages.until("/health", 200))["role"] == "all"
        assert (await pages.get("/health/live"))[0] == 200

        await town.break_rpc(1, dead=True)
        await town.break_rpc(2, dead=True)
        await town.rows("ALTER TABLE accounts DISABLE TRIGGER USER")
        await town.rows(SPOIL)
        told = await pages.until("/health", 503, "books")
        assert "differences in the books, the first: asset_sum: So1" in told["why"]
        assert "books" not in (await pages.get("/health/ready"))[1]["why"]
        told = await pages.until("/health/ready", 503, "prices that matter are older than 3.0 s")
        assert (await pages.get("/health/live"))[0] == 200
        await town.break_rpc(1)
        await town.break_rpc(2)
        await town.rows(SPOIL.replace("+ 1", "- 1"))
        await pages.until("/health/ready", 200)
        await pages.until("/health", 200)

        async def is_told() -> bool:
            rows = await town.rows(TOLD, ADA)
            told = [row["text"] for row in rows]
            return all(sum(text.startswith(head) for text in told) == 1 for head in HEADS)

        await town.until(is_told, "each alarm and each end is told once")
        assert "🟢 Database" in (await town.say(ADA, "/health")).text
