"""Each row of the troubleshooting table on a real cluster: caused, named alike, gone when mended.

One cluster for all: an operator at work, proxies of a real istiod, a console for whoever comes with
a token. The same person asks `kubectl laneway check`. Requests through the gateway show each
symptom.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import httpx
import pytest
import yaml
from msgspec import Struct, field

from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.lanes import Lanes, asked
from tests.cluster.operated import applied, kinds, objects_of, operator, ours, until
from tests.cluster.pods import PROXY
from tests.cluster.shown_console import console_for_many, known
from tests.cluster.viewer import EXAMPLE, Viewer, charts_viewer, viewer
from tests.conftest import Had
from tests.engines import engine

pytestmark = pytest.mark.cluster

TAG = "x-asm-prefer-tag"
TIMES, CALLERS = 24, 6
PATIENCE = 120.0
Rows = list[dict[str, Any]]
SOUND = {f"s{number}": {(f"v{number}",) * 3} for number in "123"}
RULE = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "DestinationRule",
    "metadata": {"name": "mine", "namespace": "default"},
    "spec": {"host": "mockb", "subsets": [{"name": "s2", "labels": {"ASM_TRAFFIC_TAG": "v1"}}]},
}


class Ward(Struct, frozen=True):
    """Lanes on a cluster, and a person who asks the doctor of a console and `kubectl laneway`."""

    plane: ControlPlane
    lanes: Lanes
    person: Viewer
    browser: httpx.Client
    said_before: list[str] = field(default_factory=list)
    """What the doctor said before the lanes were live for the first time."""

    def rows(self) -> Rows:
        answer = known(self.browser, "/api/v1/doctor?limit=1000")
        rows: Rows = answer.json()["rows"]["rows"]
        return rows

    def checked(self) -> Rows:
        """Return what `kubectl laneway check` finds."""
        found: Rows = json.loads(self.person.kubectl("laneway", "check", "-o", "json").stdout)[
            "findings"
        ]
        return found

    def met(self, lane: str) -> set[Any]:
        """Return what requests meet that come at once: no one connection decides for all."""
        ask = partial(self.lanes.ask, TIMES // CALLERS)
        with ThreadPoolExecutor(CALLERS) as callers:
            return set().union(*callers.map(ask, [{TAG: lane}] * CALLERS))

    def until_told(self, holds: Callable[[Rows], bool]) -> Rows:
        """Return the doctor's rows as soon as they are as they should be."""
        end = time.monotonic() + PATIENCE
        while not holds(found := self.rows()):
            assert time.monotonic() < end, found
            time.sleep(0.1)
        return found

    def until_met(self, lane: str, wanted: set[Any]) -> None:
        """Ask until requests of a lane meet what they should, all in a row."""
        end = time.monotonic() + PATIENCE
        while (found := self.met(lane)) != wanted:
            assert time.monotonic() < end, f"{lane} met {found}, never {wanted}"

    def apply(self, *objects: dict[str, Any]) -> None:
        asked(self.plane, "apply", "-f", "-", told=yaml.dump_all(objects))

    def replace(self, one: dict[str, Any]) -> None:
        """Have an object made anew."""
        words = ("replace", "--force", "--grace-period=1", "-f", "-")
        asked(self.plane, *words, told=yaml.dump(one))

    def mend(self) -> None:
        """Have all as it was."""
        asked(self.plane, "delete", "destinationrule", "mine", "-n=default", "--ignore-not-found")
        selector = "jsonpath={.spec.selector.matchLabels.ASM_TRAFFIC_TAG}"
        worn = asked(self.plane, "get", "deployment", "mockb-v2", "-n=default", f"-o={selector}")
        if worn != "v2":
            self.replace(deployment())
        self.apply(*(one for one in objects_of(EXAMPLE) if one["kind"] != "Namespace"))


