"""The vendor's kinds and ours as CustomResourceDefinitions, for a cluster that lacks them.

Comes in: the tables of fields that the readers use. Goes out: one definition a kind, with schema,
refusals, columns for people, and status. Cluster-wide kinds have no namespace, as the vendor's; a
release is one of them, since it moves the weights of lanes. A cluster that has definitions from the
vendor keeps its own; nothing here can tell.
https://www.alibabacloud.com/help/en/asm/sidecar/asmswimlanegroup-and-asmswimlane-crd-description
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from msgspec import Struct

from laneway.core.emit.crds.refusals import REFUSALS, Refusal
from laneway.core.emit.crds.schema import Schema, object_schema
from laneway.core.emit.crds.status_fields import (
    GROUP_STATUS,
    LANE_STATUS,
    RELEASE_STATUS,
    TAGGING_STATUS,
    status_schema,
)
from laneway.core.resources.lanes.field import Fields
from laneway.core.resources.lanes.swim_lane_fields import GROUP_SPEC, LANE_SPEC
from laneway.core.resources.lanes.tagging_fields import (
    HASH_TAGGING_SPEC,
    HEADER_PROPAGATION_SPEC,
    TRAFFIC_LABEL_SPEC,
)
from laneway.core.resources.releases import plan as releases
from laneway.core.resources.releases.plan_fields import RELEASE_SPEC

API_GROUP = "istio.alibabacloud.com"
CATEGORY = "laneway"
LABELS = {"app.kubernetes.io/name": "laneway", "app.kubernetes.io/part-of": "laneway"}

Body = dict[str, Any]
Column = tuple[str, str, str, int]
"""A heading, its type, the path of its value, and 1 where only `-o wide` shows it."""


class Definition(Struct, frozen=True):
    """What there is to say of a kind; of its versions the first is stored."""

    kind: str
    plural: str
    short: tuple[str, ...]
    versions: tuple[str, ...]
    is_namespaced: bool
    says: str
    spec: Fields
    status: Fields = {}
    columns: tuple[Column, ...] = ()
    categories: tuple[str, ...] = (CATEGORY,)
    group: str = API_GROUP

    @property
    def name(self) -> str:
        """The name of the definition."""
        return f"{self.plural}.{self.group}"


def _condition(kind: str, field: str = "status") -> str:
    return f'.status.conditions[?(@.type=="{kind}")].{field}'


_READY: tuple[Column, ...] = (
    ("Ready", "string", _condition("Ready"), 0),
    ("Live", "string", _condition("Live"), 0),
)
_AGE: Column = ("Age", "date", ".metadata.creationTimestamp", 0)
_SAYS: Column = ("Says", "string", _condition("Ready", "message"), 1)

DEFINITIONS = (
    Definition(
        "ASMSwimLaneGroup",
        "asmswimlanegroups",
        ("lanegroup", "lanegroups"),
        ("v1",),
        is_namespaced=False,
        says="A group of traffic lanes: services, and the gateway by which requests come in.",
        spec=GROUP_SPEC,
        status=GROUP_STATUS,
        columns=(
            ("Permissive", "boolean", ".spec.isPermissive", 0),
            ("Lanes", "integer", ".status.lanes", 0),
            ("Services", "integer", ".status.services", 0),
            *_READY,
            _AGE,
            ("Baseline", "string", ".spec.permissiveModeConfiguration.fallbackTarget", 1),
            ("Gateway", "string", ".spec.ingress.gateway.name", 1),
            _SAYS,
            ("Proxies", "string", _condition("Live", "message"), 1),
        ),
    ),
    Definition(
        "ASMSwimLane",
        "asmswimlanes",
        ("lane", "lanes"),
        ("v1",),
        is_namespaced=False,
        says="A traffic lane: pods of many services, by labels, and the requests that are theirs.",
        spec=LANE_SPEC,
        status=LANE_STATUS,
        columns=(
            ("Group", "string", ".metadata.labels.swimlane-group", 0),
            ("Weight", "integer", ".spec.ingressWeight.weight", 0),
            ("Pods", "integer", ".status.pods.ready", 0),
            *_READY,
            _AGE,
            ("Selector", "string", ".spec.labelSelector", 1),
            _SAYS,
        ),
    ),
    Definition(
        "ASMHashTagging",
        "asmhashtaggings",
        ("ht",),
        ("v1", "v1beta1"),
        is_namespaced=True,
        says="Tags for shares of users at a gateway, by the hash of a header.",
        spec=HASH_TAGGING_SPEC,
        status=TAGGING_STATUS,
        columns=(*_READY, _AGE),
    ),
    Definition(
        "ASMHeaderPropagation",
        "asmheaderpropagations",
        (),
        ("v1beta1", "v1"),
        is_namespaced=True,
        says="Headers that proxies take out of baggage; without effect outside of ASM.",
        spec=HEADER_PROPAGATION_SPEC,
        columns=(_AGE,),
    ),
    Definition(
        "TrafficLabel",
        "trafficlabels",
        ("tl",),
        ("v1beta1", "v1"),
        is_namespaced=True,
        says="Labels that proxies carry from request to request; without effect outside of ASM.",
        spec=TRAFFIC_LABEL_SPEC,
        columns=(_AGE,),
        categories=(CATEGORY, "alibabacloud-com", "istio-alibabacloud-com"),
    ),
    Definition(
        releases.KIND,
        "lanereleases",
        (),
        (releases.VERSION,),
        is_namespaced=False,
        says="A release in stages: weights move to a lane while it is as well as another.",
        spec=RELEASE_SPEC,
        status=RELEASE_STATUS,
        columns=(
            ("Lane", "string", ".spec.lane", 0),
            ("Phase", "string", ".status.phase", 0),
            ("Stage", "integer", ".status.stage", 0),
            ("Of", "integer", ".status.stages", 0),
            _AGE,
            ("Since", "date", ".status.since", 1),
            ("Stable", "string", ".spec.stable", 1),
            ("Repository", "string", ".spec.git.repository", 1),
            ("Says", "string", ".status.message", 1),
        ),
        group=releases.API_GROUP,
    ),
)


def definitions() -> list[Body]:
    """Return the definitions, as they are applied."""
    return [_definition(one) for one in DEFINITIONS]


def _definition(one: Definition) -> Body:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": one.name, "labels": dict(LABELS)},
        "spec": {
            "group": one.group,
            "scope": "Namespaced" if one.is_namespaced else "Cluster",
            "names": {
                "kind": one.kind,
                "listKind": f"{one.kind}List",
                "plural": one.plural,
                "singular": one.kind.lower(),
                **({"shortNames": list(one.short)} if one.short else {}),
                "categories": list(one.categories),
            },
            "versions": [_version(one, name) for name in one.versions],
        },
    }


def _version(one: Definition, name: str) -> Body:
    return {
        "name": name,
        "served": True,
        "storage": name == one.versions[0],
        "subresources": {"status": {}},
        "additionalPrinterColumns": [_column(*column) for column in one.columns],
        "schema": {"openAPIV3Schema": schema_of(one)},
    }


def _column(name: str, kind: str, path: str, priority: int) -> Body:
    wide = {"priority": priority} if priority else {}
    return {"name": name, "type": kind, "jsonPath": path, **wide}


def schema_of(one: Definition) -> Schema:
    """Return the schema of a kind's objects, with its refusals at their places."""
    schema: Schema = deepcopy(
        {
            "type": "object",
            "description": one.says,
            "properties": {
                "apiVersion": {"type": "string"},
                "kind": {"type": "string"},
                "metadata": {"type": "object", "properties": {"name": {"type": "string"}}},
                "spec": object_schema(one.spec, "What is asked for."),
                "status": status_schema(one.status),
            },
            "x-kubernetes-preserve-unknown-fields": True,
        }
    )
    for refusal in REFUSALS.get(one.kind, ()):
        _place(schema, refusal)
    return schema


def _place(schema: Schema, refusal: Refusal) -> None:
    at = schema
    for step in refusal.place.split(".") if refusal.place else ():
        at = (
            at["additionalProperties"] if step == "*" else at["properties"][step.removesuffix("[]")]
        )
        at = at["items"] if step.endswith("[]") else at
    rules = at.setdefault("x-kubernetes-validations", [])
    named = {"fieldPath": refusal.field} if refusal.field else {}
    rules.append({"rule": refusal.rule, "message": refusal.message, **named})
