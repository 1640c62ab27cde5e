"""Finds the smallest input that is enough, given a guess that is near it."""

from collections.abc import Callable


def smallest_input(is_enough: Callable[[int], bool], estimate: int) -> int:
    """Give the smallest whole input that is enough, searched for outwards from an estimate.

    More in may never give less out. What `is_enough` raises is passed on.
    """
    enough, stride = max(estimate, 1), 1
    while not is_enough(enough):
        enough, stride = enough + stride, stride * 2
    short, stride = enough - 1, 1
    while short > 0 and is_enough(short):
        enough, short, stride = short, short - stride, stride * 2
    short = max(short, 0)
    while enough - short > 1:
        middle = (enough + short) // 2
        if is_enough(middle):
            enough = middle
        else:
            short = middle
    return enough
