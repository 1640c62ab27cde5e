"""Made-up requests to every route of the public door, each sent by everybody."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, given, settings

from bot.services.web_sessions import form_token
from bot.web.door import SECURE_COOKIE
from tests.web.doors import ORIGIN

HEADERS = {
    "content-security-policy": "default-src 'none'",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def headed(answer: httpx.Response | schemathesis.Response) -> dict[str, str]:
    """Give the headers that an answer lacks."""
    has = {name: "".join(answer.headers.get(name, "")) for name in HEADERS}
    return {name: has[name] for name, value in HEADERS.items() if not has[name].startswith(value)}


@dataclass(slots=True, kw_only=True)
class Sweep:
    """Sends made-up requests as each of some people, and judges every answer.

    Each comes in a session of its own, since some end the session; `log_in` gives its token, or
    nothing for a stranger. An answer is at fault by its status (ours, or undescribed) or by a
    header of security that it lacks.
    """

    base: str
    log_in: Mapping[str, Callable[[], str]]
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def over(self, raw: dict[str, Any], times: int) -> None:
        """Send so many requests to every operation of a description."""
        for found in schemathesis.openapi.from_dict(raw).get_all_operations():
            run = given(found.ok().as_strategy())(self._from_everybody)
            settings(
                max_examples=times,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            )(run)()

    def _from_everybody(self, case: schemathesis.Case) -> None:
        case.cookies.clear()
        for name in [name for name in case.headers if name.lower() == "cookie"]:
            del case.headers[name]
        for who, log_in in self.log_in.items():
            self._judge(who, case, _send(case, self.base, log_in()))

    def _judge(self, who: str, case: schemathesis.Case, answer: schemathesis.Response) -> None:
        self.seen[who, answer.status_code] += 1
        said = case.operation.definition.raw["responses"]
        if answer.status_code >= 500 or str(answer.status_code) not in said:
            self.faults.append(f"{who}: {case.method} {case.path}: {answer.status_code}")
        if lacking := headed(answer):
            self.faults.append(f"{who}: {case.method} {case.path}: {lacking}")


def _send(case: schemathesis.Case, base: str, token: str) -> schemathesis.Response:
    if token and isinstance(case.body, dict) and "csrf" in case.body:
        case.body["csrf"] = form_token(token)
    headers = {"Origin": ORIGIN} | ({"Cookie": f"{SECURE_COOKIE}={token}"} if token else {})
    return case.call(base_url=base, headers=headers, allow_redirects=False)
