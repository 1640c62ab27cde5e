"""The operator's HTTP door, closed to other machines by default: health, figures, metrics.

Where a process has several roles, each page tells of all of them, and the worst counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import orjson
from aiohttp import web

from bot.domain.errors import Unavailable
from bot.domain.health import TO_LIVE, TO_SERVE, Finding
from bot.observability.metrics import CONTENT_TYPE, Sample, whole_page
from bot.services.catalogue import Services
from bot.services.health import HealthView
from bot.words.health import why

AtWork = Mapping[str, Services | None]
"""The roles of a process, each with its services while it is at work."""
_NOT_AT_WORK = HealthView(findings=(), unseen_seconds=0.0, is_watched=False)


def operations_application(at_work: AtWork) -> web.Application:
    """Build the application; roles may begin and end behind it."""
    door = _Door(at_work)
    application = web.Application()
    application.add_routes(
        [
            web.get("/health", door.health),
            web.get("/health/live", door.live),
            web.get("/health/ready", door.ready),
            web.get("/status", door.status),
            web.get("/metrics", door.metrics),
        ]
    )
    return application


class _Door:
    def __init__(self, at_work: AtWork) -> None:
        self._at_work = at_work
        self._name = ",".join(at_work)
        self._is_of_one = len(at_work) == 1

    async def live(self, _request: web.Request) -> web.Response:
        """Answer 503 where only a new start helps; where the loop stands still, nothing answers."""
        is_alive = all(view.is_alive for view in self._views().values())
        why_not = self._why(lambda view: _reasons(view.failing(TO_LIVE)))
        return _answer({"live": is_alive, "why": why_not}, is_well=is_alive)

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer 503 while people cannot be served, with the reasons."""
        is_ready = all(view.is_ready for view in self._views().values())
        why_not = self._why(lambda view: _unseen(view) or _reasons(view.failing(TO_SERVE)))
        return _answer({"ready": is_ready, "why": why_not}, is_well=is_ready)

    async def health(self, _request: web.Request) -> web.Response:
        """Answer every check; 503 where any of them fails."""
        views = self._views()
        is_well = all(view.is_well for view in views.values())
        told = {
            "role": self._name,
            "ok": is_well,
            "ready": all(view.is_ready for view in views.values()),
            "why": self._why(lambda view: _unseen(view) or _reasons(view.failing())),
            "seen_s": round(max(view.unseen_seconds for view in views.values()), 1),
            "checks": [
                self._of(role) | _as_json(each)
                for role, view in views.items()
                for each in view.findings
            ],
        }
        return _answer(told, is_well=is_well)

    async def status(self, _request: web.Request) -> web.Response:
        try:
            told = [
                {"role": role, **await services.operations.status()}
                for role, services in self._services()
            ]
        except Unavailable as error:
            return web.json_response({"error": f"{error.what} does not answer"}, status=503)
        if not told:
            return web.json_response({"error": "nothing is at work"}, status=503)
        page = told[0] if self._is_of_one else {"role": self._name, "roles": told}
        return web.Response(body=orjson.dumps(page), content_type="application/json")

    async def metrics(self, _request: web.Request) -> web.Response:
        """Answer the figures of the status page and more, for Prometheus."""
        samples = [
            replace(sample, labels={**self._of(role), **sample.labels})
            for role, services in self._services()
            for sample in await services.monitoring.samples()
        ]
        samples += [_at_work(role, services) for role, services in self._at_work.items()]
        return web.Response(text=whole_page(samples), headers={"Content-Type": CONTENT_TYPE})

    def _services(self) -> Sequence[tuple[str, Services]]:
        return [(role, each) for role, each in self._at_work.items() if each is not None]

    def _views(self) -> Mapping[str, HealthView]:
        return {
            role: _NOT_AT_WORK if each is None else each.well_being.health.view()
            for role, each in self._at_work.items()
        }

    def _of(self, role: str) -> dict[str, str]:
        """Say whose it is, where it might be another's."""
        return {} if self._is_of_one else {"role": role}

    def _why(self, reason: Callable[[HealthView], str]) -> str:
        told = {role: reason(view) for role, view in self._views().items()}
        if self._is_of_one:
            return told[self._name]
        return "; ".join(f"{role}: {words}" for role, words in told.items() if words)


def _at_work(role: str, services: Services | None) -> Sample:
    words = "1 while a role is at work, 0 while it begins or waits for the database."
    is_so = float(services is not None)
    return Sample(
        name="kitrader_at_work", kind="gauge", words=words, value=is_so, labels={"role": role}
    )


def _answer(told: dict[str, object], *, is_well: bool) -> web.Response:
    return web.json_response(told, status=200 if is_well else 503)


def _unseen(view: HealthView) -> str:
    if view is _NOT_AT_WORK:
        return "it is not at work"
    if view.is_watched:
        return ""
    return f"nothing was looked at for {view.unseen_seconds:.0f} s"


def _reasons(failing: Sequence[Finding]) -> str:
    return "; ".join(f"{each.check.value}: {why(each)}" for each in failing)


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "name": finding.check.value,
        "ok": finding.is_ok,
        "since": finding.since.isoformat(),
        "why": why(finding),
        "figures": dict(finding.figures),
    }
