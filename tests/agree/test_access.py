"""Which policies refuse requests to a pod, against the filters that Istio puts before it.

Policies of any width, action and age, with rules for everybody, for some and for nobody: whether
all requests are refused, some or none, and whether plain calls are, is Istio's to say.
"""

from __future__ import annotations

import random

import pytest
from msgspec import Struct

from laneway.core.compile import compile_snapshot
from laneway.core.mesh.access import STRICT, demand_of, refusals_at
from laneway.core.mesh.gather import gather
from laneway.core.resources.read import read_objects
from tests.agree.istio_access import Refused, refused_at, takes_plain
from tests.agree.oracle import Oracle
from tests.agree.small_mesh import SmallMesh
from tests.laws import objects
from tests.laws.objects import Object

PORT = 8000
LABELS = {"app": "order", "version": "v1"}
SELECTORS: tuple[Object, ...] = (
    {},
    {},
    {"selector": {"matchLabels": {"app": "order"}}},
    {"selector": {"matchLabels": {"version": "v1"}}},
    {"selector": {"matchLabels": {"app": "cart"}}},
)
TARGET: Object = {"targetRefs": [{"kind": "Service", "group": "", "name": "order"}]}
RULES: tuple[Object, ...] = (
    {},
    {"rules": [{}]},
    {"rules": [{"to": [{"operation": {"paths": ["/x"]}}]}]},
    {"rules": [{"from": [{"source": {"namespaces": ["default"]}}]}]},
    {"rules": [{"to": [{"operation": {"methods": ["GET"]}}]}, {}]},
)
ACTIONS: tuple[Object, ...] = ({}, {"action": "ALLOW"}, {"action": "DENY"}, {"action": "AUDIT"})
MODES = ("STRICT", "PERMISSIVE", "DISABLE", "UNSET")
SPACES = ("default", "default", "istio-system", "elsewhere")


class Tally(Struct):
    """What came out apart, and how often each answer was given."""

    apart: list[str] = []
    answers: list[tuple[Refused, bool]] = []


def access(draw: random.Random) -> Object:
    """Draw the spec of an AuthorizationPolicy."""
    whom = TARGET if draw.random() < 0.1 else draw.choice(SELECTORS)
    return whom | draw.choice(ACTIONS) | draw.choice(RULES)


def peers(draw: random.Random) -> Object:
    """Draw the spec of a PeerAuthentication; ports of their own need a selector."""
    spec = dict(draw.choice(SELECTORS))
    if draw.random() < 0.8:
        spec["mtls"] = {"mode": draw.choice(MODES)}
    if "selector" in spec and draw.random() < 0.5:
        spec["portLevelMtls"] = {str(PORT): {"mode": draw.choice(MODES)}}
    return spec


def policies(draw: random.Random) -> list[Object]:
    """Draw some policies of both kinds, each of an age of its own."""
    found = []
    for number in range(draw.randint(1, 5)):
        kind = draw.choice(("AuthorizationPolicy", "AuthorizationPolicy", "PeerAuthentication"))
        head: Object = {"name": f"one-{number}", "namespace": draw.choice(SPACES)}
        head["creationTimestamp"] = f"2024-01-01T00:00:{draw.randint(0, 5)}{number}Z"
        if draw.random() < 0.1:
            head["annotations"] = {"istio.io/dry-run": "true"}
        spec = peers(draw) if kind == "PeerAuthentication" else access(draw)
        version = "security.istio.io/v1"
        found.append({"apiVersion": version, "kind": kind, "metadata": head, "spec": spec})
    return found


def ours(drawn: list[Object]) -> tuple[Refused, bool]:
    """Return what Laneway makes of the policies: who is refused, and whether plain calls pass."""
    ports: list[Object] = [{"port": PORT, "targetPort": PORT, "name": "http", "protocol": "TCP"}]
    things = [
        objects.service("order", "default", ports, cluster_ip="10.0.0.1"),
        objects.deployment("order", "default", LABELS),
    ]
    mesh = compile_snapshot(gather([read_objects("mesh.yaml", [*things, *drawn])])).mesh
    refusals = refusals_at(mesh, mesh.workloads[0])
    refused: Refused = "some" if refusals else "none"
    if any(one.total for one in refusals):
        refused = "all"
    return refused, demand_of(mesh, mesh.workloads[0]).at(PORT)[0] != STRICT


def theirs(drawn: list[Object], oracle: Oracle) -> tuple[list[Object], tuple[Refused, bool]]:
    """Return the policies that Istio admits, and what they put before the pod."""
    small = SmallMesh(istio=list(drawn))
    small.service("order")
    small.pod("order", LABELS)
    translation = small.translated(oracle)
    inward = translation.proxies["default/order"].inward
    left_out = {one.name for one in translation.refused}
    admitted = [one for one in drawn if one["metadata"]["name"] not in left_out]
    return admitted, (refused_at(inward, PORT), takes_plain(inward, PORT))


def compared(seed: int, count: int, oracle: Oracle) -> Tally:
    """Compare a number of drawn sets of policies."""
    draw = random.Random(seed)  # noqa: S311 - the same policies in every run
    tally = Tally()
    for _ in range(count):
        admitted, there = theirs(policies(draw), oracle)
        here = ours(admitted)
        tally.answers.append(there)
        if here != there:
            tally.apart.append(f"{admitted}: Laneway {here}, Istio {there}")
    return tally


@pytest.mark.engine
def test_who_is_refused_is_what_istio_says(oracle: Oracle) -> None:
    result = compared(3, 20, oracle)

    assert result.apart == []
    assert {refused for refused, _ in result.answers} == {"all", "some", "none"}
    assert {plain for _, plain in result.answers} == {True, False}
