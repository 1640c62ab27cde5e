"""The dashboard says what it shows, and is what its table of panels makes."""

import importlib.util
import json
from types import ModuleType

import pytest

from tests.house.project import ROOT

GRAFANA = ROOT / "operations" / "grafana"
MOST_WIDTH = 24


@pytest.fixture(scope="module")
def written() -> dict[str, object]:
    return json.loads((GRAFANA / "kitrader.json").read_text("utf-8"))


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dashboard", GRAFANA / "dashboard.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_what_its_table_makes(written: dict[str, object]) -> None:
    assert written == generator().dashboard(), "run python operations/grafana/dashboard.py"


def test_every_panel_says_what_it_shows_and_in_which_unit(written: dict[str, list[dict]]) -> None:
    panels = [panel for panel in written["panels"] if panel["type"] != "row"]
    assert len(panels) > 30
    for panel in panels:
        assert panel["title"]
        assert len(panel["description"]) > 10, panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
    assert len({panel["title"] for panel in panels}) == len(panels)


def test_every_query_goes_by_the_chosen_process(written: dict[str, list[dict]]) -> None:
    for panel in written["panels"]:
        for target in panel.get("targets", ()):
            expr = target["expr"]
            assert expr.count("kitrader_") <= expr.count('instance=~"$instance"'), panel["title"]


def test_a_chosen_role_leaves_its_processes_alone(
    written: dict[str, dict[str, list[dict]]],
) -> None:
    """Queries ask by process: a pattern for all of them would let every role through."""
    of = {each["name"]: each for each in written["templating"]["list"]}
    assert "$role" in of["instance"]["definition"]
    assert of["instance"]["includeAll"] is True
    assert "allValue" not in of["instance"]


def test_no_panel_lies_on_another(written: dict[str, list[dict]]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in written["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= MOST_WIDTH
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
