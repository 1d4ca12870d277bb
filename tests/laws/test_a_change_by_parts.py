"""Law: a change that goes host by host writes and removes in each stage what one at once does."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from laneway.core.changes.diff import diff
from laneway.core.changes.order import ChangeStep, steps
from laneway.core.keeping import change
from laneway.core.keeping.packed import Packed
from laneway.core.resources.meta import Ref
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object
from tests.laws.taste import SOUND
from tests.laws.test_subsets_exist_during_a_change import State, state_of, twice_edited


def gathered(some: Iterable[ChangeStep]) -> list[tuple[str, bool, State, set[Ref]]]:
    """Return steps in a row that are of one phase as one; a wait begins another."""
    found: list[tuple[str, bool, State, set[Ref]]] = []
    for one in some:
        if not found or found[-1][0] != one.phase or (one.drain and not found[-1][1]):
            found.append((one.phase, one.drain, {}, set()))
        found[-1][2].update({made.ref: made for made in one.writes})
        found[-1][3].update(one.removes)
    return found


def walked(live: State, desired: State, most: int) -> tuple[change.Way | None, list[change.Stride]]:
    """Return the way by parts of one host, if there is one, and strides of so many parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(change, "TOGETHER", 1)
        patch.setattr(change, "STRIDE", most)
        found = list(change.way_by_parts(Packed(live.values()), Packed(desired.values())))
        way = found[-1] if found else None
        return way, list((way or change.whole_way(live, desired, {})).strides())


@settings(max_examples=50)
@given(before=shared_meshes(SOUND), data=st.data(), most=st.integers(1, 3))
def test_a_change_by_parts_is_the_same_change(
    before: list[Object], data: st.DataObject, most: int
) -> None:
    after = data.draw(st.one_of(shared_meshes(SOUND), twice_edited(before)))
    live, desired = state_of(before, "istio"), state_of(after, "istio")
    way, strides = walked(live, desired, most)
    _, at_once = walked(live, desired, len(live) + len(desired) + 1)
    changes = diff(live.values(), desired.values())
    relabeled = any("labels" in field.path for one in changes.changes for field in one.fields)
    assert way is not None or relabeled, "it depends on all objects only where names change meaning"

    gone = [step for stride in strides for step, _ in stride]

    assert all(len(stride.parts) <= most or stride.drain for stride in strides)
    drained = [[one.phases for one in some if one.drain] for some in (strides, at_once)]
    assert drained[0] == drained[1], "requests in flight are let out no more often"
    assert gathered(gone) == gathered(steps(changes))


def asking_otherwise(item: Object) -> Object:
    """Return a lane with other weights and conditions at entries; another object as it is."""
    if item["kind"] != "ASMSwimLane":
        return item
    spec = copy.deepcopy(item["spec"])
    if weighted := spec.get("ingressWeight"):
        weighted["weight"] = (weighted.get("weight", 0) + 7) % 101
    for rule in spec.get("ingressRules", ()):
        match = rule.setdefault("match", {})
        match["headers"] = {**(match.get("headers") or {}), "x-other": {"exact": "yes"}}
    return {**item, "spec": spec}


@settings(max_examples=50)
@given(before=shared_meshes(SOUND))
def test_routes_that_change_without_rules_ask_no_rule(before: list[Object]) -> None:
    """In layout scoped too, where rules are for single callers."""
    live, desired = (
        state_of(mesh, "scoped") for mesh in (before, list(map(asking_otherwise, before)))
    )
    changes = diff(live.values(), desired.values()).changes
    touched = {one.ref for one in changes if one.ref.kind == "VirtualService"}
    rules = {ref: one for ref, one in live.items() if ref not in touched}
    assume(len(touched) == len(changes))
    old, new = (
        {ref: one for ref, one in state.items() if ref in touched} for state in (live, desired)
    )

    *_, way = change.way_by_parts(Packed(old.values()), Packed(new.values()))

    assert way is not None
    ways = (way, change.whole_way(old, new, rules))
    by_parts, whole = ([step for stride in one.strides() for step, _ in stride] for one in ways)
    assert gathered(by_parts) == gathered(whole)
    assert bool(by_parts) == bool(touched)
