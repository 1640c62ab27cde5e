"""The throttle's buckets in Redis: one script for each message, by the clock of Redis."""

from collections.abc import Callable, Sequence

from bot.adapters.redis.line import RedisLine
from bot.ports.buckets import Verdict, Worth

# The rules are those of `bot.telegram.throttle`, line by line: a property test holds the two
# against each other. What was not touched for a minute is full again, and so need not be kept.
_TAKE = """
local now, cost, plain = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if now < 0 then
  local t = redis.call('TIME')
  now = tonumber(t[1]) + tonumber(t[2]) / 1000000
end
local ADMITTED, TOLD, SILENT, HEAVY = 1, 2, 3, 4
local touched = {}
local function bucket(place)
  local one = touched[place]
  if one == nil then
    local most = tonumber(ARGV[place + 3])
    local kept = redis.call('HMGET', KEYS[place], 'left', 'at', 'over')
    local left, at = tonumber(kept[1]) or most, tonumber(kept[2]) or now
    left = math.min(most, left + math.max(0, now - at) * most / 60)
    one = {left = left, most = most, over = kept[3] == '1'}
    touched[place] = one
  end
  return one
end
local function take(place, amount)
  local one = bucket(place)
  if one.over and one.left < one.most * 0.25 then return SILENT end
  if one.left < amount then
    one.over = true
    return TOLD
  end
  one.over = false
  one.left = one.left - amount
  return ADMITTED
end
local function admit(amount)
  for place = 1, plain do
    local verdict = take(place, amount)
    if verdict ~= ADMITTED then return verdict end
  end
  return ADMITTED
end
local wait = 0
for place = plain + 1, #KEYS do
  local one = bucket(place)
  wait = math.max(wait, (math.min(cost, one.most) - one.left) * 60 / one.most)
end
local verdict
if wait > 0 then
  verdict = admit(1)
  if verdict == ADMITTED then verdict = HEAVY end
else
  verdict = admit(cost)
  if verdict == ADMITTED then
    for place = plain + 1, #KEYS do
      local one = bucket(place)
      one.left = one.left - math.min(cost, one.most)
    end
  end
end
for place, one in pairs(touched) do
  redis.call('HSET', KEYS[place], 'left', string.format('%.17g', one.left),
    'at', string.format('%.17g', now), 'over', one.over and '1' or '0')
  redis.call('PEXPIRE', KEYS[place], 61000)
end
return {verdict, string.format('%.17g', wait)}
"""
_VERDICTS = {
    1: Verdict.ADMITTED,
    2: Verdict.TOLD,
    3: Verdict.SILENT,
    4: Verdict.HEAVY,
}
_BY_REDIS = -1.0


class RedisBuckets:
    """Implements `bot.ports.buckets.Buckets`; `now` only for tests, in place of Redis's clock."""

    def __init__(self, line: RedisLine, now: Callable[[], float] = lambda: _BY_REDIS) -> None:
        self._line = line
        self._now = now
        self._script = line.client.register_script(_TAKE)

    async def admit(
        self, plain: Sequence[Worth], heavy: Sequence[Worth], cost: int
    ) -> tuple[Verdict, float]:
        """Take a cost from buckets, or refuse it, and tell how long a heavy command has to wait."""
        keys = [self._line.key(f"worth:{one.key}") for one in plain]
        keys += [self._line.key(f"heavy:{one.key}") for one in heavy]
        most = [one.most for one in (*plain, *heavy)]
        verdict, wait = await self._ask(keys, [repr(self._now()), cost, len(plain), *most])
        return verdict, wait if verdict is Verdict.HEAVY else 0.0

    async def frees(self, worth: Worth) -> bool:
        """Take one press made in vain, or refuse it."""
        key = self._line.key(f"freed:{worth.key}")
        verdict, _ = await self._ask([key], [repr(self._now()), 1, 1, worth.most])
        return verdict is Verdict.ADMITTED

    async def _ask(self, keys: list[str], words: list[str | int]) -> tuple[Verdict, float]:
        verdict, wait = await self._line.ask(
            lambda client: self._script(keys=keys, args=words, client=client)
        )
        return _VERDICTS[verdict], float(wait)
