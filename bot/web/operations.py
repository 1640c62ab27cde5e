"""The operator's HTTP door, on this machine only: health, status figures, and metrics."""

from collections.abc import Sequence

import orjson
from aiohttp import web

from bot.domain.errors import Unavailable
from bot.domain.health import TO_LIVE, TO_SERVE, Finding
from bot.observability.metrics import CONTENT_TYPE, whole_page
from bot.services.catalogue import Services
from bot.services.health import HealthView
from bot.words.health import why


def operations_application(services: Services) -> web.Application:
    """Build the application."""
    door = _Door(services)
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
    def __init__(self, services: Services) -> None:
        self._services = services

    async def live(self, _request: web.Request) -> web.Response:
        """Answer 503 where only a new start helps; where the loop stands still, nothing answers."""
        view = self._view()
        why_not = _reasons(view.failing(TO_LIVE))
        return _answer({"live": view.is_alive, "why": why_not}, is_well=view.is_alive)

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer 503 while people cannot be served, with the reasons."""
        view = self._view()
        why_not = _unseen(view) or _reasons(view.failing(TO_SERVE))
        return _answer({"ready": view.is_ready, "why": why_not}, is_well=view.is_ready)

    async def health(self, _request: web.Request) -> web.Response:
        """Answer every check; 503 where any of them fails."""
        view = self._view()
        told = {
            "role": self._services.monitoring.role,
            "ok": view.is_well,
            "ready": view.is_ready,
            "why": _unseen(view) or _reasons(view.failing()),
            "seen_s": round(view.unseen_seconds, 1),
            "checks": [_as_json(each) for each in view.findings],
        }
        return _answer(told, is_well=view.is_well)

    async def status(self, _request: web.Request) -> web.Response:
        try:
            figures = await self._services.operations.status()
        except Unavailable as error:
            return web.json_response({"error": f"{error.what} does not answer"}, status=503)
        told = {"role": self._services.monitoring.role, **figures}
        return web.Response(body=orjson.dumps(told), content_type="application/json")

    async def metrics(self, _request: web.Request) -> web.Response:
        """Answer the figures of the status page and more, for Prometheus."""
        samples = await self._services.monitoring.samples()
        return web.Response(text=whole_page(samples), headers={"Content-Type": CONTENT_TYPE})

    def _view(self) -> HealthView:
        return self._services.well_being.health.view()


def _answer(told: dict[str, object], *, is_well: bool) -> web.Response:
    return web.json_response(told, status=200 if is_well else 503)


def _unseen(view: HealthView) -> str:
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
