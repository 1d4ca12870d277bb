"""What did not change is not worked out again: the very same value comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from laneway.apps.operator.operation import Operation
from laneway.core.keeping.confirmed import digests_by_group
from laneway.core.keeping.group_gate import Blame
from laneway.core.keeping.held import Held
from laneway.core.keeping.own_objects import OwnObject, own_object
from laneway.core.keeping.progress import GroupProgress
from laneway.core.keeping.remembered import Remembered
from laneway.core.keeping.statuses import new_statuses
from laneway.core.keeping.wanted import WantedObjects
from laneway.core.resources.meta import Ref
from tests.operator.model_api import ModelApi
from tests.operator.running import at_work, operation
from tests.operator.town import Act, begin, create, pod, reweight
from tests.operator.virtual_time import in_virtual_time


def test_our_objects_are_the_very_same_until_one_of_them_changes() -> None:
    api = ModelApi()
    begin(api)
    caches = in_virtual_time(at_work(api, create)).caches
    before = caches.own(0.0)

    assert caches.own(0.0) is before
    assert caches.foreign() is caches.foreign()
    written = next(body for (kind, *_), body in api.objects.items() if kind == "VirtualService")
    caches.note_written(msgspec.json.encode(_later(written)), 0.0)
    assert caches.own(0.0) is not before
    assert caches.own(0.0) != before
    assert caches.own(100.0) == before, "no watch told of the write, so it is forgotten"


def test_what_a_watch_tells_of_our_own_write_is_not_read_again() -> None:
    api, made = ModelApi(), list[OwnObject]()
    begin(api)
    working = operation(api)
    note = working.caches.note_written

    def noted(raw: bytes, now: float) -> OwnObject:
        made.append(note(raw, now))
        return made[-1]

    working.caches.note_written = noted  # type: ignore[method-assign]
    in_virtual_time(at_work(api, create, working=working))

    there = working.caches.own(0.0).values()
    assert {id(one) for one in there} == {id(one) for one in made}


def _later(body: dict[str, object]) -> dict[str, object]:
    head = body["metadata"]
    assert isinstance(head, dict)
    return body | {"metadata": head | {"resourceVersion": "999999"}, "spec": {"hosts": ["another"]}}


def test_objects_that_change_places_are_other_objects_of_their_group() -> None:
    api = ModelApi()
    begin(api)
    in_virtual_time(at_work(api, create, reweight))
    rules = [body for (kind, *_), body in api.objects.items() if kind == "DestinationRule"]
    first, second = rules[:2]
    swapped = [_named_as(first, second), _named_as(second, first)]

    before, after = (
        {one.ref: one for one in map(own_object, some)} for some in ((first, second), swapped)
    )

    assert before.keys() == after.keys()
    assert digests_by_group(before.values()) != digests_by_group(after.values())


def _named_as(body: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    head, named = body["metadata"], other["metadata"]
    assert isinstance(head, dict)
    assert isinstance(named, dict)
    return body | {"metadata": head | {"name": named["name"]}}


def wanted_before_and_after(api: ModelApi, *acts: Act) -> tuple[WantedObjects, WantedObjects]:
    """Return what an operator wants at its first write and at its last, in one life."""
    seen: list[WantedObjects] = []
    api.wrote = lambda: seen.extend(filter(None, [working[0].target.objects]))
    working: list[Operation] = []

    async def work() -> None:
        working.append(operation(api))
        following = asyncio.create_task(working[0].caches.run())
        task = asyncio.create_task(working[0].run())
        for act in acts:
            act(api)
            await asyncio.sleep(100)
        working[0].stop()
        await task
        following.cancel()

    in_virtual_time(work())
    return seen[0], seen[-1]


def test_an_edit_of_weights_leaves_what_services_become_as_it_is() -> None:
    api = ModelApi()
    begin(api)

    first, last = wanted_before_and_after(api, create, reweight)

    assert last is not first
    assert last.services is first.services
    assert last.compilation.plan.names is first.compilation.plan.names
    assert last.compilation.of_calls is first.compilation.of_calls


def test_an_edit_of_weights_leaves_whom_errors_are_blamed_on() -> None:
    api = ModelApi()
    begin(api)
    api.put(pod("a", "v1", proxy=False))
    blame = Blame()

    first, last = wanted_before_and_after(api, create, reweight)
    errors = blame.errors(first.compilation, first.findings)

    assert {key for key, _ in errors["town"]} == {("LW1506", "Pods of Service default/a")}
    assert blame.errors(last.compilation, last.findings) is errors
    assert last.compilation.touched is first.compilation.touched


def test_a_pod_that_changes_has_errors_blamed_anew() -> None:
    api = ModelApi()
    begin(api)
    api.put(pod("a", "v1", proxy=False))
    blame = Blame()

    def cured(api: ModelApi) -> None:
        api.put(pod("a", "v1"))
        api.put(pod("b", "v2", proxy=False))
        reweight(api)

    first, last = wanted_before_and_after(api, create, cured)
    blame.errors(first.compilation, first.findings)

    errors = blame.errors(last.compilation, last.findings)
    assert {key for key, _ in errors["town"]} == {("LW1506", "Pods of Service default/b")}


def test_what_is_said_of_pods_is_worked_out_once_until_a_pod_changes() -> None:
    api = ModelApi()
    begin(api)
    first, told = said(in_virtual_time(at_work(api, create))), Remembered()

    assert services_in(first, told) is services_in(first, told)
    more = api.copy()
    more.put(pod("a", "v1", number="-2"))
    another = services_in(said(in_virtual_time(at_work(more))), told)
    assert len(another["serviceSummaries"]["default/a"]["podLabels"]) == 4


Said = tuple[WantedObjects, Mapping[Ref, Held]]


def said(working: Operation) -> Said:
    """Return what an operator wants, and its groups and lanes as if nothing was told of them."""
    objects = working.target.objects
    assert objects is not None
    return objects, {ref: replace(one, status={}) for ref, one in working.caches.lanes.items()}


def services_in(one: Said, told: Remembered) -> dict[str, Any]:
    statuses = dict(new_statuses(*one, GroupProgress(), told, "2026-01-01T00:00:00Z"))
    found: dict[str, Any] = statuses[Ref("ASMSwimLaneGroup", "", "town")]["servicesInSwimLaneGroup"]
    return found
