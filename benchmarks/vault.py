"""The vault of wallets' keys: swapped rows, kills amid a rotation, what is left in plain, speed."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import print_line
from benchmarks.vault_memory import Remains, remains_of_a_process
from benchmarks.vault_rotation import Rotated, rotate_under_kills
from benchmarks.vault_speed import Speed, measured, nonces_repeated
from benchmarks.vault_swaps import Swaps, swap_everything

_MICROSECONDS = 1e6
_NONCES, _WALLETS = 1_000_000, 10_000


def main() -> None:
    """Run all parts and print what they found; exits with 1 unless all is proved."""
    words = _words()
    swaps = swap_everything(words.swapped)
    _print_swaps(swaps)
    speed = measured()
    _print_speed(speed)
    repeated = nonces_repeated(words.nonces)
    print(f"nonces: {repeated} repeated among {words.nonces:,} under one wrapping key", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        remains = remains_of_a_process(Path(folder))
    _print_remains(remains)
    with tempfile.TemporaryDirectory() as folder:
        rotated = asyncio.run(rotate_under_kills(Path(folder), words.wallets, words.batch))
    _print_rotated(rotated)
    is_proved = all((swaps.is_proved, not repeated, remains.is_proved, rotated.is_proved))
    if words.json:
        print_line(
            name="vault",
            unit="us to seal",
            ours=speed.seal,
            limit=speed.bare_seal,
            plain=speed.fernet_seal,
            milliseconds=1e-3,
            seals_per_second=round(_MICROSECONDS / min(speed.seal)),
            signatures_per_second=round(_MICROSECONDS / min(speed.sign)),
            swaps=swaps.tried,
            swaps_undetected=swaps.undetected,
            nonces_repeated=repeated,
            kills=rotated.kills,
            lost=rotated.lost,
            in_plain=rotated.in_plain + len(remains.after),
            is_proved=is_proved,
        )
    sys.exit(0 if is_proved else 1)


def _print_swaps(swaps: Swaps) -> None:
    print(f"swaps: {swaps.pairs} pairs, every choice of parts: {swaps.tried:,} rows")
    print(
        f"  undetected: {swaps.undetected}; without associated data: {swaps.control:,}", flush=True
    )


def _print_speed(speed: Speed) -> None:
    for name, ours, bare, plain in (
        ("seal", speed.seal, speed.bare_seal, speed.fernet_seal),
        ("open", speed.open, speed.bare_open, speed.fernet_open),
    ):
        best = min(ours)
        print(
            f"{name}: {_MICROSECONDS / best:,.0f} a second, {best:.1f} us; "
            f"bare AESGCM twice {min(bare):.1f} us (ratio {min(bare) / best:.2f}), "
            f"Fernet {min(plain):.1f} us"
        )
    print(
        f"sign: {_MICROSECONDS / min(speed.sign):,.0f} a second; "
        f"bare Ed25519 from the seed {_MICROSECONDS / min(speed.bare_sign):,.0f}; "
        f"create {_MICROSECONDS / min(speed.create):,.0f}, "
        f"reseal {_MICROSECONDS / min(speed.reseal):,.0f}",
        flush=True,
    )


def _print_remains(remains: Remains) -> None:
    print(f"memory after {remains.uses} uses: {sorted(remains.after) or 'nothing'}")
    in_core = "not written here" if remains.core is None else sorted(remains.core) or "nothing"
    print(f"  in the core that a signal leaves: {in_core}")
    print(f"  core where dumps are forbidden: {'there' if remains.is_dumped else 'none'}")
    print(f"  environment, command line: {sorted(remains.told) or 'nothing'}")
    print(f"  amid constant signing: a seed in {remains.amid} of {remains.samples} looks")
    print(f"  control, a seed kept: {sorted(remains.control)}; master key there: {remains.master}",
          flush=True)  # fmt: skip


def _print_rotated(rotated: Rotated) -> None:
    print(
        f"rotation: {rotated.wallets:,} wallets, {rotated.kills} kills, one a second, "
        f"{rotated.seconds:.0f} s; {rotated.lost} lost, {rotated.left} left"
    )
    print(
        f"  in plain: {rotated.in_plain} of {rotated.secrets:,} secrets in "
        f"{rotated.megabytes:.0f} MB of database, log and output; control found: "
        f"{rotated.is_control_found}",
        flush=True,
    )


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swapped", type=int, default=20, help="wallets whose parts are swapped")
    parser.add_argument("--nonces", type=int, default=_NONCES)
    parser.add_argument("--wallets", type=int, default=_WALLETS, help="wallets that are rotated")
    parser.add_argument("--batch", type=int, default=5, help="keys in a transaction")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    return parser.parse_args()


if __name__ == "__main__":
    main()
