"""A monitoring system is told how a real bot does, and nothing of anybody in it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pyrage
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.journeys.processes import Forks, environment_of
from tests.journeys.town import Town

OPERATIONS = Path(__file__).resolve().parents[2] / "operations"
CANARY = "sk_canary_in_what_people_type_5c1f"
SECRETS = (CANARY, "canary", "api-key", "nonsense")
MOST_VALUES_OF_A_LABEL = 400
METRIC = re.compile(r"\b(?:kitrader|process|python)_[a-z0-9_]+\b")


async def page(town: Town, status_url: str) -> str:
    async with town.wire.session.get(status_url.replace("/status", "/metrics")) as answer:
        assert answer.status == 200
        return await answer.text()


def values(text: str) -> Mapping[str, float]:
    """Give each series of a page by name and labels."""
    return {
        f"{sample.name}{json.dumps(sample.labels, sort_keys=True)}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def gained(before: str, after: str, name: str, **labels: str) -> float:
    series = f"{name}{json.dumps(labels, sort_keys=True)}"
    return values(after).get(series, 0.0) - values(before).get(series, 0.0)


@pytest.fixture(scope="module")
def names() -> dict[str, set[str]]:
    """Give the metrics that the dashboard and the rules name, by file."""
    files = [*OPERATIONS.rglob("*.json"), *OPERATIONS.rglob("*rules*.yml")]
    return {file.name: set(METRIC.findall(file.read_text("utf-8"))) for file in files}


async def test_a_bot_at_work_tells_how_it_does_and_nothing_of_anybody(
    empty_town: Town, names: Mapping[str, set[str]], tmp_path: Path
) -> None:
    """Labels are words of ours: people, chats and what they type would fill a system, and tell."""
    town = empty_town
    (tmp_path / "kitrader-20260101T000000Z-0001.dump.age").touch()
    key = pyrage.x25519.Identity.generate().to_public()
    backups = {"backup_recipients": (str(key),), "backup_dir": tmp_path, "backup_hour": 23}
    async with town.bot(**backups) as running:
        who = await town.newcomer("Nadia")
        before = await page(town, running.status_url)
        await town.say(who, "/open WIF long 1")
        await town.say(who, "/open WIF long nonsense")
        await town.say(who, f"/{CANARY}")
        await town.say(who, f"/price {CANARY}")
        await running.services.well_being.proofs.prove_due()
        await running.services.well_being.watch()
        await running.services.monitoring.take_census()
        after = await page(town, running.status_url)
    of_open = {"door": "message", "command": "open"}
    assert gained(before, after, "kitrader_commands_total", **of_open, result="answered") == 1
    assert gained(before, after, "kitrader_commands_total", **of_open, result="refused") == 1
    assert gained(before, after, "kitrader_updates_total", kind="message") == 4
    for stage in ("stored", "waited", "decided", "booked", "handled", "queued", "whole"):
        assert gained(before, after, "kitrader_stage_seconds_count", stage=stage) >= 3, stage
    figures = values(after)
    assert figures['kitrader_orders_filled{"mode": "paper"}'] >= 1
    assert figures["kitrader_database_up{}"] == 1
    assert figures["kitrader_database_pool_size{}"] >= 2
    assert figures['kitrader_check_ok{"check": "prices"}'] == 1
    assert figures['kitrader_job_last_success_seconds{"task": "refresh_all"}'] < 60
    assert figures["kitrader_hot_price_oldest_seconds{}"] < 30
    told = " ".join(re.findall(r'"([^"]*)"', after))
    told_of_somebody = (*SECRETS, *town.tokens, str(who), "Nadia")
    assert [word for word in told_of_somebody if word in told] == []
    assert crowded_labels(after) == set()
    missing = {file: found - named_in(after) for file, found in names.items()}
    assert {file: found for file, found in missing.items() if found} == {}


def crowded_labels(text: str) -> set[tuple[str, str]]:
    """Give the labels with more values than any table of ours has rows."""
    seen: dict[tuple[str, str], set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for label, value in sample.labels.items():
                seen.setdefault((sample.name, label), set()).add(value)
    return {key for key, found in seen.items() if len(found) > MOST_VALUES_OF_A_LABEL}


def named_in(text: str) -> set[str]:
    """Give the metrics that a page declares, and the series of those that have one."""
    declared = set(re.findall(r"^# TYPE (\S+) \S+$", text, re.MULTILINE))
    return declared | {f"{name}{end}" for name in declared for end in ("_bucket", "_sum", "_count")}


async def test_an_update_is_followed_to_its_money_and_an_order_back(
    empty_town: Town, forks: Forks
) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer()
        opened = await town.say(who, "/open WIF long 1")
    environment = environment_of(town.settings())
    code, told = await forks.run(["trace", str(opened.update_id), "--json"], environment)
    trail = json.loads(told.splitlines()[-1])
    assert code == 0
    assert (trail["user_id"], trail["update"]["kind"]) == (who, "message")
    (order,) = trail["orders"]
    assert order["request_id"] == f"tg:{opened.update_id}"
    assert len(trail["transfers"]) >= 3
    assert {one["at"] for one in trail["transfers"]} == {trail["update"]["closed_at"]}
    assert [one["state"] for one in trail["notices"]] == ["sent"]
    of_order = f"{who}:{order['number']}"
    assert (await forks.run(["trace", of_order, "--json"], environment))[1] == told
    words = (await forks.run(["trace", str(opened.update_id)], environment))[1]
    assert f'"correlation": "{opened.update_id}"' in words
    assert "/open" not in words
    assert (await forks.run(["trace", "1"], environment))[0] == 1
    assert (await forks.run(["trace", "me:too"], environment))[0] == 2
