"""Law: between two random meshes, every step leaves every emitted route with its subset.

The compiler's own output, in both layouts and from one to the other. DestinationRules are looked
for as Istio does: in the service's namespace, then in the root namespace; the first namespace that
has one for the host hides the rest.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laneway.core.changes.diff import diff
from laneway.core.changes.order import steps
from laneway.core.emit.istio import Layout, manifests
from laneway.core.emit.manifest import Manifest
from laneway.core.resources.meta import Ref
from tests.laws.compiling import compile_mesh, of_kind
from tests.laws.corpus import shared_meshes
from tests.laws.edits import edited
from tests.laws.objects import Object
from tests.laws.taste import SOUND

ROOT = "istio-system"

State = dict[Ref, Manifest]


def twice_edited(mesh: list[Object]) -> st.SearchStrategy[list[Object]]:
    """Draw a mesh after two edits; a lane's service that is gone would be a flaw of the input."""

    def is_sound(after: list[Object]) -> bool:
        return len(of_kind(after, "Service")) == len(of_kind(mesh, "Service"))

    return edited(mesh).flatmap(edited).filter(is_sound)


def state_of(mesh: list[Object], layout: Layout) -> State:
    compilation = compile_mesh(mesh)
    found = manifests(compilation.mesh, compilation.plan, layout)
    return {manifest.ref: manifest for manifest in found}


def seen_subsets(state: State) -> dict[str, set[str]]:
    """Return the subsets of each host that its callers see."""
    found: dict[str, dict[str, set[str]]] = {}
    for ref, rule in state.items():
        if ref.kind == "DestinationRule":
            names = {subset["name"] for subset in rule.body["spec"]["subsets"]}
            found.setdefault(rule.body["spec"]["host"], {})[ref.namespace] = names
    return {
        host: places.get(host.split(".")[1], places.get(ROOT, set()))
        for host, places in found.items()
    }


def every_subset_exists(state: State) -> None:
    seen = seen_subsets(state)
    for ref, virtual_service in state.items():
        if ref.kind == "VirtualService":
            spec = virtual_service.body["spec"]
            for route in [*spec.get("http", ()), *spec.get("tcp", ())]:
                for share in route.get("route", ()):
                    to = share["destination"]

                    assert to.get("subset") in {None, *seen.get(to["host"], ())}, (ref, to)


@pytest.mark.parametrize(
    "layouts", [("istio", "istio"), ("asm", "asm"), ("istio", "asm"), ("asm", "istio")]
)
@settings(max_examples=25)
@given(
    before=shared_meshes(SOUND),
    data=st.data(),
    chance=st.randoms(use_true_random=False),
)
def test_every_route_has_its_subset_at_every_step(
    layouts: tuple[Layout, Layout],
    before: list[Object],
    data: st.DataObject,
    chance: random.Random,
) -> None:
    after = data.draw(st.one_of(shared_meshes(SOUND), twice_edited(before)))
    live, desired = state_of(before, layouts[0]), state_of(after, layouts[1])

    for step in steps(diff(live.values(), desired.values())):
        for manifest in chance.sample(step.writes, len(step.writes)):
            live[manifest.ref] = manifest
            every_subset_exists(live)
        for ref in chance.sample(step.removes, len(step.removes)):
            del live[ref]
            every_subset_exists(live)

    assert live == desired
