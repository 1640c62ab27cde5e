"""Keeps Python's garbage collector away from what lives as long as the process."""

import gc

_NEW_OBJECTS, _YOUNG_ROUNDS, _OLD_ROUNDS = 20_000, 2, 500


def settle_heap() -> None:
    """Set all that start-up made apart, and look for garbage cycles less often.

    Hundreds of thousands of models, classes and compiled statements never become garbage;
    walking them again and again took a third of the time of a command. What is young is walked
    in small portions: with ten thousand tokens a walk of 400,000 objects held everybody up for
    a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG_ROUNDS, _OLD_ROUNDS)
