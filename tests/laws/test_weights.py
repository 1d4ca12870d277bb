"""Law: weights are kept. Shares are in the ratio of the numbers that were written."""

from __future__ import annotations

from hypothesis import given

from laneway.core.routing.plan.route_plan import Forward
from tests.laws.compiling import compile_mesh, emitted, of_kind
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object
from tests.laws.taste import SOUND


@given(shared_meshes(SOUND))
def test_shares_of_a_weighted_group_are_the_weights_of_its_lanes(mesh: list[Object]) -> None:
    compilation = compile_mesh(mesh)
    for group in of_kind(mesh, "ASMSwimLaneGroup"):
        routing = group["spec"]["ingress"].get("ingressRouting", {})
        if routing.get("ingressRoutingStrategy") != "weighted":
            continue
        name = group["metadata"]["name"]
        written = {
            lane["metadata"]["name"]: lane["spec"]["ingressWeight"]["weight"]
            for lane in of_kind(mesh, "ASMSwimLane")
            if lane["metadata"]["labels"]["swimlane-group"] == name
            if lane["spec"].get("ingressWeight", {}).get("weight", 0)
        }
        for entry in compilation.plan.entries:
            for rule in entry.rules:
                if rule.origin.ref.name == name and isinstance(rule.action, Forward):
                    shares = rule.action.shares

                    assert {one.destination.subset: one.weight for one in shares} == written


@given(shared_meshes())
def test_no_emitted_split_is_empty_or_hides_a_zero(mesh: list[Object]) -> None:
    for item in of_kind(emitted(compile_mesh(mesh)), "VirtualService"):
        for route in item["spec"].get("http", []):
            if "directResponse" in route:
                continue
            weights = [share.get("weight", 100) for share in route["route"]]

            assert min(weights) > 0
            assert len(weights) > 1 or weights == [100] or "weight" in route["route"][0]
