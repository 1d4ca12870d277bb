"""Helm installs the operator, lanes are applied, and all goes away again: as a user does it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from laneway.adapters.netns import probe
from tests.cluster.chart import chart_objects
from tests.cluster.children import Children
from tests.cluster.control_plane import ROOT, ControlPlane
from tests.cluster.installed import NAME, PROGRAM, VALUES, installed, uninstall, upgrade
from tests.cluster.lanes import GATEWAY, Lanes, asked, injected, label, wait
from tests.cluster.operated import until
from tests.cluster.rights import Right, account_of, granted, identities, used, without
from tests.cluster.serving import described, start_node
from tests.cluster.shown import documented, table

pytestmark = pytest.mark.cluster

EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"
KINDS = "virtualservices,destinationrules"


@pytest.fixture(scope="module")
def operated(plane: ControlPlane) -> Iterator[ControlPlane]:
    """A cluster with the operator."""
    if missing := probe():
        pytest.skip(missing)
    with ExitStack() as ending:
        children = Children(plane.folder / "logs")
        ending.callback(children.kill)
        start_node(plane.folder, children, (PROGRAM,), renewed=1.0)
        ending.enter_context(installed(plane))
        yield plane


def manifests() -> str:
    """Return the example without its programs."""
    found = [one for path in sorted(EXAMPLE.glob("*.yaml")) for one in _documents(path)]
    return yaml.dump_all(one for one in found if one["kind"] not in {"Deployment", "Namespace"})


def _documents(path: Path) -> list[dict[str, object]]:
    return [one for one in yaml.safe_load_all(path.read_text()) if one]


def come_and_go(plane: ControlPlane) -> int:
    """Apply the example's lanes and delete them again; return how many objects they became."""
    asked(plane, "apply", "-f", "-", told=manifests())
    asked(plane, "wait", "--for=condition=Ready", "lanegroup/test", "lane/s1", "--timeout=180s")
    written = asked(plane, "get", KINDS, "-A", "-o=name").split()
    asked(plane, "delete", "-f", "-", told=manifests())
    asked(plane, "wait", "--for=delete", KINDS, "--all", "-A", "--timeout=180s")
    return len(written)


def test_lanes_that_are_applied_are_all_it_takes(operated: ControlPlane) -> None:
    assert come_and_go(operated) == 7


def roles() -> list[dict[str, Any]]:
    """Return the roles that are bound to the operator's account."""
    objects = chart_objects(*VALUES)
    bindings = [one for one in objects if one["kind"].endswith("RoleBinding")]
    bound = {(one["roleRef"]["kind"], one["roleRef"]["name"]) for one in bindings}
    return [one for one in objects if (one["kind"], one["metadata"]["name"]) in bound]


def anywhere(rights: Iterable[Right]) -> set[Right]:
    return {replace(one, namespace="") for one in rights}


def is_renewed(plane: ControlPlane) -> bool:
    """Whether the Lease was renewed, which is some seconds after it was taken."""
    return any(one.resource == "leases" and one.verb == "update" for one in used(plane))


def test_every_right_is_used_and_no_other_is_asked_for(operated: ControlPlane) -> None:
    until(partial(is_renewed, operated), "the Lease was not renewed")
    found = used(operated)
    wanted = {right for one in roles() for rule in one["rules"] for right in granted(one, rule)}
    unused = anywhere(wanted) - anywhere(found)

    # A server that has just heard of a role may refuse for a moment what it grants.
    assert [one for one, codes in found.items() if codes == {403}] == []
    assert sorted(found.keys() - wanted) == []
    # A server without WatchList is asked for lists, one that has the Gateway API for its routes.
    assert {one.verb for one in unused if one.group != "gateway.networking.k8s.io"} == {"list"}


def test_without_any_rule_something_is_refused(operated: ControlPlane) -> None:
    found, account = used(operated), account_of(operated)
    for role in roles():
        for rule in role["rules"]:
            rights = anywhere(granted(role, rule))
            assert rights & anywhere(found) or "httproutes" in rule["resources"]
            assert without(operated, account, role, rule) == set()


