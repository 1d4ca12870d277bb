"""A model of the Kubernetes API server in memory, true in what an operator rests on.

Server-side apply by fields and who manages them, versions, uids, generations, the status apart from
the rest, watches that tell in order, deletion with preconditions, and a garbage collector that
deletes what all owners of are gone. A process that asks it may be killed at any call, before or
after the call has its effect. It has no namespaces to create and no schemas.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec

from laneway.adapters.kube import Conflict, Invalid, Kind, KubeError, NotFound, Unavailable

T = TypeVar("T")
Name = tuple[str, str, str]
"""A kind, a namespace and a name."""
Path = tuple[str, ...]
Body = dict[str, Any]

_ISTIO, _LANES = "networking.istio.io", "istio.alibabacloud.com"
KINDS = {
    (group, kind): Kind(group, "v1", kind, resource, is_namespaced=spaced)
    for group, kind, resource, spaced in (
        (_LANES, "ASMSwimLaneGroup", "asmswimlanegroups", False),
        (_LANES, "ASMSwimLane", "asmswimlanes", False),
        (_ISTIO, "VirtualService", "virtualservices", True),
        (_ISTIO, "DestinationRule", "destinationrules", True),
        (_ISTIO, "Gateway", "gateways", True),
        ("", "Service", "services", True),
        ("", "Pod", "pods", True),
        ("", "Event", "events", True),
        ("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", False),
    )
}
OPERATOR = "laneway"
VENDORS_STATUS = frozenset(
    {"status", "error", "validationMessage", "servicesInSwimLaneGroup", "conditions"}
)


class Killed(BaseException):
    """The process that asked is no more."""


class ModelApi:
    """The server. `calls` are those of the operator since it was last counted."""

    def __init__(self) -> None:
        self.objects: dict[Name, Body] = {}
        self.managed: dict[Name, dict[str, tuple[str, frozenset[Path]]]] = {}
        """The fields of each manager, and whether it applies or updates them."""
        self.merged: set[Name] = set()
        """Whose status the operator has updated, not applied."""
        self.version = 0
        self.history: list[tuple[str, Name, Body]] = []
        self.calls: list[str] = []
        self.kill_at: tuple[int, bool] | None = None
        """The number of a call, and whether it still has its effect."""
        self.killed = asyncio.Event()
        self.fail_at: tuple[int, bool] | None = None
        """The number of a call that gets no answer, and whether it still has its effect."""
        self.is_vendors = False
        """Whether its CRDs are the vendor's, which have a place for the vendor's fields alone."""
        self.answers_late = 0.0
        """Seconds after its effect until a call is answered: a watch may tell of it sooner."""
        self.wrote: Callable[[], None] = lambda: None
        self.refuse: Callable[[str, Body], KubeError | None] = lambda *_: None
        self._watchers: list[asyncio.Event] = []

    def copy(self) -> ModelApi:
        """Return a server with the same objects, whom nobody watches."""
        other = ModelApi()
        other.objects, other.managed = deepcopy(self.objects), deepcopy(self.managed)
        other.merged, other.version = set(self.merged), self.version
        return other

    # what users and others do

    def put(self, body: Body, manager: str = "kubectl", *, is_applied: bool = True) -> None:
        """Write an object as somebody else; fields that are not said go if they were theirs."""
        self.write(body, manager, "Apply" if is_applied else "Update", force=True)

    def remove(self, kind: str, name: str, namespace: str = "") -> None:
        """Delete an object, and what only it owned."""
        self._delete((kind, namespace, name))

    # what the operator asks

    async def kinds(self) -> Mapping[tuple[str, str], Kind]:
        return KINDS

    async def get(self, kind: Kind, namespace: str, name: str) -> bytes:
        found = await self._called(
            f"get {kind.kind} {name}", lambda: self._found(kind, namespace, name)
        )
        return msgspec.json.encode(found)

    async def apply(self, kind: Kind, body: Mapping[str, Any], *, subresource: str = "") -> bytes:
        said = f"apply {kind.kind} {body['metadata']['name']} {subresource}".strip()
        return await self._patched(said, body, subresource)

    async def take(self, kind: Kind, body: Mapping[str, Any], *, subresource: str = "") -> bytes:
        return await self._patched(f"apply {kind.kind} by force", body, subresource, force=True)

    async def merge(self, kind: Kind, body: Mapping[str, Any], *, subresource: str = "") -> bytes:
        status = {key: one for key, one in body["status"].items() if key in VENDORS_STATUS}
        said = f"merge {kind.kind} {body['metadata']['name']} {subresource}"
        return await self._patched(said, {**body, "status": status}, "merged")

    async def _patched(
        self, said: str, body: Mapping[str, Any], subresource: str = "", *, force: bool = False
    ) -> bytes:
        copied = msgspec.json.decode(msgspec.json.encode(body))
        return msgspec.json.encode(
            await self._called(said, lambda: self._applied(copied, subresource, force=force))
        )

    async def create(self, kind: Kind, body: Mapping[str, Any]) -> bytes:
        copied = msgspec.json.decode(msgspec.json.encode(body))
        said = f"create {kind.kind}"
        return msgspec.json.encode(
            await self._called(said, lambda: self.write(copied, OPERATOR, "Update", force=False))
        )

    async def delete(self, kind: Kind, namespace: str, name: str, *, uid: str = "") -> None:
        await self._called(
            f"delete {kind.kind} {name}", lambda: self._deleted(kind, namespace, name, uid)
        )

    def follow(self, kind: Kind, decode: Callable[[bytes], T | None]) -> ModelFollowed[T]:
        return ModelFollowed(self, kind, decode)

    async def _called(self, said: str, act: Callable[[], T]) -> T:
        """Carry out a call of the operator, unless it is killed there."""
        if self.killed.is_set():
            await asyncio.Event().wait()
        self.calls.append(said)
        dies = self.kill_at is not None and len(self.calls) == self.kill_at[0]
        if dies and self.kill_at and not self.kill_at[1]:
            await self._die()
        await asyncio.sleep(0.001)  # others are heard meanwhile
        is_lost = self.fail_at is not None and len(self.calls) == self.fail_at[0]
        if is_lost and self.fail_at and not self.fail_at[1]:
            raise Unavailable(said)
        result = act()
        if said.startswith(("apply", "delete")):
            self.wrote()
        if self.answers_late:
            await asyncio.sleep(self.answers_late)
        if dies:
            await self._die()
        if is_lost:
            raise Unavailable(said)
        if len(self.calls) % 2:
            await asyncio.sleep(0.005)  # a watch tells of some writes before they are answered
        return result

    async def _die(self) -> None:
        self.killed.set()
        await asyncio.Event().wait()

    def _found(self, kind: Kind, namespace: str, name: str) -> Body:
        found = self.objects.get((kind.kind, namespace, name))
        if found is None:
            raise NotFound(f"{kind.kind} {name}")
        return found

    def _applied(self, body: Body, subresource: str, *, force: bool) -> Body:
        if (refusal := self.refuse(OPERATOR, body)) is not None:
            raise refusal
        if subresource:
            unknown = body["status"].keys() - VENDORS_STATUS if self.is_vendors else frozenset()
            if unknown:
                raise Invalid(f"{sorted(unknown)}: field not declared in schema")
            name = name_of(body)
            if name not in self.objects:
                raise NotFound(str(name))
            if subresource == "merged":
                self.merged.add(name)
            elif name in self.merged and not force:
                raise Conflict("Apply failed with conflicts", (".status",), (OPERATOR,))
            else:
                self.merged.discard(name)
            return self._store(name, self.objects[name] | {"status": body["status"]})
        return self.write(body, OPERATOR, "Apply", force=force)

    def _deleted(self, kind: Kind, namespace: str, name: str, uid: str) -> None:
        key = (kind.kind, namespace, name)
        found = self.objects.get(key)
        if found is not None and uid not in ("", found["metadata"]["uid"]):
            raise Conflict(f"{key} is another")
        if found is not None:
            self._delete(key)

    # how it keeps objects

    def write(self, body: Body, manager: str, operation: str, *, force: bool) -> Body:
        """Merge a manager's fields into an object; raises Conflict over fields of others."""
        name = name_of(body)
        old = self.objects.get(name, {})
        fields = dict(leaves(body))
        owners = dict(self.managed.get(name, {}))
        others = {
            path: (who, how)
            for who, (how, paths) in owners.items()
            if who != manager
            for path in paths
        }
        known = dict(leaves(old))
        clashes = [path for path in fields if path in others and known.get(path) != fields[path]]
        if clashes and not force:
            raise conflict(clashes, others)
        _, before = owners.get(manager, ("", frozenset()))
        gone = {path for path in before if path not in fields and path not in others}
        for who, (how, paths) in owners.items():
            owners[who] = (how, paths - frozenset(clashes))
        owners[manager] = (operation, frozenset(fields))
        self.managed[name] = owners
        merged = {path: value for path, value in known.items() if path not in gone} | fields
        status = body.get("status") or old.get("status")
        return self._store(name, built(merged) | ({"status": status} if status else {}), manager)

    def _store(self, name: Name, body: Body, writer: str = "") -> Body:
        old = self.objects.get(name)
        head = dict(body.get("metadata", {}))
        if old is not None and _meant(old) == _meant(body):
            return old
        self.version += 1
        head["resourceVersion"] = str(self.version)
        head["uid"] = old["metadata"]["uid"] if old else f"uid-{self.version}"
        head["creationTimestamp"] = (
            old["metadata"]["creationTimestamp"] if old else _written_at(self.version)
        )
        changed = old is None or old.get("spec") != body.get("spec")
        generation = old["metadata"]["generation"] if old else 0
        head["generation"] = generation + 1 if changed else generation
        managers = self.managed.get(name, {})
        head["managedFields"] = [
            {"manager": who, "operation": how, "time": "9" if who == writer else "0"}
            for who, (how, _) in managers.items()
        ]
        stored = body | {"metadata": head}
        self.objects[name] = stored
        self._tell("ADDED" if old is None else "MODIFIED", name, stored)
        return stored

    def _delete(self, name: Name) -> None:
        found = self.objects.pop(name, None)
        self.managed.pop(name, None)
        if found is not None:
            self.version += 1
            self._tell("DELETED", name, found)
            self._collect()

    def _collect(self) -> None:
        """Delete what all owners of are gone, and drop owners that are gone of what stays."""
        there = {body["metadata"]["uid"] for body in self.objects.values()}
        for name, body in list(self.objects.items()):
            owners = body["metadata"].get("ownerReferences") or []
            kept = [one for one in owners if one["uid"] in there]
            if owners and not kept:
                self._delete(name)
            elif len(kept) < len(owners):
                self._store(name, body | {"metadata": body["metadata"] | {"ownerReferences": kept}})

    def _tell(self, what: str, name: Name, body: Body) -> None:
        self.history.append((what, name, body))
        for watcher in self._watchers:
            watcher.set()

    def watcher(self) -> asyncio.Event:
        """Return what is set whenever something is told."""
        found = asyncio.Event()
        self._watchers.append(found)
        return found

    def stop_watching(self, watcher: asyncio.Event) -> None:
        self._watchers.remove(watcher)


