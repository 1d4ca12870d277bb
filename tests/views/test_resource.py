"""One object as a page shows it, all objects as a list, and what they are to each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from laneway.core.compile import Compilation
from laneway.core.resources.meta import Ref
from laneway.core.views.objects import ObjectFilter, objects_view
from laneway.core.views.paging import ListPart
from laneway.core.views.resource import (
    MOST_LANES_IN_FULL,
    generated_text,
    generated_view,
    resource_view,
)
from tests.examples import example_meshes
from tests.rules.world import lane, mesh, pods
from tests.views.samples import compiled_example, compiled_files

S1 = Ref("ASMSwimLane", "", "s1")
MOCKB = Ref("Service", "default", "mockb")
TRACKED = """
# kept by a syncer
apiVersion: v1
kind: Service
metadata:
  name: mocka
  namespace: default
  annotations: {argocd.argoproj.io/tracking-id: 'shop:/Service:default/mocka'}  # whose it is
spec: {selector: {app: mocka}, ports: [{port: 80}]}
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: {name: other, namespace: default}
    spec: {selector: {app: other}, ports: [{port: 80}]}
"""


@pytest.fixture(scope="module")
def strict() -> Compilation:
    return compiled_example("strict-lanes")


def shown(compilation: Compilation, ref: Ref) -> dict[str, Any]:
    found = resource_view(compilation, ref)
    assert found is not None
    return found


def names(ends: list[dict[str, str]]) -> list[str]:
    return [f"{one['how']} {one['kind']} {one['name']}" for one in ends]


def test_text_is_the_document_of_the_file_with_its_comments(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TRACKED)
    compilation = compiled_files(tmp_path)

    whole = shown(compilation, Ref("Service", "default", "mocka"))
    item = shown(compilation, Ref("Service", "default", "other"))

    assert whole["text"] == f"{TRACKED.split('---', maxsplit=1)[0].strip()}\n"
    assert yaml.safe_load(item["text"])["metadata"]["name"] == "other"
    assert "kind: List" not in item["text"]
    assert whole["place"]["line"] == 6


def test_object_of_a_cluster_is_shown_by_its_body(strict: Compilation) -> None:
    body = {"kind": "Service", "metadata": {"name": "mockb", "managedFields": [{}]}}

    found = resource_view(strict, MOCKB, body)

    assert found is not None
    assert yaml.safe_load(found["text"]) == {"kind": "Service", "metadata": {"name": "mockb"}}


def test_who_keeps_an_object_is_told(tmp_path: Path, strict: Compilation) -> None:
    (tmp_path / "a.yaml").write_text(TRACKED)
    generated = yaml.safe_dump_all(
        yaml.safe_load(one["text"]) for one in generated_view(strict, "asm")
    )
    (tmp_path / "made.yaml").write_text(generated)
    compilation = compiled_files(tmp_path)
    rule = Ref("DestinationRule", "istio-system", "trafficlabel-dr-test-default-mocka")

    kept = shown(compilation, Ref("Service", "default", "mocka"))["owner"]
    own = shown(compilation, Ref("Service", "default", "other"))["owner"]

    assert kept["kind"] == "syncer"
    assert kept["words"].startswith("Argo CD, by argocd.argoproj.io/tracking-id: shop:")
    assert own == {"kind": "file", "words": str(tmp_path / "a.yaml")}
    assert shown(compilation, rule)["owner"]["kind"] == "laneway"


def test_lane_shows_what_is_made_of_it_in_both_layouts(strict: Compilation) -> None:
    made = shown(strict, S1)["generated"]

    spaces = {layout: {one["namespace"] for one in found} for layout, found in made.items()}
    assert spaces == {"istio": {"default", "istio-system"}, "asm": {"istio-system"}}
    assert {one["name"] for one in made["asm"]} >= {
        "trafficlabel-dr-test-default-mocka",
        "ingressgateway",
    }
    assert len(made["istio"]) == len(generated_view(strict, "istio"))


def test_what_carries_all_strict_lanes_is_shown_with_each_strict_group_and_lane(
    strict: Compilation,
) -> None:
    permissive = compiled_example("permissive-lanes")
    group = next(one.group.meta.ref for one in permissive.mesh.groups)

    def carriers(compilation: Compilation, ref: Ref) -> list[str]:
        made = shown(compilation, ref)["generated"]["asm"]
        return [one["name"] for one in made if one["kind"] == "TrafficLabel"]

    assert carriers(strict, Ref("ASMSwimLaneGroup", "", "test")) == ["asm-trafficlabel-global"]
    assert carriers(strict, S1) == ["asm-trafficlabel-global"]
    assert "asm-trafficlabel-global" not in carriers(permissive, group)


def test_service_shows_only_what_is_about_it(strict: Compilation) -> None:
    made = shown(strict, MOCKB)["generated"]["istio"]

    assert [one["kind"] for one in made] == ["DestinationRule", "VirtualService"]
    assert all("mockb" in one["name"] for one in made)
    assert shown(strict, Ref("Deployment", "default", "mockb-v1"))["generated"]["istio"] == []


def test_links_lead_both_ways(strict: Compilation) -> None:
    lane, service = shown(strict, S1), shown(strict, MOCKB)
    gateway = shown(strict, Ref("Gateway", "istio-system", "ingressgateway"))

    assert names(lane["uses"]) == [
        "is part of ASMSwimLaneGroup test",
        "selects Deployment mocka-v1",
        "selects Deployment mockb-v1",
        "selects Deployment mockc-v1",
    ]
    assert names(service["usedBy"]) == ["routes ASMSwimLaneGroup test"]
    assert names(gateway["usedBy"]) == ["is entered by ASMSwimLaneGroup test"]


def test_route_of_a_user_is_linked_to_where_it_leads() -> None:
    compilation = compiled_example("gitops")

    found = shown(compilation, Ref("VirtualService", "istio-system", "mock"))

    assert names(found["uses"]) == [
        "is bound to Gateway ingressgateway",
        "leads to Service mocka",
    ]


def test_findings_about_the_object_stand_beside_it() -> None:
    compilation = mesh(b2=pods("b", "v3")).compiled()

    found = shown(compilation, Ref("ASMSwimLane", "", "s2"))["findings"]

    assert [one["code"] for one in found] == ["LW1502"]
    assert found[0]["place"]["file"] == "mesh.yaml"


def test_object_that_is_not_there_has_no_page(strict: Compilation) -> None:
    assert resource_view(strict, Ref("Service", "default", "nosuch")) is None


@pytest.mark.parametrize(
    ("wish", "total"),
    [
        (ObjectFilter(), 18),
        (ObjectFilter(kind="ASMSwimLane"), 3),
        (ObjectFilter(namespace="default"), 12),
        (ObjectFilter(owner="file"), 18),
        (ObjectFilter(owner="syncer"), 0),
        (ObjectFilter(level="error"), 0),
        (ObjectFilter(ListPart(query="mockb deploy")), 3),
    ],
)
def test_objects_are_listed_as_they_are_asked_for(
    strict: Compilation, wish: ObjectFilter, total: int
) -> None:
    told = objects_view(strict, wish)

    assert (told["total"], len(told["rows"])) == (total, total)
    assert told["kinds"]["Deployment"] == 9


def test_row_of_an_object_has_place_owner_and_findings() -> None:
    compilation = mesh(b2=pods("b", "v3")).compiled()

    (row,) = objects_view(compilation, ObjectFilter(level="error"))["rows"]

    assert row["object"] == {"kind": "ASMSwimLane", "namespace": "", "name": "s2"}
    assert row["findings"] == {"error": 1, "warning": 0, "info": 0}
    assert row["owner"]["kind"] == "file"


@pytest.mark.parametrize("example", example_meshes())
def test_every_object_of_an_example_has_a_page(example: str) -> None:
    compilation = compiled_example(example)

    pages = [resource_view(compilation, one.meta.ref) for one in compilation.snapshot.resources]

    assert all(one is not None and one["text"] for one in pages)


def test_of_many_lanes_the_text_of_what_is_made_is_asked_for_one_by_one(
    strict: Compilation,
) -> None:
    many = mesh(
        *(lane(f"x{number}", f"{{version: x{number}}}") for number in range(MOST_LANES_IN_FULL))
    ).compiled()

    made = shown(many, Ref("ASMSwimLane", "", "s1"))["generated"]["istio"]

    assert {one["text"] for one in made} == {None}
    ref = Ref(made[0]["kind"], made[0]["namespace"], made[0]["name"])
    text = generated_text(many, "istio", ref)
    assert text is not None
    assert yaml.safe_load(text)["metadata"]["name"] == ref.name
    assert generated_text(strict, "istio", Ref("a", "b", "c")) is None
