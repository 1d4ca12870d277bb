"""What is left out of a list, because it cannot be read, moves no neighbor from its place."""

from __future__ import annotations

import pytest

from laneway.core.findings.place import Step
from tests.rules.world import AT_DOOR, WEIGHTED, Given, gateway, group, lane, mesh, routes, weight

TO_A = "[{route: [{destination: {host: a}}]}]"
ODD = "{match: [{uri: {exact: /, prefix: /}}], route: [{destination: {host: a}}]}"
SPEC: tuple[Step, ...] = ("spec",)


def entry(hosts: str) -> Given:
    routing = f"{WEIGHTED[:-1]}, weightedRoutingRule: {{hosts: {hosts}}}}}"
    return mesh(
        door=gateway("[near.example]"),
        group=group(rest=routing),
        s1=lane("s1", "{version: v1}", weight(50)),
        s2=lane("s2", "{version: v2}", weight(50)),
    )


@pytest.mark.parametrize(
    ("given", "code", "at"),
    [
        pytest.param(
            mesh(routes("own", TO_A, "hosts: [80, b]")),
            "LW1401",
            (*SPEC, "hosts", 1),
            id="a host in the mesh",
        ),
        pytest.param(
            mesh(
                routes("one", TO_A, "hosts: [far.example]"),
                routes("two", TO_A, "hosts: [{}, near.example, far.example]"),
            ),
            "LW1402",
            (*SPEC, "hosts", 2),
            id="a host that two have",
        ),
        pytest.param(
            mesh(routes("own", TO_A, "hosts: ['*']\n  gateways: [7, istio-system/dor]")),
            "LW1301",
            (*SPEC, "gateways", 1),
            id="a gateway",
        ),
        pytest.param(
            mesh(
                routes("own", TO_A, "hosts: [null, far.example]\n  gateways: [istio-system/door]"),
                door=gateway("[near.example]"),
            ),
            "LW1311",
            (*SPEC, "hosts", 1),
            id="a host of a gateway",
        ),
        pytest.param(
            mesh(routes("own", f"[{ODD}, {{route: [{{destination: {{host: zz}}}}]}}]", AT_DOOR)),
            "LW1412",
            (*SPEC, "http", 1, "route", 0, "destination", "host"),
            id="a route",
        ),
        pytest.param(
            entry("[true, far.example]"),
            "LW1311",
            (*SPEC, "ingress", "ingressRouting", "weightedRoutingRule", "hosts", 1),
            id="a host of a weighted entry",
        ),
    ],
)
def test_a_finding_points_at_what_was_written(
    given: Given, code: str, at: tuple[Step, ...]
) -> None:
    found = [one for one in given.findings() if one.code.id == code]

    assert {one.place and one.place.path for one in found} == {at}


def test_a_route_behind_one_that_is_left_out_keeps_its_name() -> None:
    late = "{match: [{uri: {exact: /b}}], route: [{destination: {host: a}}]}"
    wide = "{match: [{uri: {prefix: /}}], route: [{destination: {host: a}}]}"

    found = mesh(routes("own", f"[{ODD}, {wide}, {late}]", AT_DOOR)).findings()

    (said,) = (one.message for one in found if one.code.id == "LW1310")
    assert said.startswith("route http[2] of VirtualService default/own never matches")
    assert "route http[1] of VirtualService default/own" in said