class ModelFollowed(Generic[T]):
    """One kind, as far as the watch has told of it."""

    def __init__(self, api: ModelApi, kind: Kind, decode: Callable[[bytes], T | None]) -> None:
        self._api = api
        self._kind = kind.kind
        self._decode = decode
        self.objects: dict[tuple[str, str], T] = {}
        self.is_synced = False
        self.problem: KubeError | None = None

    async def run(self, changed: Callable[[], None]) -> None:
        """Read all there is, then follow what is told, in order."""
        watcher = self._api.watcher()
        try:
            at = len(self._api.history)
            for (kind, *place), body in self._api.objects.items():
                if kind == self._kind:
                    self._take((place[0], place[1]), body)
            self.is_synced = True
            changed()
            while True:
                await watcher.wait()
                watcher.clear()
                await asyncio.sleep(0.002)  # what a watch tells is always a little late
                told = [one for one in self._api.history[at:] if one[1][0] == self._kind]
                at = len(self._api.history)
                for what, (_, *place), body in told:
                    key = (place[0], place[1])
                    if what == "DELETED":
                        self.objects.pop(key, None)
                    else:
                        self._take(key, body)
                if told:
                    changed()
        finally:
            self._api.stop_watching(watcher)

    def _take(self, key: tuple[str, str], body: Body) -> None:
        found = self._decode(msgspec.json.encode(body))
        if found is not None:
            self.objects[key] = found


