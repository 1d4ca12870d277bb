"""Istio's schemas catch what they should: each claim is one object and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agree.schemas import Schemas
from tests.agree.small_mesh import to
from tests.laws.objects import Object, destination_rule, virtual_service

pytestmark = pytest.mark.engine


def routes(**http: Any) -> Object:
    """Return a VirtualService of one route."""
    return virtual_service("mocka", "default", ["mocka"], http=[{"route": [to("mocka")], **http}])


@pytest.mark.parametrize(
    "sound",
    [
        routes(),
        routes(timeout="3s", match=[{"sourceLabels": {"version": "v2"}}]),
        routes(match=[{"headers": {"x-lane": {"exact": "s1"}}, "uri": {"prefix": "/"}}]),
        destination_rule("a", "default", "a", subsets=[{"name": "v1", "labels": {"a": "b"}}]),
    ],
)
def test_a_sound_object_has_no_error(istio_schemas: Schemas, sound: Object) -> None:
    assert istio_schemas.errors([sound]) == []


@pytest.mark.parametrize(
    ("flawed", "field", "word"),
    [
        (routes(fallback={"target": "v1"}), "spec.http.0", "'fallback' was unexpected"),
        (
            routes(match=[{"uri": {"exact": "/", "prefix": "/"}}]),
            "spec.http.0.match.0.uri",
            "valid",
        ),
        (
            routes(match=[{"sourceLabels": {"a": 1}}]),
            "spec.http.0.match.0.sourceLabels.a",
            "string",
        ),
        (routes(match=[{"port": "80"}]), "spec.http.0.match.0.port", "integer"),
        (destination_rule("a", "default", "a", subsets=[{"labels": {}}]), "spec.subsets.0", "name"),
        (destination_rule("a", "default", "a", subset=[]), "spec", "'subset' was unexpected"),
        ({**routes(), "spec": "text"}, "spec", "not of type 'object'"),
    ],
)
def test_an_error_names_the_object_the_field_and_what_is_wrong(
    istio_schemas: Schemas, flawed: Object, field: str, word: str
) -> None:
    (line,) = istio_schemas.errors([routes(), flawed])
    name = f"{flawed['kind']} default/{flawed['metadata']['name']}"
    assert line.startswith(f"{name}: {field}: ")
    assert word in line


def test_a_kind_that_is_not_istios_is_an_error(istio_schemas: Schemas) -> None:
    (line,) = istio_schemas.errors([{**routes(), "kind": "TrafficLabel"}])
    assert line == (
        "TrafficLabel default/mocka: Istio has no kind networking.istio.io/v1 TrafficLabel"
    )


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha3"])
def test_every_version_of_a_kind_has_its_schema(istio_schemas: Schemas, version: str) -> None:
    assert (
        istio_schemas.errors([{**routes(), "apiVersion": f"networking.istio.io/{version}"}]) == []
    )
