"""Writes kitrader.json, the dashboard that Grafana imports, from the table of panels.

Run: python operations/grafana/dashboard.py
"""

import json
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from panels import ROWS, Panel

FILE = Path(__file__).with_name("kitrader.json")
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH, _ROW_HEIGHT, _HEIGHTS = 24, 1, {"stat": 4, "timeseries": 8}
_GREEN, _RED = "green", "red"


def dashboard() -> dict[str, object]:
    """Give it as Grafana 10 and newer import it."""
    return {
        "__inputs": [],
        "__requires": [
            {"type": "grafana", "id": "grafana", "name": "Grafana", "version": "10.0.0"},
            {"type": "datasource", "id": "prometheus", "name": "Prometheus", "version": "1.0.0"},
        ],
        "title": "Kitrader",
        "uid": "kitrader",
        "description": "How the bot does: docs/observability.md tells of each figure.",
        "tags": ["kitrader"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "15s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "utc",
        "templating": {"list": list(_variables())},
        "annotations": {"list": []},
        "links": [],
        "panels": list(_panels()),
    }


def _variables() -> Iterator[dict[str, object]]:
    yield {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "hide": 0,
        "refresh": 1,
    }
    yield _labels("role", "Role", "label_values(kitrader_info, role)") | {"allValue": ".*"}
    # With no value of its own, all of them are those of the chosen roles: queries ask by process.
    yield _labels("instance", "Process", 'label_values(kitrader_info{role=~"$role"}, instance)')


def _labels(name: str, label: str, query: str) -> dict[str, object]:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": _SOURCE,
        "definition": query,
        "query": {"query": query, "refId": name},
        "includeAll": True,
        "multi": True,
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "refresh": 2,
        "sort": 1,
        "hide": 0,
    }


def _panels() -> Iterator[dict[str, object]]:
    numbers, y = count(1), 0
    for title, panels in ROWS.items():
        yield {
            "id": next(numbers),
            "type": "row",
            "title": title,
            "collapsed": False,
            "panels": [],
            "gridPos": {"h": _ROW_HEIGHT, "w": _WIDTH, "x": 0, "y": y},
        }
        x, y, height = 0, y + _ROW_HEIGHT, _HEIGHTS[panels[0].kind]
        for panel in panels:
            if x + panel.width > _WIDTH:
                x, y = 0, y + height
            place = {"h": height, "w": panel.width, "x": x, "y": y}
            yield _panel(panel, next(numbers), place)
            x += panel.width
        y += height


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, object]:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.words,
        "datasource": _SOURCE,
        "gridPos": place,
        "targets": [
            {
                "refId": chr(ord("A") + at),
                "datasource": _SOURCE,
                "editorMode": "code",
                "expr": query,
                "legendFormat": legend or "__auto",
                "range": panel.kind == "timeseries",
                "instant": panel.kind == "stat",
            }
            for at, (legend, query) in enumerate(panel.queries.items())
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
    }


def _defaults(panel: Panel) -> dict[str, object]:
    told: dict[str, object] = {"unit": panel.unit, "min": 0, "thresholds": _thresholds(panel)}
    if panel.kind == "stat":
        return told | {"color": {"mode": "thresholds"}}
    stacking = {"mode": "normal" if panel.is_stacked else "none", "group": "A"}
    drawn = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 30 if panel.is_stacked else 0,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": stacking,
    }
    return told | {"color": {"mode": "palette-classic"}, "custom": drawn}


def _thresholds(panel: Panel) -> dict[str, object]:
    if panel.least is not None:
        steps = [{"color": _RED, "value": None}, {"color": _GREEN, "value": panel.least}]
    elif panel.most is not None:
        steps = [{"color": _GREEN, "value": None}, {"color": _RED, "value": panel.most}]
    else:
        steps = [{"color": _GREEN, "value": None}]
    return {"mode": "absolute", "steps": steps}


def _options(panel: Panel) -> dict[str, object]:
    if panel.kind == "stat":
        reduced = {"calcs": ["lastNotNull"], "fields": "", "values": False}
        return {"reduceOptions": reduced, "colorMode": "value", "graphMode": "none"}
    return {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(dashboard(), indent=2) + "\n", "utf-8")
