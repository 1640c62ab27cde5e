"""The eye that watches a long run: it sees what grows, and takes noise for nothing."""

from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.soak_samples import Sample, trend

HOUR = 3600
NOISE = st.lists(st.floats(-4, 4), min_size=60, max_size=200)


@given(noise=NOISE)
def test_noise_around_a_level_is_flat(noise: list[float]) -> None:
    assert trend("bot", _samples(noise, growth_mb=0, more_handles=0), 600).faults() == []


@given(noise=NOISE)
def test_memory_and_handles_that_grow_are_named(noise: list[float]) -> None:
    found = trend("bot", _samples(noise, growth_mb=60, more_handles=30), 600).faults()
    assert [fault.split(":")[1].split()[0] for fault in found] == ["memory", "file"]


def test_what_it_needs_to_get_warm_is_no_growth() -> None:
    start = [Sample(at=at, memory_mb=40, handles=5, threads=2) for at in range(0, 600, 5)]
    warm = [Sample(at=at, memory_mb=160, handles=40, threads=6) for at in range(600, HOUR, 5)]
    assert trend("bot", [*start, *warm], 600).faults() == []


def _samples(noise: list[float], *, growth_mb: float, more_handles: int) -> list[Sample]:
    step = HOUR / len(noise)
    return [
        Sample(
            at=number * step,
            memory_mb=160 + growth_mb * number / len(noise) + wobble,
            handles=40 + more_handles * number // len(noise),
            threads=6,
        )
        for number, wobble in enumerate(noise)
    ]
