"""One object of the API server, as little of it as is needed.

Comes in: the bytes of one object in JSON. Goes out: the typed object that the compiler takes, what
was found in reading it, and of groups and lanes what their status was. Apart from the files'
reader, because thousands of objects stay in memory here: of pods only what decides is kept, and
what many have alike is kept once. The readers are the same, so an unknown field is told here too.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

from msgspec import Struct, ValidationError, field, json, to_builtins
from msgspec.structs import replace

from laneway.core.findings.finding import Finding
from laneway.core.live.proxies import ROUTER
from laneway.core.mesh.callees import CALLS_ANNOTATION
from laneway.core.mesh.injection import INJECT, PROXY_CONTAINER
from laneway.core.resources.kinds import Resource
from laneway.core.resources.kubernetes.workloads import Namespace, Service, Workload
from laneway.core.resources.lanes.swim_lanes import Lane, LaneGroup
from laneway.core.resources.read import read_objects
from laneway.core.sdks.sighting import ANNOTATIONS

T = TypeVar("T", bound=Hashable)

_SERVERS_OWN = ("managedFields", "resourceVersion", "generation", "uid", "selfLink")
"""What the server says of an object's versions: it changes though nothing that is meant does."""
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_BY_STATUS = ("Pod", "WorkloadEntry")
"""Kinds whose status says what they are."""
_MOST_SHARED = 20_000
"""So many values are remembered to be shared; what comes then is shared among itself."""


class Held(Struct, frozen=True):
    """One object. `resource` is None for what cannot be read (`is_lost`) or is not of the mesh.

    `status`, `uid`, `generation` and `head`, as its author means it, are kept of groups and lanes
    alone.
    """

    resource: Resource | None
    findings: tuple[Finding, ...] = ()
    is_lost: bool = False
    uid: str = ""
    generation: int = 0
    status: Mapping[str, Any] = {}
    head: Mapping[str, Any] = {}


class Shared(Struct):
    """Values that many objects have alike, each once in memory."""

    _known: dict[Any, Any] = field(default_factory=dict)

    def value(self, one: T) -> T:
        """Return an equal value that is there already, or this one from now on."""
        found: T = self._of((type(one), one), one)
        return found

    def words(self, words: Mapping[str, str]) -> Mapping[str, str]:
        """Return an equal mapping that is there already."""
        found: Mapping[str, str] = self._of((dict, *words.items()), words)
        return found

    def _of(self, key: Hashable, value: Any) -> Any:
        if len(self._known) > _MOST_SHARED:
            self._known.clear()
        return self._known.setdefault(key, value)


class _StatusBeside(Struct):
    """What tells whether a group or lane says what it said before, but for its status."""

    metadata: dict[str, Any] = {}
    status: dict[str, Any] | None = None


_beside = json.Decoder(_StatusBeside)


def read_again(raw: bytes, before: Held) -> Held | None:
    """Read a group or lane of which the status alone is another; None if it is not so.

    The server counts each edit of what its author means in the generation, but for its head.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#status-subresource
    """
    told = _beside.decode(raw)
    known = (before.uid, before.generation, before.head)
    said = told.metadata.get("uid", ""), told.metadata.get("generation", 0), _meant(told.metadata)
    return replace(before, status=told.status or {}) if before.uid and said == known else None


def read_held(raw: bytes, shared: Shared, api_version: str = "", kind: str = "") -> Held:
    """Read one object that the server gave; whatever is odd about it is a finding.

    Objects of a list do not say their kind, which is told beside them.
    """
    value: dict[str, Any] = {"apiVersion": api_version, "kind": kind, **json.decode(raw)}
    head: dict[str, Any] = value.get("metadata") or {}
    uid, generation = head.get("uid", ""), head.get("generation", 0)
    status = value.get("status") or {}
    if value["kind"] not in _BY_STATUS:  # of others it says nothing that is meant, and changes
        value.pop("status", None)
    value["metadata"] = _meant(head)
    found = read_objects(_path(value), [value])
    if len(found.resources) != 1:
        return Held(None, found.findings, found.unread)
    resource = found.resources[0]
    if isinstance(resource, Lane | LaneGroup):
        return Held(
            _slim(resource, shared),
            found.findings,
            uid=uid,
            generation=generation,
            status=status,
            head=value["metadata"],
        )
    if isinstance(resource, Service | Namespace):
        resource = _slim(resource, shared)
    return Held(resource, found.findings)


