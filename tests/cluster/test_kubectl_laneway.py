"""`kubectl laneway` as people meet it: a plugin of kubectl, with a viewer's rights alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from laneway.apps.cli.kubectl import ClusterCommands
from tests.cluster.control_plane import ControlPlane
from tests.cluster.dry_runs import make_known
from tests.cluster.lanes import asked
from tests.cluster.viewer import (
    EXAMPLE,
    Viewer,
    charts_viewer,
    lean_viewer,
    strict_lanes,
    tell_status,
    viewer,
)
from tests.conftest import Had
from tests.engines import engine
from tests.wire.laneway_up import laneway

pytestmark = pytest.mark.cluster

LANES = str(EXAMPLE / "lanes.yaml")


@pytest.fixture(scope="module")
def person(
    plane: ControlPlane, had: Had, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Viewer]:
    """Somebody with the chart's viewer role, and lanes to be looked at."""
    had(partial(engine, "helm"))
    make_known(plane)
    folder = tmp_path_factory.mktemp("viewer")
    with strict_lanes(plane), viewer(plane, folder / "one", "viewer", charts_viewer()) as found:
        yield found


SAID = {
    "get lanes -o name": "asmswimlane.istio.alibabacloud.com/s2",
    "status": "test   live   Live: 12 of 12 proxies after 240 ms",
    "check": "no findings in 1 group, 3 lanes, 3 services",
    f"check {LANES}": "no findings in 1 group, 3 lanes, 3 services",
    "explain --path /mock -H 'x-asm-prefer-tag: s2'": "mocka-v2",
    "prove": "isolated   proven",
    "render": "name: trafficlabel-vs-test-default-mockb",
    f"diff {LANES}": "create  VirtualService istio-system/ingressgateway",
    "cost": "to write",
    "crds": "kind: CustomResourceDefinition",
    "explain-code LW1951": "could not be read",
    "version": "laneway ",
}
"""Commands, and words of what they say."""


def test_every_command_works_with_a_viewers_rights(person: Viewer, plane: ControlPlane) -> None:
    tell_status(plane)
    lines = {f"kubectl laneway {words}": wanted for words, wanted in SAID.items()}

    with ThreadPoolExecutor(2) as shells:
        ended = dict(zip(lines, shells.map(person.shell, lines), strict=True))

    assert {words.split()[0] for words in SAID} | {"console"} == set(ClusterCommands.known)
    assert [(one, end.stderr) for one, end in ended.items() if end.returncode or end.stderr] == []
    for line, wanted in lines.items():
        assert wanted in ended[line].stdout


def test_a_watch_ends_when_the_last_group_is_live(person: Viewer, plane: ControlPlane) -> None:
    tell_status(plane, Live="False")
    watching = person.begin("laneway", "status", "--watch", "--timeout", "60")
    assert watching.stdout is not None
    first = watching.stdout.readline()
    tell_status(plane)
    rest, _ = watching.communicate(timeout=60)

    assert first == (
        "group test: not live: ProxiesBehind: 11 of 12 proxies: mockb-v2.default is not connected\n"
    )
    assert rest.splitlines()[-1] == "group test: live: Live: 12 of 12 proxies after 240 ms"
    assert watching.returncode == 0


def test_an_edit_is_seen_in_what_would_change(person: Viewer, plane: ControlPlane) -> None:
    rendered = laneway("render", str(EXAMPLE)).stdout
    file = Path(person.environment["HOME"]) / "edited.yaml"
    file.write_text(EXAMPLE.joinpath("lanes.yaml").read_text().replace("exact: s2", "exact: two"))
    asked(plane, "apply", "-f", "-", told=rendered)
    try:
        same = person.kubectl("laneway", "diff")
        found = person.kubectl("laneway", "diff", str(file), "-o", "json")
    finally:
        asked(plane, "delete", "-f", "-", told=rendered)

    assert same.stdout == "0 created, 0 updated, 0 deleted, 7 unchanged\n"
    shown = json.loads(found.stdout)
    assert [(one["action"], one["name"]) for one in shown["changes"]] == [
        ("update", "ingressgateway")
    ]


@pytest.mark.usefixtures("person")
def test_who_may_not_list_istios_kinds_is_told_of_them(plane: ControlPlane, tmp_path: Path) -> None:
    with viewer(plane, tmp_path / "two", "lean", lean_viewer()) as lean:
        proven = lean.kubectl("laneway", "prove", LANES)
        listed = lean.kubectl("laneway", "get")

    assert proven.returncode == 4
    assert "Not read of the cluster: " in proven.stderr
    for name in ("virtualservices", "destinationrules", "gateways", "sidecars"):
        assert f"{name}.networking.istio.io" in proven.stderr
    assert " services" not in proven.stderr
    assert listed.returncode == 0


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("token", "gone", "does not take the credentials of context 'shop'"),
        ("certificate-authority", "", "certificate-authority(-data) has to be the authority"),
    ],
)
def test_a_kubeconfig_that_fits_no_more_is_told(
    person: Viewer, tmp_path: Path, key: str, value: str, words: str
) -> None:
    config = json.loads(Path(person.environment["KUBECONFIG"]).read_text())
    told = config["users"][0]["user"] if key == "token" else config["clusters"][0]["cluster"]
    told[key] = value
    file = tmp_path / "old"
    file.write_text(json.dumps(config))

    ended = person.kubectl("laneway", "get", "--kubeconfig", str(file))

    assert ended.returncode == 3
    assert words in ended.stderr


def test_kubectl_completes_the_commands(person: Viewer) -> None:
    ended = person.kubectl("__complete", "laneway", "get", "")

    assert ended.stdout.splitlines() == ["groups", "lanes", "group", "lane", ":4"]
