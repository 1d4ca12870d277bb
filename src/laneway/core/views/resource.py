"""One object: as it is written, who keeps it, what is found about it, what is made of it.

Comes in: a compilation and the name of an object; of a cluster also its body, since of those only
what decides is kept. Goes out: its text with comments where it is from a file, its owner, findings,
the Istio objects that lanes become with it, and what it has to do with others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import dedent
from typing import Any

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.emit.asm import STRICT_CARRIER
from laneway.core.emit.istio import Layout
from laneway.core.emit.manifest import Manifest
from laneway.core.emit.yaml_text import yaml_text
from laneway.core.findings.line import line_of
from laneway.core.findings.render import in_order
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import service_host
from laneway.core.mesh.superseded import GROUP_LABEL
from laneway.core.resources.kinds import Resource
from laneway.core.resources.meta import Meta, Ref
from laneway.core.views.doctor_rows import finding_view
from laneway.core.views.links import links_view
from laneway.core.views.owners import owner_of

View = dict[str, Any]


class MadeOf(Struct, frozen=True):
    """What generated objects name that are about one object: its lanes, groups or host.

    `is_strict`: the one that carries all strict lanes is about it too, and names none of them.
    """

    lanes: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    host: str = ""
    is_strict: bool = False


SHOWN_LAYOUTS: tuple[Layout, ...] = ("istio", "asm")
"""The layouts in which generated objects are shown: ours, and the one the vendor prints."""
MOST_LANES_IN_FULL = 50
_NAMING = frozenset({"name", "subset", "exact"})
"""Fields that hold a lane's name in generated objects."""


def resource_view(
    compilation: Compilation, ref: Ref, body: Mapping[str, Any] | None = None
) -> View | None:
    """Return an object, None where the input has none; `body` is the one the API server has."""
    thing = next((one for one in compilation.snapshot.resources if one.meta.ref == ref), None)
    if thing is None:
        return None
    kept = owner_of(thing)
    found = [one for one in compilation.all_findings if one.subject == str(ref)]
    return {
        "object": {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name},
        "apiVersion": thing.meta.api_version,
        "text": written(thing.meta, body),
        "place": place_of(thing.meta),
        "owner": {"kind": kept.kind, "words": kept.words},
        "findings": [finding_view(one) for one in in_order(found)],
        "generated": {layout: _generated(compilation, thing, layout) for layout in SHOWN_LAYOUTS},
        **links_view(compilation.mesh, ref),
    }


def written(meta: Meta, body: Mapping[str, Any] | None = None) -> str:
    """Return the text of an object: as its file has it, or as it is in a cluster; else nothing."""
    if body is None and meta.source.text and not meta.prefix:
        return f"{dedent(meta.source.text).strip()}\n"
    known = body if body is not None else meta.raw
    return yaml_text(_bare(known)) if known else ""


def place_of(meta: Meta) -> View:
    """Return the file and line in which an object has its name; of a cluster's its path alone."""
    if not meta.source.text:
        return {"file": meta.source.path}
    return {"file": meta.source.path, "line": line_of(meta.place("metadata", "name"))}


def generated_view(compilation: Compilation, layout: Layout) -> list[View]:
    """Return all Istio objects that lanes become."""
    return [_manifest(one) for one in compilation.manifests(layout)]


def _bare(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body without what only the server needs."""
    head = {key: value for key, value in body.get("metadata", {}).items() if key != "managedFields"}
    return {**body, "metadata": head} if head else dict(body)


def generated_text(compilation: Compilation, layout: Layout, ref: Ref) -> str | None:
    """Return the text of one Istio object that lanes become, None where there is none."""
    found = (one for one in compilation.manifests(layout) if one.ref == ref)
    return next((yaml_text(one.body) for one in found), None)


def _manifest(one: Manifest, *, has_text: bool = True) -> View:
    ref = one.ref
    shown = {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name}
    return shown | {"text": yaml_text(one.body) if has_text else None}


def _generated(compilation: Compilation, thing: Resource, layout: Layout) -> list[View]:
    """Return the objects that are made of one, or of something for it.

    Of many lanes each is long: then `text` is None, and `generated_text` gives the one asked for.
    """
    concern = _concern(compilation.mesh, thing.meta.ref)
    if concern is None:
        return []
    host = concern.host
    has_text = sum(len(group.lanes) for group in compilation.mesh.groups) <= MOST_LANES_IN_FULL
    return [
        _manifest(one, has_text=has_text)
        for one in compilation.manifests(layout)
        if _is_about(one, concern) or (host and host in _values(one.body, None))
    ]


def _concern(mesh: Mesh, ref: Ref) -> MadeOf | None:
    """Return what generated objects of an object have to name; None: none does."""
    for group in mesh.groups:
        if group.group.meta.ref == ref:
            lanes = frozenset(str(lane.name) for lane in group.lanes)
            return MadeOf(lanes, frozenset({group.name}), is_strict=group.propagation is None)
        if any(lane.lane.meta.ref == ref for lane in group.lanes):
            return MadeOf(frozenset({ref.name}), is_strict=group.propagation is None)
    host = service_host(ref.name, ref.namespace)
    if ref.kind == "Service" and owner(mesh, host) is not None:
        return MadeOf(host=host)
    return None


def _is_about(one: Manifest, concern: MadeOf) -> bool:
    """Whether a generated object names a lane, or a group by its label, or carries strict lanes."""
    labels = one.body.get("metadata", {}).get("labels") or {}
    if labels.get(GROUP_LABEL) in concern.groups:
        return True
    if one.ref == STRICT_CARRIER:
        return concern.is_strict
    return any(value in concern.lanes for value in _values(one.body.get("spec"), _NAMING))


def _values(value: Any, keys: Iterable[str] | None, key: str = "") -> Iterator[str]:
    """Yield the texts of a body, with `keys` those of these fields alone."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _values(inner, keys, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _values(inner, keys, key)
    elif isinstance(value, str) and (keys is None or key in keys):
        yield value
