"""Move money behind the bot's back in every way, and kill who books it: books and LiteSVM agree."""

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import orjson
import structlog
from solders.keypair import Keypair

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.adapters.database.live_movements import PostgresLiveMovements
from bot.adapters.database.live_wallets import PostgresLiveWallets
from bot.adapters.database.migrate import migrate
from bot.adapters.database.shelf import PostgresShelf
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import EndpointConfig
from bot.adapters.solana.wallet_balances import SolanaBalances
from bot.adapters.solana.wallet_history import SolanaHistory
from bot.domain.errors import Refusal, Unavailable
from bot.sandbox.jupiter_api.token_instructions import token_account_of
from bot.services.live_means import LiveMeans
from bot.services.live_movements import LiveMovements
from bot.services.movement_means import MovementMeans, MovementRules
from tests.builders.live_scenes import OWNER, live_scene, tracked
from tests.builders.movement_scenes import (
    FINAL_SLOTS,
    MovementScene,
    PlainNews,
    movement_scene,
    worth,
)
from tests.builders.rpc_pools import seeded_chance
from tests.builders.swap_worlds import SOL, swap_world

_ROUNDS, _KILLS, _LONG_ROUNDS, _LONG_KILLS = 40, 10, 300, 50
_MOST_LOOKS = 20
_WALLETS = 2_000
_WALLET = """
    INSERT INTO live_wallets (user_id, number, chain, address, key_version, wrapped_key, sealed,
      created_at) VALUES ($1, 1, 'solana', $2, 1, '', '', now())
"""
_BOOKS = "SELECT open_live_books($1, 1, now())"
_PLACE = """
    INSERT INTO live_places (user_id, wallet_number, address, mint, program, seen_at)
    VALUES ($1, 1, $2, $3, 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', now())
"""
_SWEPT = """
    INSERT INTO live_watches (user_id, wallet_number, swept_at)
    SELECT user_id, number, now() + interval '1 day' FROM live_wallets ON CONFLICT DO NOTHING
"""
_TRACKED, _UNTRACKED, _TAXED = "WIF", "BONK", "TOLL"


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of the rounds: by way, and how often books and chain differed in the end."""

    ways: Counter[str] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)
    looks: Counter[int] = field(default_factory=Counter)


class Mover:
    """Moves money of the wallet in ways that the bot has no hand in."""

    def __init__(self, scene: MovementScene, chance: random.Random) -> None:
        self.scene = scene
        self._chance = chance
        self.ways: dict[str, Callable[[], Awaitable[None]]] = {
            "SOL in": self._sol_in,
            "SOL out": self._sol_out,
            "dust in": self._dust_in,
            "a tracked token in": self._tracked_in,
            "a token in that nobody tracks": self._untracked_in,
            "Token-2022 with a fee in": self._taxed_in,
            "a token out": self._token_out,
            "an account closed": self._closed,
            "SOL into a token account": self._rent_in,
            "many at once": self._many,
            "during an order": self._during_order,
        }

    async def _sol_in(self) -> None:
        self.scene.pay(self._chance.randint(1, 5 * SOL))

    async def _sol_out(self) -> None:
        most = self.scene.live.lamports() // 20
        if most > SOL // 100:
            await self.scene.steal(self._chance.randint(1, most))

    async def _dust_in(self) -> None:
        self.scene.pay(self._chance.randint(1, 1_000))

    async def _tracked_in(self) -> None:
        self.scene.give(_TRACKED, self._chance.randint(1, 10**7))

    async def _untracked_in(self) -> None:
        self.scene.give(_UNTRACKED, self._chance.randint(1, 10**7))

    async def _taxed_in(self) -> None:
        self.scene.give(_TAXED, self._chance.randint(1_000, 10**7))

    async def _token_out(self) -> None:
        symbol = self._chance.choice((_TRACKED, _UNTRACKED, _TAXED))
        if held := self.scene.held(symbol):
            await self.scene.steal_tokens(symbol, self._chance.randint(1, held))

    async def _closed(self) -> None:
        # A taxed account holds fees that were withheld, and cannot be closed before they are taken.
        for symbol in (_UNTRACKED, _TRACKED):
            asset = self.scene.asset(symbol)
            if self.scene.live.world.chain.account(token_account_of(self.scene.owner, asset)):
                if held := self.scene.held(symbol):
                    await self.scene.steal_tokens(symbol, held)
                await self.scene.close(symbol)
                return

    async def _rent_in(self) -> None:
        place = token_account_of(self.scene.owner, self.scene.asset(_UNTRACKED))
        if self.scene.live.world.chain.account(place):
            self.scene.live.world.shop.stranger.pay(place, self._chance.randint(1, 10**6))

    async def _many(self) -> None:
        names = [name for name in self.ways if name not in {"many at once", "during an order"}]
        for name in self._chance.choices(names, k=5):
            await self.ways[name]()

    async def _during_order(self) -> None:
        live = self.scene.live
        with suppress(Refusal):
            order = await live.orders.place(live.request(), live.buying(SOL // 50))
            await self.ways[self._chance.choice(("SOL in", "SOL out", "a token out"))]()
            await self.scene.movements.watch()
            with suppress(Unavailable):
                await live.orders.carry_out((OWNER, order.number))


async def difference(scene: MovementScene) -> str:
    """Give by what books and LiteSVM differ, empty where they are equal to the lamport."""
    (wallet,) = await scene.means.live.accounts.balances()
    if wallet.lamports != scene.live.lamports():
        return f"lamports {wallet.lamports} booked, {scene.live.lamports()} there"
    for symbol in (_TRACKED, _UNTRACKED, _TAXED):
        booked = wallet.tokens.get(str(scene.asset(symbol).mint), 0)
        if booked != scene.held(symbol):
            return f"{symbol} {booked} booked, {scene.held(symbol)} there"
    scene.live.world.chain.advance(2)
    (found,) = await scene.live.reconciliation.reconcile()
    return "" if found.is_compared and not found.differences else str(found)


async def rounds(scene: MovementScene, count: int, seed: int) -> Tally:
    """Move money in random ways; after each, follow until books and chain agree."""
    chance, tally = random.Random(seed), Tally()  # noqa: S311 - a benchmark, not a secret
    mover = Mover(scene, chance)
    names = list(mover.ways)
    for number in range(count):
        name = names[number % len(names)] if number < len(names) else chance.choice(names)
        tally.ways[name] += 1
        await mover.ways[name]()
        looks, by = 0, "not looked"
        while by and looks < _MOST_LOOKS:
            looks += 1
            await scene.live.orders.recover()
            # Two watchers at once: what one books the other must not.
            scene.live.world.chain.advance(FINAL_SLOTS)
            await asyncio.gather(scene.movements.watch(), scene.movements.watch())
            by = await difference(scene)
        tally.looks[looks] += 1
        if by:
            tally.different[name] += 1
            print(f"  round {number}, {name}: DIFFERENT, {by}", flush=True)
    proof = await scene.live.ledger()
    if proof.differences:
        tally.different["the ledger"] += len(proof.differences)
        print(f"  ledger: {proof.differences[:3]}", flush=True)
    return tally


async def kills(scene: MovementScene, dsn: str, count: int, *, naive: bool, seed: int) -> int:
    """Kill the process that books, again and again at any moment; gives the lamports off."""
    chance = random.Random(seed)  # noqa: S311 - a benchmark, not a secret
    for _ in range(count):
        words = [sys.executable, __file__, "--child", dsn, *scene.live.world.rpc_urls]
        child = await asyncio.create_subprocess_exec(
            *words, *(("--naive",) if naive else ()), stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        await child.stdout.readline()
        for _ in range(6):
            scene.pay(chance.randint(1, SOL))
        scene.live.world.chain.advance(FINAL_SLOTS)
        await asyncio.sleep(chance.uniform(0.0, 0.25))
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        await child.wait()
    if not naive:
        for _ in range(_MOST_LOOKS):
            await scene.follow()
    (wallet,) = await scene.means.live.accounts.balances()
    return wallet.lamports - scene.live.lamports()


async def follow_for_ever(dsn: str, rpc_urls: list[str], *, naive: bool) -> None:
    """Be the process that books, until it is killed."""
    configs = [EndpointConfig.from_url(url) for url in rpc_urls]
    clock = SystemClock()
    async with (
        open_pool(dsn, size=2) as database,
        RpcPool(configs, clock=clock, chance=seeded_chance()) as rpc,
    ):
        accounts = PostgresLiveAccounts(database, lambda _queued: None)
        if naive:
            history = SolanaHistory(rpc)
            print("ready", flush=True)
            await _naively(accounts, history)
        movements = _follower(database, rpc)
        print("ready", flush=True)
        while True:
            await movements.watch()


def _follower(database: Pool, rpc: RpcPool) -> LiveMovements:
    """Give what follows wallets, in a process that does nothing else."""
    live = SimpleNamespace(
        accounts=PostgresLiveAccounts(database, lambda _queued: None),
        wallets=PostgresLiveWallets(database),
        clock=SystemClock(),
        tokens={},
    )
    means = MovementMeans(
        live=cast("LiveMeans", live),
        book=PostgresLiveMovements(database, lambda _queued: None),
        history=SolanaHistory(rpc),
        balances=SolanaBalances(rpc),
        worth=worth,
        notices=PlainNews(),
        rules=MovementRules(),
        releases=(),
    )
    return LiveMovements(means)


async def _naively(accounts: PostgresLiveAccounts, history: SolanaHistory) -> None:
    """The negative control: what was seen is kept in memory, and booked without its signature."""
    (wallet,) = await accounts.balances()
    seen: set[str] = set()
    while True:
        for named in await history.since(wallet.address, 0):
            if named.signature not in seen:
                moved = await history.movement(named.signature, wallet.address)
                seen.add(named.signature)
                if moved is not None and moved.lamports:
                    once = f"{named.signature} {time.time_ns()}"
                    await accounts.book_external(OWNER, 1, once, moved.lamports)


async def many_wallets(scene: MovementScene, count: int) -> dict[str, float]:
    """Let so many people have quiet wallets with two token accounts; gives what a look costs."""
    people = range(10_000, 10_000 + count)
    rows = [(who, str(Keypair().pubkey())) for who in people]
    places = [
        (who, str(Keypair().pubkey()), str(Keypair().pubkey())) for who in people for _ in range(2)
    ]
    async with scene.live.database.acquire() as connection:
        await connection.executemany("INSERT INTO users (user_id, first_name) VALUES ($1, 'x')", [
            (who,) for who in people])  # fmt: skip
        await connection.executemany(_WALLET, rows)
        await connection.executemany(_BOOKS, [(who,) for who in people])
        await connection.executemany(_PLACE, places)
        await connection.execute(_SWEPT)
    nodes = scene.live.world.endpoints
    before = sum(node.requests_served for node in nodes)
    began = time.perf_counter()
    reconciled = await scene.live.reconciliation.reconcile()
    between = time.perf_counter()
    calls = sum(node.requests_served for node in nodes) - before
    await scene.movements.watch()
    return {
        "wallets": len(reconciled),
        "calls": calls,
        "reconcile s": round(between - began, 2),
        "watch s": round(time.perf_counter() - between, 2),
    }


async def _all(words: argparse.Namespace) -> tuple[Tally, dict[str, int]]:
    off: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as name:
        async with embedded_postgres(Path(name) / "data") as server:
            await migrate(server.dsn)
            async with open_pool(server.dsn, size=8) as database, swap_world(slot_ms=10) as world:
                live = await live_scene(world, database)
                taxed = await PostgresShelf(database).keep(tracked(world, _TAXED), [])
                live.means.tokens[taxed.token_id] = taxed  # type: ignore[index]
                scene = movement_scene(live)
                tally = await rounds(scene, words.rounds, words.seed)
                off["killed"] = await kills(
                    scene, server.dsn, words.kills, naive=False, seed=words.seed
                )
                off["ledger"] = len((await scene.live.ledger()).differences)
                off["control"] = await kills(scene, server.dsn, 2, naive=True, seed=1)
                print(f"  {await many_wallets(scene, words.wallets)}")
    return tally, off


def main() -> None:
    """Run it; exits with 1 unless books and chain were equal, and the control was not."""
    words = _words()
    if words.long:
        words.rounds, words.kills = _LONG_ROUNDS, _LONG_KILLS
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if words.child:
        dsn, *rpc_urls = words.child
        asyncio.run(follow_for_ever(dsn, rpc_urls, naive=words.naive))
    began = time.perf_counter()
    tally, off = asyncio.run(_all(words))
    for name, times in sorted(tally.ways.items()):
        print(f"  {name}: {times} rounds, {tally.different[name]} different")
    print(f"  looks until equal: {dict(sorted(tally.looks.items()))}")
    print(f"  {off}, {time.perf_counter() - began:.0f} s")
    is_proved = not tally.different and not off["killed"] and not off["ledger"]
    is_proved = is_proved and off["control"] != 0
    if words.json:
        line = {
            "name": "deposits",
            "unit": "rounds with a difference",
            "ours": sum(tally.different.values()),
            "rounds": sum(tally.ways.values()),
            "off_by_lamports_after_kills": off["killed"],
            "control_off_by_lamports": off["control"],
            "is_proved": is_proved,
        }
        print(orjson.dumps(line).decode())
    sys.exit(0 if is_proved else 1)


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="movements, followed each")
    parser.add_argument("--kills", type=int, default=_KILLS, help="processes killed while booking")
    parser.add_argument("--wallets", type=int, default=_WALLETS, help="quiet ones, looked at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long", action="store_true", help=f"{_LONG_ROUNDS} and {_LONG_KILLS}")
    parser.add_argument("--json", action="store_true", help="a line for machines at the end")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--naive", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
