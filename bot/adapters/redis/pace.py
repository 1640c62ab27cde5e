"""Telegram's flood limit in Redis: the turns of all senders in one window, by Redis's clock."""

import asyncio

from bot.adapters.redis.line import RedisLine
from bot.domain.notices import Priority

# The rules are those of `bot.telegram.limits.Pace`. Beside them: only the part of those senders is
# given out that ask here (whoever cannot reach Redis keeps to its own part), and where the window
# was lost, by a restart or a clock that went back, nobody has a turn until a whole window has
# passed. A turn is taken before its answer arrives: whoever heard one late lets it go, and says so,
# and for a while the window is that much longer for all.
_TURN = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
local sender, alive, rank = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local whole, window, present = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local born, last = tonumber(redis.call('GET', KEYS[4])), tonumber(redis.call('LINDEX', KEYS[1], -1))
if math.max(born or 0, last or 0) > now then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
  born = nil
end
if born == nil then
  redis.call('SET', KEYS[4], string.format('%.6f', now))
  born = now
end
local late = math.max(tonumber(ARGV[7]), tonumber(redis.call('GET', KEYS[5])) or 0)
if late > 0 then
  window = window + late
  if late == tonumber(ARGV[7]) then redis.call('SET', KEYS[5], ARGV[7], 'PX', ARGV[8]) end
end
redis.call('ZADD', KEYS[3], now, sender)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. string.format('%.6f', now - present))
local here = math.max(1, redis.call('ZCARD', KEYS[3]))
if rank < 0 then return '0' end
local most = math.max(1, math.floor(whole * math.min(1, here / math.max(1, alive))))
local function earliest(count)
  local turn = redis.call('LINDEX', KEYS[1], -count)
  return turn and tonumber(turn) + window or 0
end
local slot = tonumber(redis.call('GET', KEYS[2])) or 0
local moment = math.max(born + window, earliest(most))
if rank > 0 then
  local due = slot
  if rank == 1 then due = math.min(slot, earliest(math.max(1, math.floor(most * 2 / 3)))) end
  moment = math.max(moment, due)
end
if moment > now then return string.format('%.6f', moment - now) end
local interval = window / most
redis.call('RPUSH', KEYS[1], string.format('%.6f', now))
redis.call('LTRIM', KEYS[1], -whole, -1)
redis.call('SET', KEYS[2], string.format('%.6f', math.max(slot, now - interval) + interval))
return '0'
"""
_WHOLE = 30
WINDOW_SECONDS = 1.017
"""A second, and what keeps turns evenly spaced: see `bot.telegram.limits`."""
PRESENT_SECONDS = 0.5
_LATE_FOR_MS = 5_000
_AGAIN_SECONDS = 0.001
_HERE, _URGENT, _REPLY, _OTHER = -1, 0, 1, 2


class RedisPace:
    """Implements `bot.ports.shared_pace.SharedPace`; `sender` is a name that no other has.

    `most` is how many messages a second all senders may send together by this bot, of which
    `window_seconds` is a little more. What is more of it is how late an answer may be.
    """

    def __init__(
        self,
        line: RedisLine,
        *,
        sender: str,
        most: int = _WHOLE,
        bot: int = 0,
        second: float = 1.0,
        window_seconds: float = WINDOW_SECONDS,
        present_seconds: float = PRESENT_SECONDS,
    ) -> None:
        self._line = line
        self._sender = sender
        self._limits: tuple[str | int, ...] = (most, repr(window_seconds), repr(present_seconds))
        self._slack_seconds = window_seconds - second
        self._late_seconds, self._late_until = 0.0, float("-inf")
        # Telegram's limit holds for each of several bots by itself.
        space = f"pace:{bot}" if bot else "pace"
        names = ("turns", "slot", "senders", "born", "late")
        self._keys = [line.key(f"{space}:{name}") for name in names]
        self._script = line.client.register_script(_TURN)

    @property
    def is_up(self) -> bool:
        """Tell whether Redis answered last."""
        return self._line.is_up

    @property
    def losses(self) -> int:
        """Tell how often Redis stopped answering."""
        return self._line.losses

    async def turn(self, priority: Priority, senders: int) -> float:
        """Take a turn now, or take none and tell how many seconds to wait; 0 where it was taken."""
        return await self._ask(senders, _rank(priority))

    async def here(self) -> None:
        """Say that this sender asks here, also while it has nothing to send."""
        await self._ask(1, _HERE)

    async def _ask(self, senders: int, rank: int) -> float:
        now = asyncio.get_running_loop().time
        asked_at = now()
        late = self._late_seconds if asked_at < self._late_until else 0.0
        words = [self._sender, senders, rank, *self._limits, repr(late), _LATE_FOR_MS]
        wait = await self._line.ask(
            lambda client: self._script(keys=self._keys, args=words, client=client)
        )
        took = now() - asked_at
        if took <= self._slack_seconds + late:
            return float(wait)
        self._late_seconds, self._late_until = max(late, took), now() + _LATE_FOR_MS / 1_000
        return max(float(wait), _AGAIN_SECONDS)


def _rank(priority: Priority) -> int:
    if priority <= Priority.FILL:
        return _URGENT
    return _REPLY if priority is Priority.REPLY else _OTHER
