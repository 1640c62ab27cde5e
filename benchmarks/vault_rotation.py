"""Rotates thousands of keys under a kill each second, and looks for them in all that is left."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.many_patterns import ManyPatterns
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.adapters.vault.keyring import Keyring, keyring_from_folder, write_new_version
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.live_wallets import KeyDamaged, SealedKey
from tests.builders.live_wallets import keep, kept
from tests.builders.memory_search import data_key_of, seed_of
from tests.builders.sealed_keys import older
from tests.journeys.processes import Child, Forks, open_forks

_KILL_SECONDS = 1.0
_ROUNDS = 120
_PLAIN = b"Canary Plain Name"
_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What became of the keys, and what was found in plain."""

    wallets: int
    kills: int
    seconds: float
    lost: int
    left: int
    secrets: int
    in_plain: int
    megabytes: float
    is_control_found: bool

    @property
    def is_proved(self) -> bool:
        """Tell whether all keys are there, under the newest version, and none in plain."""
        is_whole = not self.lost and not self.left and self.kills > 1
        return is_whole and not self.in_plain and self.is_control_found


async def rotate_under_kills(folder: Path, count: int, batch: int) -> Rotated:
    """Fill a database, rotate as `kitrader keys rotate` until nothing is left, then open all."""
    keys, data, output = folder / "keys", folder / "data", folder / "output"
    output.mkdir()
    for version in (1, 2):
        write_new_version(keys, version)
    ring = keyring_from_folder(keys)
    async with embedded_postgres(data) as server, open_forks(output) as forks:
        await migrate(server.dsn)
        async with open_pool(server.dsn) as pool:
            before = await _filled(pool, ring, count)
            environment = {
                "DATABASE_URL": server.dsn,
                "MASTER_KEYS_DIR": str(keys),
                "LOG_DIR": str(output / "log"),
            }
            began = time.perf_counter()
            kills = await _killed_over_and_over(pool, forks, environment, batch)
            seconds = time.perf_counter() - began
            after = await kept(pool)
            left = sum(key.key_version != ring.newest for key in after)
            await pool.execute("UPDATE users SET first_name = $1", _PLAIN.decode())
    secrets = [secret for key in (*before, *after) for secret in _secrets(ring, key)]
    # The server has ended: all that it had in memory is in its files now.
    found, size = _found(folder, keys, [*secrets, _PLAIN])
    return Rotated(
        wallets=count,
        kills=kills,
        seconds=seconds,
        lost=_lost(ring, before, after),
        left=left,
        secrets=len(secrets),
        in_plain=len(found - {_PLAIN}),
        megabytes=size / _MEGABYTE,
        is_control_found=_PLAIN in found,
    )


async def _filled(pool: Pool, ring: Keyring, count: int) -> list[SealedKey]:
    vault = SealedKeyVault(older(ring, 1))
    await keep(pool, [vault.create(1000 + number, 1) for number in range(count)])
    return await kept(pool)


async def _killed_over_and_over(
    pool: Pool, forks: Forks, environment: dict[str, str], batch: int
) -> int:
    for kills in range(_ROUNDS):
        words = ["keys", "rotate", "--batch", str(batch)]
        child = await forks.start(words, environment)
        if await _ends_within(child, _KILL_SECONDS):
            assert await child.code() == 0, child.said()
            return kills
        child.kill()
        await child.code()
        done = await pool.fetchval("SELECT count(*) FROM live_wallets WHERE key_version = 2")
        print(f"  killed at {done}", flush=True)
    raise TimeoutError("the rotation does not end")


async def _ends_within(child: Child, seconds: float) -> bool:
    done, _ = await asyncio.wait([child.ended], timeout=seconds)
    return bool(done)


def _lost(ring: Keyring, before: Sequence[SealedKey], after: Sequence[SealedKey]) -> int:
    vault, sound = SealedKeyVault(ring), set[tuple[int, int, str]]()
    for key in after:
        try:
            vault.check(key)
        except KeyDamaged:
            continue
        sound.add((key.user_id, key.number, key.address))
    return sum((key.user_id, key.number, key.address) not in sound for key in before)


def _secrets(ring: Keyring, key: SealedKey) -> tuple[bytes, ...]:
    seed, data_key = seed_of(ring, key), data_key_of(ring, key)
    return seed, seed.hex().encode(), data_key, data_key.hex().encode()


def _found(folder: Path, keys: Path, wanted: Sequence[bytes]) -> tuple[set[bytes], int]:
    patterns, found, size = ManyPatterns(wanted), set[bytes](), 0
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_relative_to(keys):
            content = path.read_bytes()
            size += len(content)
            found |= patterns.found_in(content)
    return found, size
