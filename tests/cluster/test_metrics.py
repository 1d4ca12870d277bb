"""Whatever the chart's dashboard and alerts ask, a Prometheus that scraped an operator answers."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.cluster.chart import CHART, ROOT
from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane, environment, free_ports
from tests.cluster.dry_runs import make_known
from tests.cluster.lanes import asked
from tests.cluster.scraping import Scraping, scrape
from tests.cluster.scraping import prometheus as machines_prometheus
from tests.conftest import Had

pytestmark = pytest.mark.cluster

EXAMPLE = ROOT / "examples" / "weighted-entry"
ALERTS = CHART / "alerts" / "laneway.yaml"
KINDS = "virtualservices,destinationrules"
OURS = "-l=app.kubernetes.io/managed-by=laneway"
ENTRY = "virtualservice/ingressgateway"
STRAY = {
    "apiVersion": "istio.alibabacloud.com/v1",
    "kind": "ASMSwimLane",
    "metadata": {"name": "stray", "labels": {"swimlane-group": "nobody"}},
    "spec": {"labelSelector": {"version": "v9"}},
}
"""A lane of a group that is not there, which is an error."""
BY_HAND = json.dumps({"spec": {"hosts": ["by-hand.example"]}})


def manifests() -> str:
    """Return the example without its programs, and a lane that is an error."""
    texts = (path.read_text() for path in sorted(EXAMPLE.glob("*.yaml")))
    found = [one for text in texts for one in yaml.safe_load_all(text)]
    kept = [one for one in found if one["kind"] not in {"Deployment", "Namespace"}]
    return yaml.dump_all([*kept, STRAY])


@pytest.fixture(scope="module")
def prometheus(
    plane: ControlPlane, had: Had, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scraping]:
    """A Prometheus beside an operator that keeps lanes; somebody else changed an object of it."""
    had(machines_prometheus)
    make_known(plane)
    folder = tmp_path_factory.mktemp("metrics")
    children = Children(folder)
    target = f"127.0.0.1:{free_ports(1)[0]}"
    istiod = plane.istiods["1.31"]
    command = (
        *(Path(sys.executable).with_name("laneway"), "operator"),
        *(f"--kubeconfig={plane.kubeconfig}", f"--metrics-address={target}"),
        *(f"--istiod=127.0.0.1:{istiod.grpc}:{istiod.http}", "--wait=0.1", "--drain=0.1"),
    )
    try:
        children.start("operator", command, environment(folder))
        scraping = scrape(folder / "prometheus", children, target, ALERTS)
        asked(plane, "apply", "-f", "-", told=manifests())
        asked(plane, "wait", "--for=condition=Live", "lanegroup/release", "--timeout=180s")
        for _ in range(2):
            asked(plane, "patch", ENTRY, "-n=istio-system", "--type=merge", f"-p={BY_HAND}")
            hosts = "--for=jsonpath={.spec.hosts[0]}=*"
            asked(plane, "wait", hosts, ENTRY, "-n=istio-system", "--timeout=180s")
        yield scraping
        asked(plane, "delete", "-f", "-", told=manifests())
        asked(plane, "wait", "--for=delete", KINDS, OURS, "-A", "--timeout=180s")
    finally:
        children.kill()


def panels() -> list[tuple[str, str]]:
    shown = json.loads((CHART / "dashboards" / "laneway.json").read_text())["panels"]
    return [(panel["title"], target["expr"]) for panel in shown for target in panel["targets"]]


def test_every_panel_shows_something(prometheus: Scraping) -> None:
    assert [one for one in panels() if not prometheus.values(one[1])] == []


def test_every_alert_asks_for_what_is_there(prometheus: Scraping) -> None:
    """Without its threshold, and of answers that are no refusals, since there were none."""
    rules = prometheus.ask("rules")["groups"][0]["rules"]
    assert [rule["name"] for rule in rules if rule["health"] == "err"] == []
    asked_for = [re.sub(r" (==|<|>) [\d.]+$", "", rule["query"]) for rule in rules]
    usual = [one.replace('code=~"403|5.."', 'code=~"2.."') for one in asked_for]
    assert [one for one in usual if not prometheus.values(one)] == []
