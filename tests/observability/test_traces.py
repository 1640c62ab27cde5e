"""Traces of updates reach a collector over HTTP, spelt as OTLP; off, nothing of it is loaded."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from time import perf_counter

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import ValidationError

from bot.bootstrap.settings import Settings
from bot.bootstrap.traces import traced
from bot.observability import journeys
from bot.observability.journeys import Journeys

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BOT, UPDATE = 7_654_321, 420_448_550
SECRET = "canary-of-the-collector"
LOOK = """
import sys, bot.bootstrap.traces
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""


class Collector:
    """A small collector: keeps what it is sent."""

    def __init__(self) -> None:
        self.keys: set[str | None] = set()
        self.told = ExportTraceServiceRequest()

    async def take(self, request: web.Request) -> web.Response:
        self.keys.add(request.headers.get("x-key"))
        self.told.MergeFromString(await request.read())
        return web.Response()


def follow(ways: Journeys, update_id: int) -> None:
    ways.stored(update_id, "message", perf_counter())
    journey = ways.begin(update_id, NOW)
    journeys.note_command("message", "open")
    journeys.note_asked()
    journeys.note_booked()
    ways.queued([update_id])
    ways.end(journey)
    ways.leaves(update_id, "fill", 0.0)
    ways.confirmed(update_id, perf_counter())
    ways.settled(update_id, is_sent=True)


async def collected(share: float, updates: int) -> Collector:
    collector, application = Collector(), web.Application(client_max_size=2**24)
    application.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    settings = Settings(
        _env_file=None,
        bot_token=f"{BOT}:{'A' * 35}",
        otel_endpoint=f"http://{host}:{port}/v1/traces",
        otel_headers=f"x-key={SECRET}",
        otel_share=share,
    )
    ways = Journeys(now=lambda: NOW)
    async with traced(settings, ways):
        for number in range(updates):
            follow(ways, UPDATE + number)
    await asyncio.sleep(0)
    await runner.cleanup()
    assert SECRET in settings.secrets()
    return collector


async def test_an_update_is_one_trace_from_its_receipt_to_the_confirmed_answer() -> None:
    collector = await collected(1.0, 1)
    (resource,) = collector.told.resource_spans
    named = {each.key: each.value for each in resource.resource.attributes}
    assert named["service.name"].string_value == "kitrader"
    spans = [span for scope in resource.scope_spans for span in scope.spans]
    root, *stages = spans
    assert {span.trace_id.hex() for span in spans} == {f"{BOT:016x}{UPDATE:016x}"}
    assert {span.parent_span_id for span in stages} == {root.span_id}
    assert len({span.span_id for span in spans}) == len(spans)
    assert [span.name for span in stages] == [
        *("stored", "waited", "decided", "booked", "handled", "queued", "confirmed")
    ]
    for span in stages:
        assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= root.end_time_unix_nano
    told = {each.key: each.value.string_value for each in root.attributes}
    assert told["correlation"] == str(UPDATE)
    assert told["kitrader.command"] == "open"
    assert collector.keys == {SECRET}


async def test_a_share_of_updates_is_traced_evenly() -> None:
    collector = await collected(0.1, 200)
    spans = [
        span
        for resource in collector.told.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert 15 <= len({span.trace_id for span in spans}) <= 25


def test_without_a_collector_nothing_of_it_is_loaded() -> None:
    words = [sys.executable, "-c", LOOK]
    done = subprocess.run(words, check=True, capture_output=True, encoding="utf-8")  # noqa: S603
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("wrong", [{"otel_endpoint": "collector:4317"}, {"otel_headers": "x"}])
def test_what_names_no_collector_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="OTEL_"):
        Settings(_env_file=None, **wrong)
