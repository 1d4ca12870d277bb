"""Law: between two random meshes, every step leaves every emitted route with its subset.

The compiler's own output, in every layout and from one to the other. DestinationRules are looked
for as Istio does: in the service's namespace, then in the root namespace; the first namespace that
has one for the host hides the rest. In layout scoped each class of callers sees rules of its own:
whoever finds all subsets before and after finds them at every step.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laneway.core.changes.diff import diff
from laneway.core.changes.order import steps
from laneway.core.changes.seen_rules import SeenRules, selector_of
from laneway.core.emit.istio import Layout, manifests
from laneway.core.emit.manifest import Manifest
from laneway.core.mesh import mesh as core
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


Caller = tuple[str, tuple[tuple[str, str], ...]]


def callers_of(states: Iterable[State]) -> set[Caller]:
    """Return every class of callers that some rule tells apart, in each namespace with a rule."""
    rules = [one for state in states for one in state.values() if one.ref.kind == "DestinationRule"]
    selectors = {()} | {labels for one in rules if (labels := selector_of(one))}
    return set(product({one.ref.namespace for one in rules}, selectors))


def lacking(state: State, callers: Iterable[Caller]) -> set[tuple[Caller, str]]:
    """Return the callers who are led to a subset that they do not see, and of which host."""
    rules = SeenRules(state.values())
    found = set()
    for route, (space, labels) in product(routes_of(state), callers):
        asked = [match.get("sourceLabels") for match in route.get("match", [{}])]
        if any(set((one or {}).items()) <= set(labels) for one in asked):
            for share in route.get("route", ()):
                to = share["destination"]
                seen = rules.subsets(to["host"], core.Caller(space, labels))
                if to.get("subset") not in {None, *seen}:
                    found.add(((space, labels), to["host"]))
    return found


def routes_of(state: State) -> list[Mapping[str, Any]]:
    specs = [one.body["spec"] for one in state.values() if one.ref.kind == "VirtualService"]
    mesh = [spec for spec in specs if "gateways" not in spec]
    return [route for spec in mesh for route in (*spec.get("http", ()), *spec.get("tcp", ()))]


@pytest.mark.parametrize(
    "layouts", [("istio", "scoped"), ("scoped", "istio"), ("scoped", "scoped")]
)
@settings(max_examples=8)
@given(before=shared_meshes(SOUND), data=st.data(), chance=st.randoms(use_true_random=False))
def test_whoever_finds_all_subsets_finds_them_at_every_step(
    layouts: tuple[Layout, Layout],
    before: list[Object],
    data: st.DataObject,
    chance: random.Random,
) -> None:
    after = data.draw(st.one_of(st.just(before), twice_edited(before), shared_meshes(SOUND)))
    live, desired = state_of(before, layouts[0]), state_of(after, layouts[1])
    callers = callers_of((live, desired))
    may = lacking(live, callers) | lacking(desired, callers)

    for step in steps(diff(live.values(), desired.values())):
        for manifest in chance.sample(step.writes, len(step.writes)):
            live[manifest.ref] = manifest
            assert lacking(live, callers) <= may, step.phase
        for ref in chance.sample(step.removes, len(step.removes)):
            del live[ref]
            assert lacking(live, callers) <= may, step.phase

    assert live == desired


@settings(max_examples=8)
@given(after=shared_meshes(SOUND), chance=st.randoms(use_true_random=False))
def test_before_there_is_any_route_all_rules_come_at_once(
    after: list[Object], chance: random.Random
) -> None:
    """Nobody is led anywhere meanwhile; and none of them is written a second time."""
    live, desired = State(), state_of(after, "scoped")
    callers = callers_of((live, desired))
    may = lacking(desired, callers)
    there = steps(diff((), desired.values()))

    for step in there:
        for manifest in chance.sample(step.writes, len(step.writes)):
            live[manifest.ref] = manifest
            assert lacking(live, callers) <= may, step.phase

    assert live == desired
    assert [step.phase for step in there].count("subsets") <= 1
    assert sum(len(step.writes) for step in there) == len(desired)
