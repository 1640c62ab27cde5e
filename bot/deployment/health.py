"""Waits until the operator's doors say that all is ready, and stays so for a while."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

from bot.deployment.runner import Runner

_ANSWER_SECONDS = 5.0
_LONGEST_ANSWER = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a version has to become ready, and for how long it must stay so."""

    ready_seconds: float = 120.0
    steady_seconds: float = 10.0
    look_seconds: float = 0.5


def why_not_well(runner: Runner, patience: Patience) -> str:
    """Give why what runs does not become ready, or does not stay so; '' where all is well."""
    until = time.monotonic() + patience.ready_seconds
    steady_since: float | None = None
    last_why = ""
    while True:
        if trouble := runner.trouble():
            return trouble
        why = next((said for door in runner.doors() if (said := unready(door))), "")
        now = time.monotonic()
        if why:
            steady_since, last_why = None, why
        elif steady_since is None:
            steady_since = now
        if steady_since is not None and now - steady_since >= patience.steady_seconds:
            return ""
        if now >= until:
            return f"it was not ready for long within {patience.ready_seconds:.0f} s: {last_why}"
        time.sleep(patience.look_seconds)


def unready(door: str) -> str:
    """Ask a door whether its process is ready; gives '' or its reason."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{door}/health/ready", timeout=_ANSWER_SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        return _reason(error.read(_LONGEST_ANSWER)) or f"{door} answers {error.code}"
    except OSError as error:
        return f"{door} does not answer ({getattr(error, 'reason', error)})"


def all_unready(doors: Sequence[str]) -> str:
    """Give the first reason of several doors, or ''."""
    return next((said for door in doors if (said := unready(door))), "")


def _reason(body: bytes) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    return str(said.get("why", "")) if isinstance(said, dict) else ""
