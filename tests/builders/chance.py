"""Chance that is the same at every run."""

import random


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 (repeatable, and no secret)
