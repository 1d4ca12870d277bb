"""What did not change is not worked out again: the very same value comes of it."""

from __future__ import annotations

import msgspec

from laneway.core.keeping.confirmed import digests_by_group
from laneway.core.keeping.own_objects import own_object
from tests.operator.model_api import ModelApi
from tests.operator.running import at_work
from tests.operator.town import begin, create, reweight
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
    assert digests_by_group(before) != digests_by_group(after)


def _named_as(body: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    head, named = body["metadata"], other["metadata"]
    assert isinstance(head, dict)
    assert isinstance(named, dict)
    return body | {"metadata": head | {"name": named["name"]}}
