"""Asks the real signer for spoiled messages by the thousand, and for honest ones by the clock.

Run from the root of the project: python -m benchmarks.tampered [--spoiled N] [--flips N]
[--honest N] [--every-bit] [--seed N] [--json]. It ends with 1 where a spoiled message was signed or
an honest one was not.

Each spoiled message is asked for under an intent of its own, so that the policy alone decides; the
flipped ones then once more under intents that have their signature, where nothing may pass.
`--every-bit` flips each bit of each honest message before the policy alone, without the process.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from solders.keypair import Keypair

from benchmarks.figures import median, p99, print_line, spread
from bot.adapters.signing.signer_client import SignerClient
from bot.domain.errors import Unavailable
from bot.domain.live_wallets import SealedKey
from bot.domain.signing.policy import judge, violations
from bot.ports.signer import SigningRefused
from tests.builders.no_worse import is_no_worse
from tests.builders.signers import Signers
from tests.builders.signing import Honest, Scene
from tests.builders.tampering import Spoiled, Tamperer

_MILLISECONDS = 1e3
_LINE_BYTES = 600


@dataclass(slots=True, kw_only=True)
class Found:
    """What came of it; times in milliseconds."""

    refused: Counter[str] = field(default_factory=Counter)
    signed: Counter[str] = field(default_factory=Counter)
    flips: Counter[str] = field(default_factory=Counter)
    flips_again: Counter[str] = field(default_factory=Counter)
    honest_ms: list[float] = field(default_factory=list)
    refusal_ms: list[float] = field(default_factory=list)
    policy_ms: list[float] = field(default_factory=list)
    bare_ms: list[float] = field(default_factory=list)
    disk_ms: list[float] = field(default_factory=list)


class Asker:
    """Asks one signer, under intents that nobody asked for before."""

    def __init__(self, client: SignerClient, key: SealedKey) -> None:
        self._client, self._key = client, key
        self._number = 0

    async def signs(self, honest: Honest, raw: bytes, tables: Mapping[str, Sequence[str]]) -> bool:
        """Ask for a message under a new intent; tells whether it was signed."""
        self._number += 1
        return await self.signs_as(f"asked:{self._number}", honest, raw, tables)

    async def signs_as(
        self, name: str, honest: Honest, raw: bytes, tables: Mapping[str, Sequence[str]]
    ) -> bool:
        """Ask for a message under an intent of this name."""
        intent = replace(honest.intent, intent_id=name)
        try:
            await self._client.sign(self._key, intent, raw, tables)
        except SigningRefused:
            return False
        except Unavailable:
            # Too long for any transaction: it is not even read, and the signer goes on.
            await self._client.health()
            return False
        return True


async def run(spoiled: int, flips: int, honest: int, seed: int) -> Found:
    """Start a signer, and ask it for everything."""
    found, scene = Found(), Scene()
    tamperer = Tamperer(scene, Random(seed))  # noqa: S311 (repeatable, and no secret)
    with tempfile.TemporaryDirectory() as folder:
        signers = Signers(folder=Path(folder))
        signers.make()
        async with signers.process():
            client = signers.client()
            asker = Asker(client, signers.key())
            await _time_honest(asker, scene, honest, found)
            _time_disk(Path(folder) / "probe", honest, found)
            await _try_spoiled(asker, tamperer, scene, spoiled, found)
            await _try_flips(asker, tamperer, scene, flips, found)
            await client.close()
    return found


async def _time_honest(asker: Asker, scene: Scene, count: int, found: Found) -> None:
    for number, honest in enumerate(_in_turns(scene.everything(), count)):
        raw, tables = honest.raw(), honest.lookup_tables
        began = time.perf_counter()
        is_signed = await asker.signs_as(f"honest:{number}", honest, raw, tables)
        if number:  # the first one connects
            found.honest_ms.append((time.perf_counter() - began) * _MILLISECONDS)
        found.signed["honest"] += is_signed
        found.refused["honest"] += not is_signed
        began = time.perf_counter()
        judge(raw, honest.intent, tables, scene.rules)
        found.policy_ms.append((time.perf_counter() - began) * _MILLISECONDS)
        began = time.perf_counter()
        _bare_signature(scene.wallet, raw)
        found.bare_ms.append((time.perf_counter() - began) * _MILLISECONDS)


def _time_disk(path: Path, count: int, found: Found) -> None:
    """Time what the journal cannot do without: a line appended, and on the disk."""
    with path.open("ab", buffering=0) as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(bytes(_LINE_BYTES))
            os.fdatasync(file.fileno())
            found.disk_ms.append((time.perf_counter() - began) * _MILLISECONDS)


def _bare_signature(wallet: Keypair, raw: bytes) -> None:
    wallet.sign_message(raw)


def _in_turns(everything: Sequence[Honest], count: int) -> Iterator[Honest]:
    for number in range(count):
        yield everything[number % len(everything)]


async def _try_spoiled(
    asker: Asker, tamperer: Tamperer, scene: Scene, count: int, found: Found
) -> None:
    for honest, one in _spoiled(tamperer, scene, count):
        began = time.perf_counter()
        is_signed = await asker.signs(honest, one.raw, one.lookup_tables)
        found.refusal_ms.append((time.perf_counter() - began) * _MILLISECONDS)
        (found.signed if is_signed else found.refused)[one.kind] += 1


def _spoiled(tamperer: Tamperer, scene: Scene, count: int) -> Iterator[tuple[Honest, Spoiled]]:
    everything, made, number = scene.everything(), 0, 0
    while made < count:
        honest = everything[number % len(everything)]
        kind = tamperer.kinds[number // len(everything) % len(tamperer.kinds)]
        number += 1
        one = tamperer.spoil(honest, kind)
        if one is not None:
            made += 1
            yield honest, one


async def _try_flips(
    asker: Asker, tamperer: Tamperer, scene: Scene, count: int, found: Found
) -> None:
    for number, honest in enumerate(_in_turns(scene.everything(), count)):
        raw, tables = tamperer.flip(honest, 1 + number % 3), honest.lookup_tables
        if not await asker.signs(honest, raw, tables):
            found.flips["refused"] += 1
        else:
            found.flips["no worse" if is_no_worse(honest, raw) else "WORSE"] += 1
        # The honest one of this kind was signed under this name.
        name = f"honest:{number % len(scene.everything())}"
        is_same = raw == honest.raw()
        is_signed = await asker.signs_as(name, honest, raw, tables)
        found.flips_again["SIGNED" if is_signed and not is_same else "refused"] += 1


def try_every_bit(scene: Scene) -> Counter[str]:
    """Flip each bit of each honest message, and ask the policy alone."""
    found: Counter[str] = Counter()
    for honest in scene.everything():
        raw, tables = honest.raw(), honest.lookup_tables
        for at in range(len(raw) * 8):
            changed = bytearray(raw)
            changed[at // 8] ^= 1 << at % 8
            if violations(bytes(changed), honest.intent, tables, scene.rules):
                found["refused"] += 1
            else:
                found["no worse" if is_no_worse(honest, bytes(changed)) else "WORSE"] += 1
    return found


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spoiled", type=int, default=10_000)
    parser.add_argument("--flips", type=int, default=3_000)
    parser.add_argument("--honest", type=int, default=700)
    parser.add_argument("--every-bit", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    every_bit = try_every_bit(Scene()) if given.every_bit else Counter[str]()
    found = asyncio.run(run(given.spoiled, given.flips, given.honest, given.seed))
    for kind in sorted({*found.refused, *found.signed}):
        print(f"{kind:<22} refused {found.refused[kind]:>6}  signed {found.signed[kind]:>6}")
    print(
        f"flipped bits           {dict(found.flips)}; again, once signed: {dict(found.flips_again)}"
    )
    if every_bit:
        print(f"every bit, once each   {dict(every_bit)}")
    for name, times in (
        ("honest, over the socket", found.honest_ms),
        ("refused, over the socket", found.refusal_ms),
        ("the policy alone", found.policy_ms),
        ("a line on the disk", found.disk_ms),
        ("a bare signature", found.bare_ms),
    ):  # fmt: skip
        print(f"{name:<26} p50 {median(times):.2f} ms  p99 {p99(times):.2f} ms  {spread(times)}")
    if given.json:
        print_line(
            name="signing", unit="ms", ours=found.honest_ms, limit=found.disk_ms, plain=[],
            milliseconds=1, spoiled=found.refused.total() - found.refused["honest"],
            spoiled_signed=found.signed.total() - found.signed["honest"],
            flips=dict(found.flips),
        )  # fmt: skip
    is_bad = (
        found.signed.total() != found.signed["honest"]
        or found.refused["honest"]
        or found.flips["WORSE"]
        or every_bit["WORSE"]
        or found.flips_again["SIGNED"]
    )
    return 1 if is_bad else 0


if __name__ == "__main__":
    sys.exit(main())
