"""A warm parent that forks the product's processes: importing takes seconds, forking does not.

Run as `python -m tests.journeys.forks`: each line of its input is one start, as JSON; it answers
`{"pid": ...}`, and `{"pid": ..., "code": ...}` when that child ends (negative: by a signal). When
its input ends, it kills whatever is left and goes.
"""

import gc
import json
import logging
import os
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, BinaryIO

from bot.cli.main import main
from tests.journeys.variants import VARIANTS

LOOK_SECONDS = 0.01


def serve(orders: BinaryIO) -> None:
    """Fork children as ordered until the orders end."""
    running: set[int] = set()
    while True:
        # Children are looked after while there are any; an order is waited for in the kernel.
        if select.select([orders], [], [], LOOK_SECONDS if running else None)[0]:
            line = orders.readline()
            if not line:
                break
            running.add(_start(json.loads(line)))
        for pid in list(running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                running.discard(pid)
                _tell({"pid": pid, "code": os.waitstatus_to_exitcode(status)})
    for pid in running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _start(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        _tell({"pid": pid})
        return pid
    code = 70
    try:
        code = _become(order)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        # As Python does at an end that is not forced.
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become(order: dict[str, Any]) -> int:
    output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, target)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    for name in order["variants"]:
        VARIANTS[name]()
    try:
        return main(order["words"])
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else 1


def _tell(event: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    gc.freeze()
    _tell({"pid": os.getpid()})
    with Path("/dev/stdin").open("rb", buffering=0) as given:
        serve(given)
