"""The part of `kitrader check` about RPC endpoints: asked now, and as a running bot sees them."""

import asyncio
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

import aiohttp
import httpx
from yarl import URL

from bot.adapters.solana.stream_line import SlotPassed, StreamEnded, StreamLine
from bot.bootstrap.outside import stream_url
from bot.bootstrap.settings import Settings
from bot.cli.findings import Finding

_SAMPLES = 5
_LARGEST_LAG_SLOTS = 15
_STREAM_SECONDS = 5.0
_STATUS_SECONDS = 2.0
_OUTAGES = (httpx.HTTPError, OSError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    slot: int | None
    taken_ms: tuple[float, ...]
    trouble: str


async def endpoint_findings(settings: Settings, client: httpx.AsyncClient) -> list[Finding]:
    """Ask every endpoint a few times, try its WebSocket, and ask a running bot for its view."""
    urls = settings.rpc_urls()
    asked = [await _ask(client, url) for url in urls]
    best = max((each.slot for each in asked if each.slot is not None), default=0)
    findings = []
    for number, (url, stream, each) in enumerate(
        zip(urls, settings.ws_urls(), asked, strict=True), start=1
    ):
        findings.append(_endpoint(f"rpc {number}", URL(url).host or "?", each, best))
        findings.append(await _web_socket(f"rpc {number}", stream_url(url, stream)))
    if len(urls) == 1:
        cure = "name a second one in SOLANA_RPC_URLS (comma between) to have fail-over"
        findings.append(Finding(subject="rpc", state="warn", detail="only one endpoint", cure=cure))
    return findings + await _running_bot(settings, client)


async def _ask(client: httpx.AsyncClient, url: str) -> _Asked:
    body = {"jsonrpc": "2.0", "id": 1, "method": "getSlot", "params": [{"commitment": "confirmed"}]}
    slot, trouble = None, ""
    taken = []
    for _ in range(_SAMPLES):
        began = perf_counter()
        try:
            answer = await client.post(url, json=body)
            slot = int(answer.json()["result"])
            taken.append((perf_counter() - began) * 1000)
        except _OUTAGES as error:
            trouble = type(error).__name__
            if slot is None:
                break
    return _Asked(slot=slot, taken_ms=tuple(taken), trouble=trouble)


def _endpoint(subject: str, host: str, asked: _Asked, best: int) -> Finding:
    if asked.slot is None:
        cure = "take it out of SOLANA_RPC_URLS or check its key"
        return Finding(subject=subject, state="bad", detail=f"{host}: {asked.trouble}", cure=cure)
    took = f"p50 {statistics.median(asked.taken_ms):.0f} ms, slowest {max(asked.taken_ms):.0f} ms"
    failed = _SAMPLES - len(asked.taken_ms)
    if best - asked.slot > _LARGEST_LAG_SLOTS:
        cure = "it lags; prices from it are not used while it does"
        detail = f"{host}: {best - asked.slot} slots behind, {took}"
        return Finding(subject=subject, state="warn", detail=detail, cure=cure)
    if failed:
        cure = "it fails at times; the others stand in for it"
        detail = f"{host}: {failed} of {_SAMPLES} failed ({asked.trouble}), {took}"
        return Finding(subject=subject, state="warn", detail=detail, cure=cure)
    return Finding(subject=subject, state="ok", detail=f"{host}: slot {asked.slot}, {took}")


async def _web_socket(subject: str, url: URL | None) -> Finding:
    if url is None:
        return Finding(subject=subject, state="ok", detail="websocket: off by SOLANA_WS_URLS")
    began = perf_counter()
    try:
        async with asyncio.timeout(_STREAM_SECONDS), aiohttp.ClientSession() as session:
            slot = await _first_slot(session, url)
    except (aiohttp.ClientError, OSError, ValueError, StreamEnded) as error:
        words = str(error) if isinstance(error, StreamEnded) else type(error).__name__
        cure = "not needed, prices are polled; name it in SOLANA_WS_URLS, or put off there"
        return Finding(subject=subject, state="warn", detail=f"websocket: {words}", cure=cure)
    detail = f"websocket: slot {slot} after {(perf_counter() - began) * 1000:.0f} ms"
    return Finding(subject=subject, state="ok", detail=detail)


async def _first_slot(session: aiohttp.ClientSession, url: URL) -> int:
    async with session.ws_connect(url) as socket:
        line = StreamLine(socket, quiet_seconds=_STREAM_SECONDS)
        await line.begin()
        while True:
            heard = await line.hear()
            if isinstance(heard, SlotPassed):
                return heard.slot


async def _running_bot(settings: Settings, client: httpx.AsyncClient) -> list[Finding]:
    """Give what the bot that answers at OPERATIONS_PORT says, nothing where none does."""
    url = f"http://127.0.0.1:{settings.operations_port}/status"
    try:
        status = (await client.get(url, timeout=_STATUS_SECONDS)).json()
        roles = status.get("roles", [status])
        return [
            _as_seen(state) for told in roles for kind in ("rpc", "sources") for state in told[kind]
        ]
    except _OUTAGES:
        return []


def _as_seen(state: Mapping[str, object]) -> Finding:
    """Tell one endpoint or source as the running bot sees it."""
    told = [
        f"{state['name']}: {state['circuit']}",
        f"failing {_share(state['failing_share'])} of late",
        f"limit used {_share(state['limiter_use'])}",
    ]
    if "latency_p50_ms" in state:
        told.append(f"p50 {_ms(state['latency_p50_ms'])}, p95 {_ms(state['latency_p95_ms'])}")
        told.append(f"{state['lag_slots']} slots behind")
    stream = state.get("stream")
    if isinstance(stream, Mapping):
        told.append(f"websocket {stream['state']}, {stream['accounts']} accounts")
    if state["last_error"]:
        told.append(f"last error: {state['last_error']}")
    is_well = state["circuit"] == "closed"
    return Finding(subject="running bot", state="ok" if is_well else "warn", detail=", ".join(told))


def _share(value: object) -> str:
    return f"{value:.0%}" if isinstance(value, int | float) else "?"


def _ms(value: object) -> str:
    return f"{value:.0f} ms" if isinstance(value, int | float) else "not known"
