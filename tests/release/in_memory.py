"""A cluster in memory, as a release sees it: objects with versions, and a record beside them.

Whoever asks it may be killed at any call, before or after the call has its effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from msgspec import json

from laneway.adapters.kube import Conflict, Unavailable
from laneway.core.release.applying import ClusterRecord, read_record

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
Body = dict[str, Any]


class Killed(BaseException):
    """The process that asked is no more."""


class ClusterInMemory:
    """Both a cluster and the place of the record."""

    def __init__(self, bodies: Sequence[Body]) -> None:
        self.objects = [deepcopy(one) for one in bodies]
        for one in self.objects:
            one["metadata"]["resourceVersion"] = "1"
        self.record: bytes = b"null"
        self.version = 1
        self.calls = 0
        self.kill_at: tuple[int, bool] | None = None
        """The number of a call, and whether it still has its effect."""
        self.fail_at = 0
        """The number of a call that gets no answer, and has no effect."""
        self.edited_by: dict[str, str] = {}
        """By name of an object who edited its weights once."""
        self.applied_by: dict[str, str] = {}
        """By name of an object who applies its weights again and again."""
        self.sums: list[int] = []
        """What the weights add up to after each write."""

    def bodies(self, *, workloads: bool = False) -> Sequence[Body]:
        assert not workloads
        return deepcopy(self.objects)

    def apply(self, body: Mapping[str, Any], *, force: bool = False, dry_run: bool = False) -> None:
        metadata = body["metadata"]
        found = next(one for one in self.objects if _name(one) == _name(body))
        if metadata.get("resourceVersion", "") not in ("", found["metadata"]["resourceVersion"]):
            raise Conflict("it is another by now")
        name = metadata["name"]
        if other := self.applied_by.get(name):
            raise Conflict("applied", (".spec",), (other,), is_applied=True)
        if name in self.edited_by and not force:
            raise Conflict("edited", (".spec",), (self.edited_by[name],))
        if not dry_run:
            with self._call():
                _merge(found["spec"], body["spec"])
                self._changed(found)

    def read(self) -> tuple[str, ClusterRecord | None]:
        return str(self.version), read_record(json.decode(self.record))

    def write(self, record: ClusterRecord, version: str) -> str:
        if version != str(self.version):
            raise Conflict("it is another by now")
        with self._call():
            self.record = json.encode(record.as_value())
            self.version += 1
        return str(self.version)

    def edit(self, weights: Sequence[int]) -> None:
        """Move the weights by hand."""
        for part, weight in zip(self.parts, weights, strict=True):
            part["weight"] = weight

    @property
    def parts(self) -> list[Body]:
        """The mappings that have the weights: of lanes, where these have some, or of the route."""
        specs = [one["spec"] for one in self._of("ASMSwimLane")]
        of_lanes = [one["ingressWeight"] for one in specs if "ingressWeight" in one]
        return of_lanes or _route(self.objects)

    @property
    def weights(self) -> list[int]:
        return [one["weight"] for one in self.parts]

    def _of(self, kind: str) -> list[Body]:
        return [one for one in self.objects if one["kind"] == kind]

    def _changed(self, body: Body) -> None:
        metadata = body["metadata"]
        metadata["resourceVersion"] = str(int(metadata["resourceVersion"]) + 1)
        self.sums.append(sum(self.weights))

    def _call(self) -> _Call:
        self.calls += 1
        if self.calls == self.fail_at:
            raise Unavailable("no answer")
        return _Call(self.kill_at is not None and self.calls == self.kill_at[0], self.kill_at)


class _Call:
    def __init__(self, dies: bool, at: tuple[int, bool] | None) -> None:  # noqa: FBT001
        self._dies, self._has_effect = dies, bool(at and at[1])

    def __enter__(self) -> None:
        if self._dies and not self._has_effect:
            raise Killed

    def __exit__(self, *_: object) -> None:
        if self._dies:
            raise Killed


def routed() -> ClusterInMemory:
    """A cluster whose weights are in a route: v1 and v2 have 50 each, v3 has none."""
    bodies = list(_example())
    route = _route(bodies)
    third = deepcopy(route[1])
    third["destination"]["subset"], third["weight"] = "v3", 0
    route.append(third)
    return ClusterInMemory([*bodies, _lane(bodies, "v3")])


def weighted() -> ClusterInMemory:
    """A cluster whose lanes have the weights themselves."""
    bodies = [one for one in routed().objects if one["kind"] != "VirtualService"]
    for one in bodies:
        if one["kind"] == "ASMSwimLaneGroup":
            one["spec"]["ingress"]["ingressRouting"] = {
                "ingressRoutingStrategy": "weighted",
                "weightedRoutingRule": {"hosts": ["*"]},
            }
        if one["kind"] == "ASMSwimLane":
            host = "mocka.default.svc.cluster.local"
            weight = {"v1": 50, "v2": 50, "v3": 0}[one["metadata"]["name"]]
            one["spec"]["ingressWeight"] = {"weight": weight, "destination": {"host": host}}
    return ClusterInMemory(bodies)


def _lane(bodies: Sequence[Body], name: str) -> Body:
    lane = deepcopy(next(one for one in bodies if one["kind"] == "ASMSwimLane"))
    lane["metadata"]["name"], lane["spec"]["labelSelector"] = name, {"version": name}
    return lane


def _route(bodies: Sequence[Body]) -> list[Body]:
    [one] = [one for one in bodies if one["kind"] == "VirtualService"]
    found: list[Body] = one["spec"]["http"][0]["route"]
    return found


def _example() -> Iterator[Body]:
    for path in sorted(EXAMPLE.glob("*.yaml")):
        yield from (one for one in yaml.safe_load_all(path.read_text()) if one)


def _name(body: Mapping[str, Any]) -> tuple[str, str]:
    return body["kind"], body["metadata"]["name"]


def _merge(into: Body, fields: Mapping[str, Any]) -> None:
    for key, value in fields.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = deepcopy(value)