def read_pod_held(raw: bytes, shared: Shared) -> Held:
    """Read a pod: of what a server says of one, a tenth decides where a request goes."""
    try:
        pod = _PODS.decode(raw)
    except ValidationError:
        return read_held(raw, shared)
    value = to_builtins(pod)
    value |= {"apiVersion": "v1", "kind": "Pod"}
    found = read_objects(_path(value), [value])
    if len(found.resources) != 1 or not isinstance(found.resources[0], Workload):
        return Held(None, found.findings, found.unread)
    return Held(_slim_pod(found.resources[0], shared), found.findings)


def _meant(head: Mapping[str, Any]) -> dict[str, Any]:
    """Return the head of an object as its author means it."""
    kept = {key: value for key, value in head.items() if key not in _SERVERS_OWN}
    annotations = kept.get("annotations")
    if isinstance(annotations, dict):
        annotations.pop(_LAST_APPLIED, None)
    return kept


def _path(value: Mapping[str, Any]) -> str:
    """Return where an object stands: the order of objects of one age, and what findings name."""
    head = value["metadata"]
    words = (str(head.get(key)) for key in ("namespace", "name") if head.get(key))
    return f"{str(value.get('kind', '')).lower()}/{'/'.join(words)}"


def _slim(resource: Any, shared: Shared) -> Any:
    """Return an object without its raw form, which nobody asks of its kind."""
    meta = resource.meta
    labels, annotations = shared.words(meta.labels), shared.words(meta.annotations)
    return replace(resource, meta=replace(meta, labels=labels, annotations=annotations, raw={}))


def _slim_pod(pod: Workload, shared: Shared) -> Workload:
    pod = _slim(pod, shared)
    meta = replace(pod.meta, owner=shared.value(pod.meta.owner))
    return replace(
        pod,
        meta=meta,
        labels=meta.labels,
        annotations=meta.annotations,
        containers=shared.value(pod.containers),
        init_containers=shared.value(pod.init_containers),
        template=None,
    )


class _PodPart(Struct, omit_defaults=True, rename="camel"):
    """A part of a pod; what is not named here is not even decoded."""


class _Owner(_PodPart):
    api_version: str = ""
    kind: str = ""
    name: str = ""
    controller: bool = False


class _PodHead(_PodPart):
    name: str = ""
    namespace: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    creation_timestamp: str = ""
    deletion_timestamp: str = ""
    owner_references: list[_Owner] = []

    def __post_init__(self) -> None:
        kept = (INJECT, CALLS_ANNOTATION, *ANNOTATIONS)
        self.annotations = {
            name: text for name, text in self.annotations.items() if name.startswith(kept)
        }


class _SourceName(_PodPart):
    name: str = ""
    key: str = ""


class _Elsewhere(_PodPart):
    config_map_key_ref: _SourceName | None = None
    secret_key_ref: _SourceName | None = None


class _Variable(_PodPart):
    name: str
    value: str | None = None
    value_from: _Elsewhere | None = None


class _WholeSource(_PodPart):
    prefix: str = ""
    config_map_ref: _SourceName | None = None
    secret_ref: _SourceName | None = None


class _PodPort(_PodPart):
    container_port: int
    name: str = ""


class _Container(_PodPart):
    name: str
    image: str = ""
    env: list[_Variable] = []
    env_from: list[_WholeSource] = []
    ports: list[_PodPort] = []
    command: list[str] = []
    args: list[str] = []
    readiness_probe: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        """Of a proxy it is enough that it is there, and what it runs as."""
        if self.name == PROXY_CONTAINER:
            self.image, self.env, self.env_from = "", [], []
            self.ports, self.command = [], []
            self.args = [one for one in self.args if one == ROUTER]
            self.readiness_probe = None


class _PodSpec(_PodPart):
    host_network: bool = False
    containers: list[_Container] = []
    init_containers: list[_Container] = []


class _Condition(_PodPart):
    type: str
    status: str


class _PodStatus(_PodPart):
    pod_ip: str = field(default="", name="podIP")
    conditions: list[_Condition] = []


class _Pod(_PodPart):
    metadata: _PodHead = field(default_factory=_PodHead)
    spec: _PodSpec = field(default_factory=_PodSpec)
    status: _PodStatus = field(default_factory=_PodStatus)


_PODS = json.Decoder(_Pod)
