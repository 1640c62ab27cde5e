"""How the outside is doing, by endpoint and by source, for operators and for metrics."""

from collections.abc import Iterator, Sequence

from bot.domain.price_trust import SuspicionCause
from bot.domain.users import Permission, User
from bot.observability.metrics import Sample
from bot.ports.chain import Chain, EndpointState, SourceState, WatchedSource
from bot.services.price_board import PriceBoard
from bot.services.refresh import RefreshState
from bot.services.suspicions import Suspicions
from bot.services.views import DisputedToken, OutsideView

_RPC, _SOURCE, _REFRESH = "kitrader_rpc_", "kitrader_source_", "kitrader_refresh_"


class OutsideState:
    """Figures about what we ask of others; nothing here names a person, a URL or a key."""

    def __init__(
        self,
        *,
        chain: Chain,
        sources: Sequence[WatchedSource],
        refresh: RefreshState,
        board: PriceBoard,
        suspicions: Suspicions,
    ) -> None:
        self._chain = chain
        self._sources = sources
        self._refresh = refresh
        self._board = board
        self._suspicions = suspicions

    async def endpoints(self, user: User) -> OutsideView:
        """Give the state of every endpoint and source, and of the refresh."""
        user.require(Permission.OPERATE)
        return self.view()

    def view(self) -> OutsideView:
        """Give the same to the operator's own port."""
        return OutsideView(
            endpoints=tuple(self._chain.endpoints()),
            sources=tuple(source.state() for source in self._sources),
            best_slot=self._chain.best_slot(),
            tokens=self._refresh.tokens,
            refreshed_at=self._refresh.last_at,
            round_seconds=self._refresh.behind_seconds,
            failure=self._refresh.failure,
            disputed=tuple(
                DisputedToken(token=self._board.tokens[each.token_id], suspicion=each)
                for each in self._suspicions.standing()
                if each.token_id in self._board.tokens
            ),
        )

    def samples(self) -> list[Sample]:
        """Give the same as figures for a monitoring system."""
        found = [sample for state in self._chain.endpoints() for sample in _of_endpoint(state)]
        for source in self._sources:
            found += _of_source(source.state())
        return found + list(self._of_refresh()) + list(self._of_disputes())

    def _of_disputes(self) -> Iterator[Sample]:
        standing = self._suspicions.standing()
        for cause in SuspicionCause:
            count = sum(each.cause is cause for each in standing)
            words = "Tokens whose price is disputed, by who contradicts it."
            yield _gauge("kitrader_disputed_tokens", words, count, {"cause": cause.value})

    def _of_refresh(self) -> Iterator[Sample]:
        state, best = self._refresh, self._chain.best_slot()
        yield _gauge(f"{_RPC}best_slot", "The highest slot seen on any endpoint.", best)
        yield _gauge(f"{_REFRESH}tokens", "Tokens that are tracked.", state.tokens)
        yield _gauge(f"{_REFRESH}refreshed", "Tokens of the last round.", state.refreshed)
        yield _count(f"{_REFRESH}rounds_total", "Rounds begun.", state.rounds)
        yield _count(f"{_REFRESH}failures_total", "Rounds that read nothing.", state.failures)
        yield _gauge(f"{_REFRESH}seconds", "What the last round took.", state.behind_seconds)
        if state.last_at is not None:
            at = state.last_at.timestamp()
            yield _gauge(f"{_REFRESH}last_timestamp_seconds", "When prices were last read.", at)


def _of_endpoint(state: EndpointState) -> Iterator[Sample]:
    of = {"endpoint": state.name}
    yield _count(f"{_RPC}requests_total", "Requests sent.", state.requests, of)
    yield _count(f"{_RPC}failures_total", "Answers that were none.", state.failures, of)
    yield _count(f"{_RPC}limited_total", "Answers of too many requests.", state.rate_limited, of)
    yield _count(f"{_RPC}stale_total", "Answers from the past, not used.", state.stale, of)
    yield _gauge(f"{_RPC}failing_share", "Bad ones of the last 20.", state.failing_share, of)
    yield _gauge(f"{_RPC}limiter_use", "Used share of the limit.", state.limiter_use, of)
    yield _count(f"{_RPC}limiter_waits_total", "Calls that waited.", state.limiter_waits, of)
    waited = state.limiter_waited_seconds
    yield _count(f"{_RPC}limiter_waited_seconds_total", "Together how long.", waited, of)
    yield _gauge(f"{_RPC}pause_seconds", "Left of the pause asked for.", state.pause_seconds, of)
    yield _gauge(f"{_RPC}lag_slots", "Slots behind the best endpoint.", state.lag_slots, of)
    yield _gauge(f"{_RPC}slot", "The last slot it answered with.", state.slot, of)
    yield _circuit(_RPC, state.circuit, of)
    for quantile, ms in (("0.5", state.latency_p50_ms), ("0.95", state.latency_p95_ms)):
        if ms is not None:
            labels = of | {"quantile": quantile}
            yield Sample(
                name=f"{_RPC}latency_seconds",
                kind="summary",
                words="Of the last 64 answers.",
                value=ms / 1000,
                labels=labels,
            )
    if state.stream is not None:
        stream = state.stream
        is_live = stream.state == "live"
        yield _gauge(f"{_RPC}websocket_live", "1 while news come.", is_live, of)
        yield _gauge(f"{_RPC}websocket_accounts", "Accounts followed.", stream.accounts, of)
        yield _count(f"{_RPC}websocket_messages_total", "Messages heard.", stream.messages, of)
        yield _count(f"{_RPC}websocket_failures_total", "Lines that broke.", stream.failures, of)


def _of_source(state: SourceState) -> Iterator[Sample]:
    of = {"source": state.name}
    yield _count(f"{_SOURCE}requests_total", "Requests sent.", state.requests, of)
    yield _count(f"{_SOURCE}failures_total", "Answers that were none.", state.failures, of)
    yield _gauge(f"{_SOURCE}failing_share", "Bad ones of the last 20.", state.failing_share, of)
    yield _gauge(f"{_SOURCE}limiter_use", "Used share of the limit.", state.limiter_use, of)
    yield _gauge(f"{_SOURCE}pause_seconds", "Left of the pause asked for.", state.pause_seconds, of)
    yield _circuit(_SOURCE, state.circuit, of)


def _circuit(prefix: str, circuit: str, of: dict[str, str]) -> Sample:
    value = {"closed": 0.0, "half-open": 0.5, "open": 1.0}[circuit]
    return _gauge(f"{prefix}circuit", "0 closed, 0.5 half-open, 1 open.", value, of)


def _gauge(name: str, words: str, value: float, of: dict[str, str] | None = None) -> Sample:
    return Sample(name=name, kind="gauge", words=words, value=value, labels=of or {})


def _count(name: str, words: str, value: float, of: dict[str, str] | None = None) -> Sample:
    return Sample(name=name, kind="counter", words=words, value=value, labels=of or {})