@pytest.fixture(scope="module")
def ward(
    plane: ControlPlane, entry: int, had: Had, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ward]:
    had(partial(engine, "helm"))
    folder = tmp_path_factory.mktemp("ward")
    with ExitStack() as running:
        running.enter_context(kinds(plane))
        running.enter_context(operator(plane, VERSIONS[0]))
        person = running.enter_context(viewer(plane, folder / "one", "at-night", charts_viewer()))
        console = running.enter_context(console_for_many(plane, folder))
        token = asked(plane, "create", "token", "at-night", "-n=default").strip()
        found = Ward(plane, Lanes(entry), person, console.browser(token))
        with _listening(plane, console.browser(token), found.said_before):
            running.enter_context(applied(plane, EXAMPLE, VERSIONS[0]))
            for lane, chains in SOUND.items():
                found.until_met(lane, chains)
        yield found


@contextmanager
def _listening(plane: ControlPlane, browser: httpx.Client, said: list[str]) -> Generator[None]:
    """Note what the doctor says meanwhile, from when on all pods are there, ready or not."""
    ended = threading.Event()
    number = sum(one["kind"] == "Deployment" for one in objects_of(EXAMPLE))

    def listen() -> None:
        while len(asked(plane, "get", "pods", "-A", "-o=name").split()) < number:
            if ended.wait(0.05):
                return
        while not ended.wait(0.1):
            answer = browser.get("/api/v1/doctor?limit=1000")
            if answer.status_code == 200:
                said.extend(row["cause"] for row in answer.json()["rows"]["rows"])

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield
    finally:
        ended.set()
        listener.join()


class ClusterFault(Struct, frozen=True):
    """An edit of objects, what requests of a lane meet then, and the row that it gives."""

    edit: Callable[[Ward], None]
    lane: str
    met: frozenset[Any]
    symptom: str
    code: str
    subject: str
    command: str


def example(kind: str, name: str) -> dict[str, Any]:
    """Return an object of the example."""
    return next(
        one for one in objects_of(EXAMPLE) if (one["kind"], one["metadata"]["name"]) == (kind, name)
    )


def deployment() -> dict[str, Any]:
    """Return the Deployment at which things go wrong."""
    return example("Deployment", "mockb-v2")


def _wear_another_lanes_label(ward: Ward) -> None:
    """Deploy the pods of mockb-v2 with the label of lane s1; selectors cannot be edited."""
    wrong = deployment()
    for labels in (
        wrong["spec"]["selector"]["matchLabels"],
        _template(wrong)["metadata"]["labels"],
    ):
        labels["ASM_TRAFFIC_TAG"] = "v1"
    ward.replace(wrong)


def _ask_for_the_tag(ward: Ward) -> None:
    lane = example("ASMSwimLane", "s2")
    lane["spec"]["ingressRules"][0]["match"]["headers"][TAG]["exact"] = "v2"
    ward.apply(lane)


def _map_wrongly(ward: Ward) -> None:
    """Have a DestinationRule of one's own that was there before there were lanes."""
    asked(ward.plane, "delete", "asmswimlanes,asmswimlanegroups", "--all")
    until(lambda: ours(ward.plane) == [], "what was written of lanes stays")
    ward.apply(RULE)
    ward.apply(*(one for one in objects_of(EXAMPLE) if one["kind"].startswith("ASM")))


def _take_the_proxy_away(ward: Ward) -> None:
    bare = deployment()
    _template(bare)["metadata"]["labels"]["sidecar.istio.io/inject"] = "false"
    pod = _template(bare)["spec"]
    pod["containers"] = [one for one in pod["containers"] if one["name"] != PROXY]
    ward.apply(bare)


