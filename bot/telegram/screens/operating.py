"""The state of endpoints and sources, for those who run the bot."""

from datetime import datetime

from bot.ports.chain import EndpointState, SourceState, StreamState
from bot.services.views import DisputedToken, OutsideView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, key, lines, named
from bot.telegram.rich_text import Bold, Text
from bot.telegram.screens.warnings import contradiction

_MOST_SHOWN = 12


def endpoints(view: OutsideView, keys: Keys) -> Screen:
    """Show each endpoint and source in a few lines, hosts only."""
    shown = [_endpoint(state) for state in view.endpoints[:_MOST_SHOWN]]
    sources = [_source(state) for state in view.sources[:_MOST_SHOWN]]
    return Screen(
        text=lines(
            Bold("RPC endpoints"),
            f"best slot {view.best_slot}" if view.best_slot else "no slot seen yet",
            *shown,
            Bold("HTTP sources") if sources else None,
            *sources,
            Bold("Refresh"),
            _refresh(view),
            Bold("Disputed prices") if view.disputed else None,
            *map(_disputed, view.disputed[:_MOST_SHOWN]),
            _more(len(view.disputed)),
        ),
        rows=((key(keys, "Refresh", "ends"),),),
    )


def _endpoint(state: EndpointState) -> Text:
    return lines(
        Text(named(state.name, 48), f" · {state.circuit}"),
        f"  p50 {_ms(state.latency_p50_ms)}, p95 {_ms(state.latency_p95_ms)}, "
        f"{state.lag_slots} slots behind",
        f"  failing {state.failing_share:.0%} of late, {state.requests} asked, "
        f"{state.rate_limited} limited, {state.stale} stale",
        f"  limit used {state.limiter_use:.0%}" + _pause(state.pause_seconds),
        f"  websocket {_stream(state.stream)}",
        _error(state.last_error),
    )


def _source(state: SourceState) -> Text:
    return lines(
        Text(named(state.name, 48), f" · {state.circuit}"),
        f"  failing {state.failing_share:.0%} of late, {state.requests} asked, "
        f"limit used {state.limiter_use:.0%}" + _pause(state.pause_seconds),
        _error(state.last_error),
    )


def _refresh(view: OutsideView) -> str:
    if view.failure:
        return "the last round failed: no endpoint answered well"
    at = _time(view.refreshed_at)
    return f"{view.tokens} tokens, last read {at}, the round took {view.round_seconds:.2f} s"


def _disputed(each: DisputedToken) -> Text:
    return Text(
        named(each.token.symbol, 16),
        f": {contradiction(each.suspicion)}, since {_time(each.suspicion.began_at)}",
    )


def _more(count: int) -> str | None:
    return f"and {count - _MOST_SHOWN} more" if count > _MOST_SHOWN else None


def _stream(stream: StreamState | None) -> str:
    if stream is None:
        return "off"
    told = f"{stream.state}, {stream.accounts} accounts"
    return told if not stream.last_error else f"{told}, last trouble: {stream.last_error}"


def _error(words: str) -> Text | None:
    return Text("  last error: ", named(words, 64)) if words else None


def _pause(seconds: float) -> str:
    return f", paused for {seconds:.0f} s" if seconds > 0 else ""


def _ms(latency_ms: float | None) -> str:
    return "not known" if latency_ms is None else f"{latency_ms:.0f} ms"


def _time(at: datetime | None) -> str:
    return "never" if at is None else f"{at:%H:%M:%S} UTC"
