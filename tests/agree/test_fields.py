"""The tables of fields hold each field of Istio's definitions, and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
import yaml

from laneway.core.resources.istio.fields.every import TABLES
from tests.conftest import Had
from tests.engines import istio_crds

pytestmark = pytest.mark.engine

Json = dict[str, Any]
Definitions = Mapping[tuple[str, str], Json]


def fields(schema: Json, path: str = "") -> Iterator[str]:
    """Yield the path of each leaf of a schema: `[]` for items, `*` for keys of any name."""
    if properties := schema.get("properties"):
        for name, one in properties.items():
            yield from fields(one, f"{path}.{name}" if path else name)
    elif "items" in schema:
        yield from fields(schema["items"], f"{path}[]")
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from fields(schema["additionalProperties"], f"{path}.*")
    else:
        yield path


def astray(definitions: Definitions) -> list[str]:
    """Return each field that a table lacks, and each that Istio does not have."""
    return [
        f"{kind} {version}: {path}"
        for (kind, version), spec in definitions.items()
        for path in sorted(set(fields(spec)) ^ set(TABLES[kind]))
    ]


@pytest.fixture(scope="module")
def definitions(had: Had) -> Definitions:
    text = had(istio_crds).read_text()
    return {
        (crd["spec"]["names"]["kind"], version["name"]): version["schema"]["openAPIV3Schema"][
            "properties"
        ]["spec"]
        for crd in yaml.load_all(text, Loader=yaml.CSafeLoader)
        if crd["spec"]["names"]["kind"] in TABLES
        for version in crd["spec"]["versions"]
    }


def test_every_field_of_istio_has_its_place_in_a_table(definitions: Definitions) -> None:
    assert {kind for kind, _ in definitions} == set(TABLES)
    assert astray(definitions) == []


@pytest.mark.parametrize(
    ("kind", "inside", "missed"),
    [
        ("Gateway", (), "sendHome"),
        ("VirtualService", ("http", "items", "match", "items"), "http[].match[].sendHome"),
        ("DestinationRule", ("trafficPolicy", "tls"), "trafficPolicy.tls.sendHome"),
        ("PeerAuthentication", ("mtls",), "mtls.sendHome"),
    ],
)
def test_a_new_field_of_istio_is_missed(
    definitions: Definitions, kind: str, inside: tuple[str, ...], missed: str
) -> None:
    newer = deepcopy({key: one for key, one in definitions.items() if key == (kind, "v1")})
    place = newer[kind, "v1"]
    for step in inside:
        place = place["items"] if step == "items" else place["properties"][step]
    place["properties"]["sendHome"] = {"type": "boolean"}

    assert astray(newer) == [f"{kind} v1: {missed}"]


def test_a_field_that_istio_gave_up_is_missed(definitions: Definitions) -> None:
    older = deepcopy({("Sidecar", "v1"): definitions["Sidecar", "v1"]})
    del older["Sidecar", "v1"]["properties"]["outboundTrafficPolicy"]["properties"]["mode"]

    assert astray(older) == ["Sidecar v1: outboundTrafficPolicy.mode"]
