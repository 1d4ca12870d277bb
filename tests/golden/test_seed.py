"""The layout `asm` of the strict lanes is the YAML that the vendor's tutorial prints.

`seed/` holds the printed objects. Each must be among the output, field for field; subsets are
compared by name. Route headers that normalize what clients send are Laneway's own and appear in
the default layout only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from laneway.core.compile import compile_snapshot
from laneway.core.emit.istio import Layout, manifests
from tests.golden.shapes import comparable
from tests.snapshot import snapshot_of_texts

ROOT = Path(__file__).parents[2]
PRINTED = sorted((Path(__file__).parent / "seed").glob("*.yaml"))


def rendered(layout: Layout) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return the objects of the strict lanes in a layout, by kind, namespace and name."""
    files = sorted((ROOT / "examples" / "strict-lanes").glob("*.yaml"))
    texts = [(path.name, path.read_text()) for path in files]
    compilation = compile_snapshot(snapshot_of_texts(texts))
    return {
        (manifest.ref.kind, manifest.ref.namespace, manifest.ref.name): dict(manifest.body)
        for manifest in manifests(compilation.mesh, compilation.plan, layout)
    }


@pytest.mark.parametrize("path", PRINTED, ids=[path.stem for path in PRINTED])
def test_printed_object_is_rendered_field_for_field(path: Path) -> None:
    printed = yaml.load(path.read_text(), yaml.CSafeLoader)
    head = printed["metadata"]
    found = rendered("asm")[printed["kind"], head["namespace"], head["name"]]
    own = {key: part for key, part in found["metadata"].items() if key != "annotations"}

    assert comparable({**found, "metadata": own}) == comparable(printed)


def test_every_service_has_a_destination_rule_like_the_printed_one() -> None:
    found = rendered("asm")
    printed = yaml.load((PRINTED[0].parent / "destinationrule.yaml").read_text(), yaml.CSafeLoader)
    for name in ("mocka", "mockb", "mockc"):
        spec = found["DestinationRule", "istio-system", f"trafficlabel-dr-test-default-{name}"]

        assert comparable(spec["spec"])["subsets"] == comparable(printed["spec"])["subsets"]


def test_mesh_virtual_services_make_it_right_without_a_traffic_label() -> None:
    found = rendered("asm")
    for name in ("mocka", "mockb", "mockc"):
        spec = found["VirtualService", "istio-system", f"trafficlabel-vs-test-default-{name}"]
        routes = spec["spec"]["http"]

        assert spec["spec"]["hosts"] == [f"{name}.default.svc.cluster.local"]
        assert [route["route"][0]["destination"]["subset"] for route in routes] == [
            *("s1", "s2", "s3", "s1")
        ]
        assert "match" not in routes[-1]


def test_default_layout_leaves_the_vendors_kind_and_places_alone() -> None:
    found = rendered("istio")

    assert not any(kind == "TrafficLabel" for kind, _, _ in found)
    assert {space for kind, space, _ in found if kind == "DestinationRule"} == {"default"}
    assert ("VirtualService", "istio-system", "ingressgateway") in found
