"""Traces of updates for an OpenTelemetry collector; imported only where one is named.

A trace's number is the correlation in hex: sixteen digits of the bot's id, sixteen of the update's.
"""

from collections.abc import Callable, Mapping
from time import perf_counter, time_ns

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from bot.observability.instruments import TRACES
from bot.observability.journeys import FAILED, UNAVAILABLE, Journey

TOLD, LEFT_OUT = "told", "left out"
_MOST_WAITING, _AT_ONCE = 8_192, 512
_TIMEOUT_SECONDS = 5.0
_SPREAD, _WHOLE = 0x9E3779B97F4A7C15, 2**64
_NANOSECONDS = 1_000_000_000


class UpdateTraces:
    """Implements `Arrivals`: makes spans of a journey once it is over, and sends them off.

    A thread sends them in batches; while the collector is away what is more than 8,192 spans is
    dropped. `share` of the updates are traced, the same ones in every process.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        headers: Mapping[str, str],
        bot_id: int,
        share: float,
        version: str,
        clock_ns: Callable[[], int] = time_ns,
    ) -> None:
        self._bot_id = bot_id
        self._below = share * _WHOLE
        self._clock_ns = clock_ns
        self._resource = Resource.create(
            {"service.name": "kitrader", "service.version": version, "kitrader.bot_id": bot_id}
        )
        exporter = OTLPSpanExporter(
            endpoint=endpoint, headers=dict(headers), timeout=_TIMEOUT_SECONDS
        )
        self._spans = BatchSpanProcessor(
            exporter, max_queue_size=_MOST_WAITING, max_export_batch_size=_AT_ONCE
        )

    def trace_id(self, update_id: int) -> str:
        """Give the number of an update's trace as it is written: 32 hex digits."""
        return f"{self._number(update_id):032x}"

    def arrived(self, journey: Journey) -> None:
        """Take a journey with all its stages."""
        # The golden ratio spreads numbers that follow one another evenly over all that there are.
        if (journey.update_id * _SPREAD) % _WHOLE >= self._below:
            TRACES.note(LEFT_OUT)
            return
        past = self._clock_ns() - round(perf_counter() * _NANOSECONDS)
        ended_at = max(ended for _, _, ended in journey.stages)
        root = self._context(journey.update_id, 1)
        self._spans.on_end(
            self._span("update", journey, root, None, (journey.received_at, ended_at), past)
        )
        for number, (name, began, ended) in enumerate(journey.stages, start=2):
            context = self._context(journey.update_id, number)
            self._spans.on_end(self._span(name, journey, context, root, (began, ended), past))
        TRACES.note(TOLD)

    def close(self) -> None:
        """Send what waits, for some seconds at most."""
        self._spans.shutdown()  # type: ignore[no-untyped-call] # the library left it out

    def _number(self, update_id: int) -> int:
        return (self._bot_id << 64) | (update_id % _WHOLE) or 1

    def _context(self, update_id: int, number: int) -> SpanContext:
        span_id = (update_id * _SPREAD + number) % _WHOLE or 1
        sampled = TraceFlags(TraceFlags.SAMPLED)
        return SpanContext(self._number(update_id), span_id, is_remote=False, trace_flags=sampled)

    def _span(  # noqa: PLR0917 (one of each)
        self,
        name: str,
        journey: Journey,
        context: SpanContext,
        parent: SpanContext | None,
        moments: tuple[float, float],
        past: int,
    ) -> ReadableSpan:
        began, ended = (past + round(moment * _NANOSECONDS) for moment in moments)
        is_bad = parent is None and journey.result in {FAILED, UNAVAILABLE}
        told = {
            "correlation": str(journey.update_id),
            "kitrader.door": journey.door,
            "kitrader.command": journey.command,
            "kitrader.result": journey.result,
        }
        return ReadableSpan(
            name=name,
            context=context,
            parent=parent,
            resource=self._resource,
            attributes=told if parent is None else {"correlation": str(journey.update_id)},
            kind=SpanKind.SERVER if parent is None else SpanKind.INTERNAL,
            status=Status(StatusCode.ERROR if is_bad else StatusCode.UNSET),
            start_time=began,
            end_time=ended,
        )
