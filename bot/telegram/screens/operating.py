"""The state of endpoints and sources, for those who run the bot."""

from datetime import datetime

from bot.ports.chain import EndpointState, SourceState, StreamState
from bot.services.views import DisputedToken, OutsideView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, key, lines, named
from bot.telegram.rich_text import Bold, Text, marked
from bot.telegram.screens.warnings import contradiction
from bot.words.speech import say

_MOST_SHOWN = 12


def endpoints(view: OutsideView, keys: Keys) -> Screen:
    """Show each endpoint and source in a few lines, hosts only."""
    shown = [_endpoint(state) for state in view.endpoints[:_MOST_SHOWN]]
    sources = [_source(state) for state in view.sources[:_MOST_SHOWN]]
    return Screen(
        text=lines(
            Bold(say("RPC endpoints")),
            say("best slot {slot}", slot=view.best_slot)
            if view.best_slot
            else say("no slot seen yet"),
            *shown,
            Bold(say("HTTP sources")) if sources else None,
            *sources,
            Bold(say("Refresh")),
            _refresh(view),
            Bold(say("Disputed prices")) if view.disputed else None,
            *map(_disputed, view.disputed[:_MOST_SHOWN]),
            _more(len(view.disputed)),
        ),
        rows=((key(keys, say("Refresh"), "ends"),),),
    )


def _endpoint(state: EndpointState) -> Text:
    return lines(
        Text(named(state.name, 48), f" · {state.circuit}"),
        say(
            "  p50 {p50}, p95 {p95}, {slots} slots behind",
            p50=_ms(state.latency_p50_ms),
            p95=_ms(state.latency_p95_ms),
            slots=state.lag_slots,
        ),
        say(
            "  failing {share} of late, {asked} asked, {limited} limited, {stale} stale",
            share=f"{state.failing_share:.0%}",
            asked=state.requests,
            limited=state.rate_limited,
            stale=state.stale,
        ),
        say("  limit used {share}", share=f"{state.limiter_use:.0%}") + _pause(state.pause_seconds),
        say("  websocket {state}", state=_stream(state.stream)),
        _error(state.last_error),
    )


def _source(state: SourceState) -> Text:
    return lines(
        Text(named(state.name, 48), f" · {state.circuit}"),
        say(
            "  failing {share} of late, {asked} asked, limit used {used}",
            share=f"{state.failing_share:.0%}",
            asked=state.requests,
            used=f"{state.limiter_use:.0%}",
        )
        + _pause(state.pause_seconds),
        _error(state.last_error),
    )


def _refresh(view: OutsideView) -> str:
    if view.failure:
        return say("the last round failed: no endpoint answered well")
    return say(
        "{tokens} tokens, last read {time}, the round took {seconds} s",
        tokens=view.tokens,
        time=_time(view.refreshed_at),
        seconds=f"{view.round_seconds:.2f}",
    )


def _disputed(each: DisputedToken) -> Text:
    return marked(
        "{token}: {dispute}, since {time}",
        token=named(each.token.symbol, 16),
        dispute=contradiction(each.suspicion),
        time=_time(each.suspicion.began_at),
    )


def _more(count: int) -> str | None:
    return say("and {count} more", count=count - _MOST_SHOWN) if count > _MOST_SHOWN else None


def _stream(stream: StreamState | None) -> str:
    if stream is None:
        return say("off")
    told = say("{state}, {count} accounts", state=stream.state, count=stream.accounts)
    return (
        told
        if not stream.last_error
        else say("{state}, last trouble: {error}", state=told, error=stream.last_error)
    )


def _error(words: str) -> Text | None:
    return marked("  last error: {error}", error=named(words, 64)) if words else None


def _pause(seconds: float) -> str:
    return say(", paused for {seconds} s", seconds=f"{seconds:.0f}") if seconds > 0 else ""


def _ms(latency_ms: float | None) -> str:
    return say("not known") if latency_ms is None else say("{ms} ms", ms=f"{latency_ms:.0f}")


def _time(at: datetime | None) -> str:
    return say("never") if at is None else f"{at:%H:%M:%S} UTC"
