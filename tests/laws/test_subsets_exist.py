"""Law: every subset that an emitted route names is declared by an emitted DestinationRule.

A route to a subset nobody declares answers 503. The default layout must hold it in the place Istio
looks first: the service's own namespace, unless a user's rule for the host stands elsewhere. In
layout scoped a rule for all services of a namespace may declare it.
"""

from __future__ import annotations

import pytest
from hypothesis import given

from laneway.core.emit.istio import LAYOUTS, Layout
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.names import Host, LaneName
from tests.laws.compiling import compile_mesh, emitted, of_kind
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object


@pytest.mark.parametrize("layout", LAYOUTS)
@given(mesh=shared_meshes())
def test_every_subset_of_a_mesh_route_is_declared(layout: Layout, mesh: list[Object]) -> None:
    objects = emitted(compile_mesh(mesh), layout)
    declared = {
        (rule["spec"]["host"], subset["name"])
        for rule in of_kind(objects, "DestinationRule")
        for subset in rule["spec"]["subsets"]
    }
    for item in of_kind(objects, "VirtualService"):
        if item["spec"].get("gateways"):
            continue
        for route in [*item["spec"].get("http", []), *item["spec"].get("tcp", [])]:
            for share in route.get("route", ()):
                target = share["destination"]

                assert any(
                    subset == target["subset"] and covers(host, target["host"])
                    for host, subset in declared
                )


@given(shared_meshes())
def test_a_lanes_subset_has_the_labels_of_the_lane_that_answers(mesh: list[Object]) -> None:
    compilation = compile_mesh(mesh)
    selectors = {
        item["metadata"]["name"]: item["spec"]["labelSelector"]
        for item in of_kind(mesh, "ASMSwimLane")
    }
    for rule in of_kind(emitted(compilation), "DestinationRule"):
        group = compilation.mesh.group(rule["metadata"]["labels"]["swimlane-group"])
        assert group is not None
        for subset in rule["spec"]["subsets"]:
            if subset["name"].startswith(f"{group.name}-"):
                lane = LaneName(subset["name"])
                answering = group.resolve(lane, Host(rule["spec"]["host"]))
                assert subset["labels"] in (selectors[lane], selectors[answering])
