"""Keeps a process that opens keys out of core dumps, and away from debuggers of its own user."""

import ctypes
import resource
import sys

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4


def forbid_dumps() -> bool:
    """Forbid the kernel to dump this process's memory; tells whether that holds.

    It holds on Linux (prctl(2), PR_SET_DUMPABLE). Elsewhere only the size of a core is limited.
    Root may read any memory all the same.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    return bool(libc.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) == 0)
