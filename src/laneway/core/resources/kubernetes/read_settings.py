"""Reads what programs are told when they start: a container's entries, and objects they name.

Comes in: raw mappings. Goes out: entries of an environment, and ProgramSettings. It reports nothing
and refuses nothing: no route depends on it, and what is wrong in it others complain of.
https://kubernetes.io/docs/concepts/configuration/configmap/
https://github.com/open-telemetry/opentelemetry-operator/blob/main/docs/api/instrumentations.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from laneway.core.findings.place import Step
from laneway.core.resources.kubernetes.settings import (
    CONFIG_MAP,
    INSTRUMENTATION,
    EnvironmentEntry,
    ProgramSettings,
)
from laneway.core.resources.meta import Ref
from laneway.core.resources.yaml.cursor import Notes

_KINDS = frozenset({("v1", CONFIG_MAP), ("opentelemetry.io", INSTRUMENTATION)})
_REFERENCES = {
    "configMapRef": CONFIG_MAP,
    "secretRef": "Secret",
    "configMapKeyRef": CONFIG_MAP,
    "secretKeyRef": "Secret",
}
_LANGUAGES = ("java", "nodejs", "python", "dotnet", "go")
Variables = dict[str, tuple[str, tuple[Step, ...]]]


def entries_of(container: Mapping[str, Any]) -> tuple[EnvironmentEntry, ...]:
    """Return the entries of a container in the order in which the later one counts.

    https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
    """
    if "env" not in container and "envFrom" not in container:
        return ()
    return (*_whole(container), *_single(container))


def _whole(container: Mapping[str, Any]) -> Iterator[EnvironmentEntry]:
    for index, one in _items(container, "envFrom"):
        prefix = one.get("prefix")
        source, _ = _referred(one)
        name = prefix if isinstance(prefix, str) else ""
        yield EnvironmentEntry(name, ("envFrom", index), source=source, is_whole=True)


def _single(container: Mapping[str, Any]) -> Iterator[EnvironmentEntry]:
    for index, one in _items(container, "env"):
        name = one.get("name")
        if isinstance(name, str) and name:
            source, key = _referred(one.get("valueFrom"))
            value = None if "valueFrom" in one else _text(one.get("value", ""))
            yield EnvironmentEntry(name, ("env", index), value, source, key)


def _referred(source: object) -> tuple[str, str]:
    for field, kind in _REFERENCES.items() if isinstance(source, dict) else ():
        named = source.get(field) if isinstance(source, dict) else None
        if isinstance(named, dict):
            return f"{kind} {named.get('name', '')}", str(named.get("key", ""))
    return "", ""


def read_settings(
    raw: Mapping[str, Any], api_version: str, kind: str, notes: Notes
) -> ProgramSettings | None:
    """Return what an object tells programs; nothing for one of any other kind."""
    group = api_version.partition("/")[0]
    head = raw.get("metadata")
    if (group, kind) not in _KINDS or not isinstance(head, dict):
        return None
    name, namespace = head.get("name"), head.get("namespace") or notes.namespace
    if not isinstance(name, str) or not isinstance(namespace, str):
        return None
    ref = Ref(kind, namespace, name)
    if kind == CONFIG_MAP:
        return ProgramSettings(ref, notes.source, notes.prefix, {"": _data(raw)})
    spec = raw.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    sections = {one: found for one in _LANGUAGES if isinstance(found := spec.get(one), dict)}
    variables = {one: _env(section, ("spec", one)) for one, section in sections.items()}
    images = {one: str(section["image"]) for one, section in sections.items() if "image" in section}
    return ProgramSettings(
        ref, notes.source, notes.prefix, {"": _for_all(spec), **variables}, images
    )


def _data(raw: Mapping[str, Any]) -> Variables:
    data = raw.get("data")
    if not isinstance(data, dict):
        return {}
    return {
        key: (_text(value), ("data", key)) for key, value in data.items() if isinstance(key, str)
    }


def _for_all(spec: Mapping[str, Any]) -> Variables:
    """Return what the operator tells every program: its variables, and what its fields become."""
    found = _env(spec, ("spec",))
    propagators = spec.get("propagators")
    if isinstance(propagators, list) and propagators:
        text = ",".join(map(str, propagators))
        found.setdefault("OTEL_PROPAGATORS", (text, ("spec", "propagators")))
    sampler = spec.get("sampler")
    if isinstance(sampler, dict) and isinstance(sampler.get("type"), str):
        found.setdefault("OTEL_TRACES_SAMPLER", (sampler["type"], ("spec", "sampler", "type")))
    return found


def _env(section: Mapping[str, Any], steps: tuple[Step, ...]) -> Variables:
    return {
        one["name"]: (_text(one.get("value", "")), (*steps, "env", index, "value"))
        for index, one in _items(section, "env")
        if isinstance(one.get("name"), str) and "valueFrom" not in one
    }


def _text(value: Any) -> str:
    """Return a value as Kubernetes reads it once it is quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _items(raw: Mapping[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    found = raw.get(key)
    if not isinstance(found, list):
        return []
    return [(index, one) for index, one in enumerate(found) if isinstance(one, dict)]