def _template(made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = made["spec"]["template"]
    return found


def chains(*middle: str, at: str = "v2") -> frozenset[Any]:
    """Return answers that differ in the middle service alone."""
    return frozenset((at, one, at) for one in middle)


FAULTS = {
    "pods with another lane's label": ClusterFault(
        _wear_another_lanes_label,
        *(
            "s1",
            chains("v1", "v2", at="v1"),
            "wrong-version",
            "LW1513",
            "Deployment default/mockb-v2",
        ),
        "kubectl get pods -n default --show-labels",
    ),
    "a rule for another header value": ClusterFault(
        _ask_for_the_tag,
        *("s2", frozenset({404}), "no-response", "LW1339", "ASMSwimLane s2"),
        "kubectl laneway explain --path /mock -H 'x-asm-prefer-tag: s2'",
    ),
    "a subset that maps wrongly": ClusterFault(
        _map_wrongly,
        *("s2", frozenset({("v2", "v1", "v1")}), "leak", "LW1407", "DestinationRule default/mine"),
        "kubectl get destinationrule -n default mine -o yaml",
    ),
    "a pod without a proxy": ClusterFault(
        _take_the_proxy_away,
        "s2",
        frozenset(("v2", "v2", last) for last in ("v1", "v2", "v3")),
        *("intermittent", "LW1506", "Deployment default/mockb-v2"),
        "kubectl get pods -n default -o jsonpath=",
    ),
}


def test_nothing_is_told_of_lanes_that_begin_or_are_sound(ward: Ward) -> None:
    assert ward.said_before == []
    assert (ward.rows(), ward.checked()) == ([], [])


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_row_is_caused_named_alike_and_gone_when_it_is_mended(
    ward: Ward, fault: ClusterFault
) -> None:
    try:
        fault.edit(ward)
        ward.until_met(fault.lane, set(fault.met))
        told = fault.code, fault.subject
        rows = ward.until_told(lambda rows: told in [(one["code"], _subject(one)) for one in rows])
        _named_alike(rows, ward.checked(), fault)
    finally:
        ward.mend()
    for lane, wanted in SOUND.items():
        ward.until_met(lane, wanted)
    ward.until_told(lambda rows: rows == [])
    assert ward.checked() == []


def _named_alike(rows: Rows, checked: Rows, fault: ClusterFault) -> None:
    (row,) = (one for one in rows if one["code"] == fault.code)
    (found,) = (one for one in checked if one["code"] == fault.code)
    assert row["symptoms"][0] == fault.symptom
    assert (row["cause"], row["fix"]) == (found["message"], found["fix"])
    assert (_subject(row), found["subject"]) == (fault.subject, fault.subject)
    assert row["place"]["file"] == found["file"]
    assert row["command"].startswith(fault.command)


def test_rule_that_somebody_deletes_beside_a_wrong_one_is_put_back(ward: Ward) -> None:
    """The wrong rule freezes the group; from then on it comes first, and spoils one lane alone."""
    before = ours(ward.plane)
    name = next(one for one in before if one.startswith("destinationrule") and "mockb" in one)
    try:
        ward.apply(RULE)
        ward.until_told(lambda rows: any(one["code"] == "LW1407" for one in rows))
        asked(ward.plane, "delete", name, "-n=default")
        until(lambda: ours(ward.plane) == before, "what was deleted is not put back")
        ward.until_met("s2", {("v2", "v1", "v1")})
        for lane in ("s1", "s3"):
            ward.until_met(lane, SOUND[lane])
    finally:
        ward.mend()
    ward.until_told(lambda rows: rows == [])
    ward.until_met("s2", SOUND["s2"])


def _subject(row: dict[str, Any]) -> str:
    return "{kind} {namespace}/{name}".format(**row["object"]).replace(" /", " ")


def test_pods_that_do_not_answer_are_told_with_who_does(ward: Ward) -> None:
    broken = deployment()
    program = _template(broken)["spec"]["containers"][0]
    program |= {"image": "test/keeper", "env": [], "readinessProbe": {"httpGet": {"port": 8000}}}
    try:
        ward.apply(broken)
        (row,) = ward.until_told(lambda rows: any("started again" in one["cause"] for one in rows))
        assert row["symptoms"] == ["no-response"]
        assert "of lane s2 does not answer: container default ended (exit code 1)" in row["cause"]
        assert (row["level"], row["why"]) == (
            "warning",
            "Other pods of default/mockb answer meanwhile.",
        )
        assert row["command"].startswith("kubectl logs -n default mockb-v2-")
        assert row["command"].endswith(" -c default --previous")
        assert ward.met("s2") == SOUND["s2"]
        assert ward.checked() == []
    finally:
        ward.mend()
    ward.until_told(lambda rows: rows == [])
