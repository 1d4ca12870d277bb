"""Reads a whole file: bytes to typed objects, findings, and what passed by.

Comes in: a path and the bytes found there. Goes out: a Reading. Kinds that decide where requests go
are typed, each by the reader of its family; all others pass by and are counted; a `List` is
unfolded. An object of an understood kind that cannot be read at all counts its file as unread,
since taking it for absent would delete what it describes. A file without any object is foreign: it
passes by whatever is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct

from laneway.core.findings.codes import reading
from laneway.core.findings.finding import Finding
from laneway.core.findings.place import Source, Step
from laneway.core.resources.istio import read_extensions, read_machines, read_routes, read_security
from laneway.core.resources.istio import read_networking as read_istio
from laneway.core.resources.kinds import Resource
from laneway.core.resources.kubernetes import read_gateway_api, read_workloads
from laneway.core.resources.kubernetes.read_settings import read_settings
from laneway.core.resources.kubernetes.read_templates import FORMS, read_templated
from laneway.core.resources.kubernetes.settings import ProgramSettings
from laneway.core.resources.lanes import read_swim_lanes as read_lanes
from laneway.core.resources.lanes import read_tagging
from laneway.core.resources.misspelled import note_misspelled
from laneway.core.resources.near_kinds import Named, meant_kind
from laneway.core.resources.other_programs import has_content, may_hold_objects, names_a_kind
from laneway.core.resources.read_foreign import read_foreign
from laneway.core.resources.readings import FilePart, FileReading, counted, findings_of
from laneway.core.resources.releases import plan as releases
from laneway.core.resources.releases import read_plan
from laneway.core.resources.yaml.cursor import DEFAULT_NAMESPACE, Cursor, Notes
from laneway.core.resources.yaml.documents import DocumentReader, Documents
from laneway.core.resources.yaml.spelling import describe, shorten
from laneway.core.resources.yaml.splitting import Piece

Reader = Callable[[Cursor], Resource | None]

_LANES = "istio.alibabacloud.com"
_ISTIO = "networking.istio.io"
_EXTENSIONS = "extensions.istio.io"
_ISTIO_VERSIONS = ("v1", "v1beta1", "v1alpha3")
_SECURITY = "security.istio.io"
_VENDOR_VERSIONS = ("v1", "v1beta1")
_KUSTOMIZE = "kustomize.config.k8s.io/"
"""What a kustomization is written in; no cluster knows such an object."""
_DEEPEST_LIST = 4


class _Kind(Struct, frozen=True):
    versions: tuple[str, ...]
    read: Reader


_KINDS: dict[tuple[str, str], _Kind] = {
    **{key: _Kind(form.versions, partial(read_templated, form)) for key, form in FORMS.items()},
    **{
        (read_gateway_api.GATEWAY_API, kind): _Kind(
            read_gateway_api.VERSIONS, partial(read_gateway_api.read_api_route, kind)
        )
        for kind in read_gateway_api.KINDS
    },
    ("", "Namespace"): _Kind(("v1",), read_workloads.read_namespace),
    ("", "Pod"): _Kind(("v1",), read_workloads.read_pod),
    ("", "Service"): _Kind(("v1",), read_workloads.read_service),
    ("discovery.k8s.io", "EndpointSlice"): _Kind(
        ("v1", "v1beta1"), read_workloads.read_endpoint_slice
    ),
    (_LANES, "ASMHashTagging"): _Kind(_VENDOR_VERSIONS, read_tagging.read_hash_tagging),
    (_LANES, "ASMHeaderPropagation"): _Kind(_VENDOR_VERSIONS, read_tagging.read_header_propagation),
    (_LANES, "ASMSwimLane"): _Kind(("v1",), read_lanes.read_lane),
    (_LANES, "ASMSwimLaneGroup"): _Kind(("v1",), read_lanes.read_group),
    (_LANES, "TrafficLabel"): _Kind(_VENDOR_VERSIONS, read_istio.read_traffic_label),
    (releases.API_GROUP, releases.KIND): _Kind((releases.VERSION,), read_plan.read_lane_release),
    (_ISTIO, "DestinationRule"): _Kind(_ISTIO_VERSIONS, read_istio.read_destination_rule),
    (_ISTIO, "EnvoyFilter"): _Kind(_ISTIO_VERSIONS, read_extensions.read_envoy_filter),
    (_EXTENSIONS, "TrafficExtension"): _Kind(("v1alpha1",), read_extensions.read_traffic_extension),
    (_EXTENSIONS, "WasmPlugin"): _Kind(("v1alpha1",), read_extensions.read_wasm_plugin),
    (_ISTIO, "Gateway"): _Kind(_ISTIO_VERSIONS, read_istio.read_gateway),
    (_ISTIO, "ServiceEntry"): _Kind(_ISTIO_VERSIONS, read_machines.read_service_entry),
    (_ISTIO, "Sidecar"): _Kind(_ISTIO_VERSIONS, read_istio.read_sidecar),
    (_ISTIO, "VirtualService"): _Kind(_ISTIO_VERSIONS, read_routes.read_virtual_service),
    (_ISTIO, "WorkloadEntry"): _Kind(_ISTIO_VERSIONS, read_machines.read_workload_entry),
    (_ISTIO, "WorkloadGroup"): _Kind(_ISTIO_VERSIONS, read_machines.read_workload_group),
    (_SECURITY, "AuthorizationPolicy"): _Kind(
        _VENDOR_VERSIONS, read_security.read_authorization_policy
    ),
    (_SECURITY, "PeerAuthentication"): _Kind(
        _VENDOR_VERSIONS, read_security.read_peer_authentication
    ),
    (_SECURITY, "RequestAuthentication"): _Kind(
        _VENDOR_VERSIONS, read_security.read_request_authentication
    ),
}


_NAMES = frozenset(kind for _, kind in _KINDS)
_API_VERSIONS = frozenset(
    f"{group}/{version}".removeprefix("/")
    for (group, _), kind in _KINDS.items()
    for version in kind.versions
)


def read_kinds() -> frozenset[Named]:
    """Return the API group and name of every kind that is read."""
    return frozenset(_KINDS)


def is_read(group: str, version: str, kind: str) -> bool:
    """Whether a kind is read in a version; kinds that name no version are read in any."""
    known = _KINDS.get((group, kind))
    return known is not None and (not known.versions or version in known.versions)


def read_file(
    path: str,
    raw: bytes,
    earlier: FileReading | None = None,
    namespace: str = DEFAULT_NAMESPACE,
) -> FileReading:
    """Read a file's bytes. Never raises: whatever is wrong with them is a finding.

    `earlier` is what the same file held before: documents that stand unchanged in the same place
    keep their objects by identity and cost next to nothing, and a file that held objects is not
    foreign for being broken. `namespace` is that of objects which name none, and the same each
    time.
    """
    had_objects = earlier is not None and (bool(earlier.resources) or earlier.unread)
    if not (had_objects or may_hold_objects(raw, _NAMES)):
        return FileReading(path, foreign=has_content(raw))
    reader = DocumentReader(path)
    pieces, beyond = reader.cut(raw)
    known = {part.number: part for part in earlier.parts} if earlier is not None else {}
    parts: list[FilePart] = []
    number = 0
    for piece in pieces:
        part = known.get(number)
        if part is None or part.piece != piece:
            part = _part(piece, number, reader.read(piece, number), namespace)
        parts.append(part)
        number += part.used
    broken = beyond.unread or any(part.broken for part in parts)
    unread = broken and (had_objects or names_a_kind(raw, _NAMES))
    unread = unread or any(part.lost for part in parts)
    if not unread and all(part.is_foreign for part in parts):
        return FileReading(path, foreign=broken or bool(parts), parts=tuple(parts))
    return FileReading(
        path,
        tuple(resource for part in parts for resource in part.resources),
        (*beyond.findings, *findings_of(parts, unread=unread)),
        unread,
        counted(part.other_kinds for part in parts),
        parts=tuple(parts),
        settings=tuple(one for part in parts for one in part.settings),
    )


def _part(piece: Piece, number: int, found: Documents, namespace: str) -> FilePart:
    objects = _Objects(namespace)
    for document in found.documents:
        if document.value is not None:
            objects.take(document.source, document.value)
    return FilePart(
        piece,
        number,
        max(1, len(found.documents)),
        tuple(objects.resources),
        (*found.findings, *objects.findings),
        found.unread,
        objects.lost,
        objects.listed,
        objects.other_kinds,
        tuple(objects.settings),
    )


def read_objects(path: str, values: list[Any]) -> FileReading:
    """Read raw values as if each were a document of one file."""
    objects = _Objects()
    for number, value in enumerate(values):
        objects.take(Source(path, number=number), value)
    return FileReading(
        path,
        tuple(objects.resources),
        tuple(objects.findings),
        objects.lost,
        counted([objects.other_kinds]),
        settings=tuple(objects.settings),
    )


class _Objects:
    """Collects the objects of a file."""

    def __init__(self, namespace: str = DEFAULT_NAMESPACE) -> None:
        self._namespace = namespace
        self.resources: list[Resource] = []
        self.findings: list[Finding] = []
        self.other_kinds: dict[str, int] = {}
        self.settings: list[ProgramSettings] = []
        self.lost = False
        self.listed = False

    def take(
        self, source: Source, value: Any, prefix: tuple[Step, ...] = (), listed: str = ""
    ) -> None:
        """Take one value; `listed` is the `apiVersion/kind` items of its list have."""
        notes = Notes(source, prefix)
        notes.namespace = self._namespace
        if isinstance(value, dict):
            self._object(Cursor(value, notes), listed)
        else:
            notes.add(reading.NO_OBJECT, (), found=describe(value))
        self.findings += notes.findings

    def _object(self, root: Cursor, listed: str) -> None:
        if not listed and not _may_be_an_object(root):
            root.report(reading.NO_OBJECT, found="a mapping")
            return
        api_version, kind = self._head(root, listed)
        if not (api_version and kind):
            return
        items = root.raw.get("items")
        is_list = (api_version, kind) == ("v1", "List") or "items" in root.raw
        if kind.endswith("List") and is_list and len(root.notes.prefix) < _DEEPEST_LIST:
            self._list(root, api_version, kind, items)
            return
        group, _, version = api_version.rpartition("/")
        known = _KINDS.get((group, kind))
        if known is None and (meant := meant_kind(group, kind, _KINDS)) is not None:
            self._other_kind(root, (group, kind), meant)
        elif known is None:
            self._pass_by(shorten(kind))
            pods = read_foreign(root.raw, api_version, kind, root.notes)
            if pods is not None:
                self.resources.append(pods)
            settings = read_settings(root.raw, api_version, kind, root.notes)
            if settings is not None:
                self.settings.append(settings)
        elif known.versions and version not in known.versions:
            self._other_version(root, kind, known)
        else:
            resource = known.read(root)
            note_misspelled(root, group, kind)
            self.lost |= resource is None
            if resource is not None:
                self.resources.append(resource)

    def _pass_by(self, kind: str) -> None:
        self.other_kinds[kind] = self.other_kinds.get(kind, 0) + 1

    def _head(self, root: Cursor, listed: str) -> tuple[str, str]:
        """Return apiVersion and kind; empty ones after noting why there are none."""
        default_version, _, default_kind = listed.rpartition(" ")
        api_version = root.text("apiVersion", default_version)
        kind = root.text("kind", default_kind)
        for key, value in (("apiVersion", api_version), ("kind", kind)):
            if not value:
                root.report(reading.HALF_OBJECT, missing=key)
                self.lost = True
        return api_version, kind

    def _list(self, root: Cursor, api_version: str, kind: str, items: Any) -> None:
        self.listed = True
        item_kind = kind.removesuffix("List")
        listed = f"{api_version} {item_kind}" if item_kind else ""
        if isinstance(items, list):
            prefix = (*root.notes.prefix, "items")
            for index, item in enumerate(items):
                self.take(root.notes.source, item, (*prefix, index), listed)
        elif items is not None:
            root.report(reading.NO_ITEMS, "items", kind=shorten(kind), found=describe(items))
            self.lost = True

    def _other_kind(self, root: Cursor, written: Named, meant: Named) -> None:
        """Tell of an object that no cluster knows, and which one was meant."""
        group, kind = meant
        version = next(iter(_KINDS[meant].versions or ("v1",)))
        right = f"{group}/{version}" if group else version
        head = root.raw.get("metadata")
        words = {
            "kind": shorten(written[1]),
            "api_version": shorten(root.text("apiVersion")),
            "right_kind": kind,
            "right": right,
        }
        where = [head.get(key) for key in ("namespace", "name")] if isinstance(head, dict) else []
        name = "/".join(part for part in where if isinstance(part, str) and part)
        root.notes.subject = f"{words['kind']} {name}".strip()
        same = written[0] == group
        code, key = (reading.OTHER_KIND, "kind") if same else (reading.OTHER_API, "apiVersion")
        path = (*root.path, key)
        root.notes.add(code, path, (), **words)
        self._pass_by(shorten(written[1]))
        self.lost = True

    def _other_version(self, root: Cursor, kind: str, known: _Kind) -> None:
        group, _, _ = root.text("apiVersion").rpartition("/")
        names = (f"{group}/{version}" if group else version for version in known.versions)
        words = {"kind": kind, "known": ", ".join(names)}
        version = shorten(root.text("apiVersion"))
        root.report(reading.OTHER_VERSION, "apiVersion", api_version=version, **words)
        self._pass_by(kind)
        self.lost = True


def _may_be_an_object(root: Cursor) -> bool:
    """Whether a mapping says what it is, or has lost one of the two words and is like ours else."""
    version, kind = root.raw.get("apiVersion"), root.raw.get("kind")
    if isinstance(kind, str) and kind in _NAMES:
        return True
    if not isinstance(version, str) or version.startswith(_KUSTOMIZE):
        return False
    has_head = isinstance(root.raw.get("metadata"), dict)
    return isinstance(kind, str) if kind is not None else has_head and version in _API_VERSIONS