def test_a_renewed_token_is_taken_when_the_one_before_ends(operated: ControlPlane) -> None:
    place = ("serviceaccount", NAME, f"-n={ROOT}")
    before = json.loads(asked(operated, "get", *place, "-o=json"))["metadata"]
    asked(operated, "delete", *place)
    head = {key: before[key] for key in ("name", "namespace", "labels")}
    fresh = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": head}
    asked(operated, "create", "-f", "-", told=json.dumps(fresh))
    after = json.loads(asked(operated, "get", *place, "-o=json"))["metadata"]

    assert come_and_go(operated) == 7
    assert before["uid"] != after["uid"]
    assert after["uid"] in identities(operated)


@pytest.fixture(scope="module")
def example(operated: ControlPlane) -> Iterator[ControlPlane]:
    """The whole example behind a gateway, its lanes kept by the operator."""
    whole = [injected(one) for path in sorted(EXAMPLE.glob("*.yaml")) for one in _documents(path)]
    mine = [one for one in whole if one["kind"] != "Namespace"]
    label(operated, {"istio-injection": "enabled"})
    asked(operated, "apply", "-f", str(GATEWAY))
    asked(operated, "apply", "-f", "-", told=yaml.dump_all(mine))
    wait(operated, "--for=condition=Available", "deployment")
    asked(operated, "wait", "--for=condition=Ready", "lanegroup/test", "--timeout=180s")
    yield operated
    asked(operated, "delete", "--ignore-not-found", "-f", "-", told=yaml.dump_all(mine))
    asked(operated, "delete", "-f", str(GATEWAY))
    asked(operated, "wait", "--for=delete", KINDS, "--all", "-A", "--timeout=180s")
    label(operated, {"istio-injection": None})


def asked_through(plane: ControlPlane) -> None:
    """Ask each lane through the gateway: it answers for itself."""
    found = described(plane.folder)
    assert found is not None
    lanes = Lanes(found.gateway)
    for lane, version in (("s1", "v1"), ("s2", "v2"), ("s3", "v3")):
        headers = {"x-asm-prefer-tag": lane}
        lanes.until([(version,) * 3], headers)
        assert lanes.ask(20, headers) == {(version,) * 3: 20}


def test_lanes_of_a_cluster_keep_their_requests_and_say_so(example: ControlPlane) -> None:
    asked_through(example)
    for words in ("get lanes", "get lanegroups -o wide"):
        assert table(asked(example, *words.split())) == table(documented(f"kubectl {words}"))


def test_an_upgrade_hands_over_and_fails_no_request(example: ControlPlane) -> None:
    found = described(example.folder)
    assert found is not None
    lanes, answers = Lanes(found.gateway), Counter[Any]()
    with ThreadPoolExecutor(1) as beside:
        upgrading = beside.submit(upgrade, example, "replicas=2", "podAnnotations.of=another")
        while not upgrading.done():
            answers += lanes.ask(20, {"x-asm-prefer-tag": "s2"})
        upgrading.result()
    assert answers.keys() == {("v2", "v2", "v2")}

    renamed = [{"op": "replace", "path": "/spec/ingressRules/0/name", "value": "renamed"}]
    asked(example, "patch", "lane/s3", "--type=json", f"-p={json.dumps(renamed)}")
    seen = "--for=jsonpath={.status.observedGeneration}=2"
    asked(example, "wait", seen, "lane/s3", "--timeout=180s")


def test_an_uninstalled_operator_leaves_routes_that_go_with_their_group(
    example: ControlPlane,
) -> None:
    uninstall(example)
    asked_through(example)
    asked(example, "delete", "lanegroup/test", "lane/s1", "lane/s2", "lane/s3")
    asked(example, "wait", "--for=delete", KINDS, "--all", "-A", "--timeout=120s")
