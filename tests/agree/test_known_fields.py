"""The names of fields that Laneway knows are those that Istio and Kubernetes have."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from laneway.core.resources.istio.fields.every import TABLES
from laneway.core.resources.istio.known_fields import ISTIO_SPECS, Tree
from laneway.core.resources.kubernetes.known_fields import (
    CONTAINER,
    KUBERNETES_SPECS,
    METADATA,
    POD,
    READ,
    SERVICE,
)
from tests import engines
from tests.agree.schemas import Schemas

pytestmark = pytest.mark.engine
Json = dict[str, Any]

JOB = KUBERNETES_SPECS["batch", "Job"]
CRON = KUBERNETES_SPECS["batch", "CronJob"]
TYPES: list[tuple[str, str, Tree]] = [
    ("meta", "ObjectMeta", METADATA),
    ("core", "PodSpec", POD),
    ("core", "Container", CONTAINER),
    ("core", "ContainerPort", CONTAINER["ports"]),
    ("core", "EnvVar", CONTAINER["env"]),
    ("core", "ServiceSpec", SERVICE),
    ("core", "ServicePort", SERVICE["ports"]),
    ("core", "PodTemplateSpec", JOB["template"]),
    ("core", "ReplicationControllerSpec", KUBERNETES_SPECS["", "ReplicationController"]),
    *(
        ("apps", f"{kind}Spec", KUBERNETES_SPECS["apps", kind])
        for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")
    ),
    ("batch", "JobSpec", JOB),
    ("batch", "CronJobSpec", CRON),
    ("batch", "JobTemplateSpec", CRON["jobTemplate"]),
]
"""A type of Kubernetes, and the fields it is taken to have."""


def tree(schema: Json) -> Json | None:
    """Return the names of a schema as the tables of fields have them."""
    if "properties" in schema:
        return {name: tree(each) for name, each in schema["properties"].items()}
    if "items" in schema:
        return tree(schema["items"])
    any_key = schema.get("additionalProperties")
    below = tree(any_key) if isinstance(any_key, dict) else None
    return {"*": below} if below else None


@pytest.mark.parametrize("kind", [kind for kind in ISTIO_SPECS if kind not in TABLES])
def test_every_field_of_istio_is_known(istio_schemas: Schemas, kind: str) -> None:
    for version in ("v1", "v1beta1", "v1alpha3"):
        schema = istio_schemas.by_kind[f"networking.istio.io/{version}", kind].schema
        assert isinstance(schema, dict)
        assert ISTIO_SPECS[kind] == tree(schema["properties"]["spec"])


@pytest.mark.parametrize(("part", "name", "known"), TYPES, ids=[name for _, name, _ in TYPES])
def test_every_field_of_kubernetes_is_known(
    had: Callable[[Callable[[], Path]], Path], part: str, name: str, known: Tree
) -> None:
    text = had(lambda: engines.kubernetes_types(part)).read_text()
    listed = re.search(rf"var map_{name} = map.*?\n}}", text, re.DOTALL)
    assert listed is not None
    fields = {field for field in re.findall(r'^\t"(\w*)":', listed[0], re.MULTILINE) if field}

    assert set(known) == fields


def test_what_is_read_of_kubernetes_is_a_field_of_it() -> None:
    tables = (METADATA, POD, CONTAINER, SERVICE, *CONTAINER.values(), *KUBERNETES_SPECS.values())
    known = {name for table in (*tables, SERVICE["ports"]) for name in table or ()}

    assert READ - known == {"metadata", "spec", "status", "workloadRef"}
