"""How many examples a property is tried on: few in the suite, as many times more as asked for."""

import os

TIMES = max(1, int(os.environ.get("KITRADER_EXAMPLES", "1")))


def examples(few: int) -> int:
    """Give what is enough for each run, times `KITRADER_EXAMPLES`."""
    return few * TIMES