def conflict(clashes: list[Path], others: Mapping[Path, tuple[str, str]]) -> Conflict:
    """Return what a server says of fields that others hold."""
    holders = [others[path] for path in clashes]
    return Conflict(
        "Apply failed with conflicts",
        tuple("." + ".".join(path) for path in clashes),
        tuple(sorted({who for who, _ in holders})),
        is_applied=any(how == "Apply" for _, how in holders),
    )


def name_of(body: Body) -> Name:
    """Return where an object lies."""
    head = body["metadata"]
    return body["kind"], head.get("namespace", ""), head["name"]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the fields of an object: lists are atomic, but for the owners, each by its uid."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            if (*path, key) not in _SERVERS:
                yield from leaves(one, (*path, key))
    elif path == ("metadata", "ownerReferences"):
        yield from (((*path, one["uid"]), one) for one in value)
    elif path:
        yield path, value


_SERVERS = frozenset(
    ("metadata", key)
    for key in ("resourceVersion", "uid", "creationTimestamp", "generation", "managedFields")
) | {("status",)}


def built(fields: Mapping[Path, Any]) -> Body:
    """Return an object of its fields."""
    found: Body = {}
    owners = []
    for path, value in fields.items():
        if path[:2] == ("metadata", "ownerReferences"):
            owners.append(value)
            continue
        into = found
        for key in path[:-1]:
            into = into.setdefault(key, {})
        into[path[-1]] = value
    if owners:
        found["metadata"]["ownerReferences"] = sorted(owners, key=lambda one: one["uid"])
    return found


def _written_at(version: int) -> str:
    """Return when a version was written: one a second, from the first of the year on."""
    return f"{datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=version):%Y-%m-%dT%H:%M:%SZ}"


def _meant(body: Body) -> Body:
    head = {key: one for key, one in body["metadata"].items() if ("metadata", key) not in _SERVERS}
    return body | {"metadata": head}
