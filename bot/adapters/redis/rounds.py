"""Rounds in a stream of Redis: the last few are kept, whoever comes late reads on from there."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import structlog
from redis.exceptions import RedisError

from bot.adapters.redis.line import RedisLine
from bot.adapters.redis.readings import read, spell
from bot.domain.errors import Unavailable
from bot.ports.rounds import PriceLines, RoundTold, TokenPools

_MOST_KEPT = 64
_TOKENS_AT_ONCE = 25
_WAIT_MS = 1_000
_TYPES: Mapping[str, type[np.generic]] = {
    "token_ids": np.int64,
    "prices": np.float64,
    "liquidities": np.float64,
    "slots": np.int64,
    "kinds": np.int16,
}
_NAMES = tuple(field.name for field in fields(PriceLines))
_log = structlog.get_logger(__name__)


class RedisRounds:
    """Implements `bot.ports.rounds.RoundsOut` and `RoundsIn`."""

    def __init__(self, line: RedisLine) -> None:
        self._line = line
        self._key = line.key("rounds")
        self._last = b"$"

    async def tell(self, told: RoundTold) -> None:
        """Tell of a round; raises `Unavailable`."""
        text = await _spelt(told)
        await self._line.ask(
            lambda client: client.xadd(
                self._key, {b"round": text}, maxlen=_MOST_KEPT, approximate=False
            )
        )

    async def heard(self) -> Sequence[RoundTold]:
        """Wait for the next rounds, and give those that came; raises `Unavailable`."""
        if not self._line.is_up:
            raise Unavailable("Redis", "it did not answer")
        try:
            async with asyncio.timeout(2 * _WAIT_MS / 1_000):
                # A connection of its own: it waits longer than whoever asks is patient.
                found = await self._line.client.xread({self._key: self._last}, block=_WAIT_MS)
        except (RedisError, OSError, TimeoutError) as error:
            self._last = b"$"
            raise Unavailable("Redis", type(error).__name__) from None
        entries = [entry for _, some in _streams(found) for entry in some]
        if entries:
            self._last = entries[-1][0]
        rounds = []
        for _, parts in entries:
            try:
                rounds.append(await _read(parts[b"round"]))
            except (ValueError, KeyError, TypeError) as error:
                # A version that spells otherwise beside this one: prices are read here meanwhile.
                _log.warning("round_not_read", reason=type(error).__name__)
        return rounds


def _streams(found: Any) -> Sequence[tuple[Any, Any]]:
    return list(found.items()) if isinstance(found, dict) else found or []


async def _spelt(told: RoundTold) -> bytes:
    pools = []
    for place, token in enumerate(told.pools, start=1):
        readings = [spell(reading) for reading in token.readings]
        pools.append([token.token_id, token.read_at.isoformat(), readings])
        if place % _TOKENS_AT_ONCE == 0:
            await asyncio.sleep(0)
    lines = {
        name: b64encode(getattr(told.lines, name).astype(_TYPES[name]).tobytes()).decode()
        for name in _NAMES
    }
    return orjson.dumps({"at": told.read_at.isoformat(), "lines": lines, "pools": pools})


async def _read(text: bytes) -> RoundTold:
    told = orjson.loads(text)
    columns: dict[str, npt.NDArray[Any]] = {
        name: np.frombuffer(b64decode(told["lines"][name]), _TYPES[name]) for name in _NAMES
    }
    if len({len(column) for column in columns.values()}) > 1:
        raise ValueError("columns of unlike lengths")
    pools = []
    for place, (token_id, read_at, readings) in enumerate(told["pools"], start=1):
        pools.append(
            TokenPools(
                token_id=token_id,
                read_at=datetime.fromisoformat(read_at),
                readings=[read(reading) for reading in readings],
            )
        )
        if place % _TOKENS_AT_ONCE == 0:
            await asyncio.sleep(0)
    return RoundTold(
        read_at=datetime.fromisoformat(told["at"]), lines=PriceLines(**columns), pools=pools
    )
