"""What a group's patches add to the routes and to the policy of each of its services.

Comes in: the four raw patches of a group. Goes out: one Patch per service, and what of them is
left out with its reason. A patch is a JSON merge patch: the group's default first, then the
service's own, whose `null` takes away. Only what does not decide where a request goes may be
patched, and never the headers in which a request carries its lane.
https://www.rfc-editor.org/rfc/rfc7386
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.findings.place import Step
from laneway.core.mesh.names import Host, service_host
from laneway.core.mesh.propagation import BAGGAGE, Propagation
from laneway.core.resources.istio.policy_fit import unfit
from laneway.core.resources.istio.policy_shapes import ROUTE, TRAFFIC
from laneway.core.resources.istio.read_header_edits import is_editable, value_flaw
from laneway.core.resources.istio.shapes import Each, Keyed, Shape, misfits, text
from laneway.core.resources.lanes.swim_lanes import LaneGroup
from laneway.core.resources.yaml.nearness import nearest
from laneway.core.resources.yaml.spelling import as_text, spell

Raw = Mapping[str, Any]
Path = tuple[Step, ...]

_EDITS: Shape = {"set": Keyed(text), "add": Keyed(text), "remove": Each(text)}
_HEADERS: Shape = {"request": _EDITS, "response": _EDITS}
_DECIDING = frozenset(
    {
        *("match", "route", "redirect", "directResponse", "delegate", "rewrite", "name"),
        *("mirror", "mirrors", "mirrorPercent", "mirror_percent", "mirrorPercentage", "tunnel"),
    }
)
_SPELLINGS = {"cors": "corsPolicy"}


class Patch(Struct, frozen=True):
    """What is added to each mesh route of a service, and to its trafficPolicy; without nulls.

    `route` holds fields of Istio's HTTPRoute, `headers` its `headers` block, names in lower case.
    """

    route: Raw = {}
    headers: Raw = {}
    traffic_policy: Raw = {}


NO_PATCH = Patch()


class LeftOut(Struct, frozen=True):
    """A part of a patch that is not applied: where it stands in the group's spec, and why."""

    patch: str
    part: str
    path: Path
    why: str


class Patches(Struct, frozen=True):
    """The patches of a group: by service, and `default` for all others."""

    by_host: Mapping[Host, Patch] = {}
    default: Patch = NO_PATCH
    left_out: tuple[LeftOut, ...] = ()

    def of(self, host: Host) -> Patch:
        """Return what is added at a service."""
        return self.by_host.get(host, self.default)


NO_PATCHES = Patches()


class _Layer(Struct, frozen=True):
    """One patch as written: its path in the group's spec, and those parts that may be applied."""

    path: Path
    parts: Raw


class _Layers(Struct, frozen=True):
    """The patches that hold for a service, the group's default first."""

    route: tuple[_Layer, ...] = ()
    traffic: tuple[_Layer, ...] = ()


def patches_of(group: LaneGroup, propagation: Propagation | None) -> Patches:
    """Return what a group's patches add, service by service.

    `propagation` names the headers that no patch may touch; strict lanes have none.
    """
    left: dict[LeftOut, None] = {}
    reserved = {BAGGAGE, propagation.route_header, propagation.trace_header} if propagation else ()
    reading = _Reading(frozenset(reserved), left)
    default = _Layers(
        reading.layer(group.default_http_route_patch, ("defaultHttpRoutePatch",), ROUTE),
        reading.layer(group.default_traffic_policy_patch, ("defaultTrafficPolicyPatch",), TRAFFIC),
    )
    layers: dict[Host, _Layers] = {}
    for service in group.services:
        at = ("services", service.index)
        route = reading.layer(service.http_route_patch, (*at, "httpRoutePatch"), ROUTE)
        traffic = reading.layer(service.traffic_policy_patch, (*at, "trafficPolicyPatch"), TRAFFIC)
        if route or traffic:
            host = service_host(service.name, service.namespace)
            before = layers.get(host, default)
            layers[host] = _Layers(before.route + route, before.traffic + traffic)
    if not layers and default == _Layers() and not left:
        return NO_PATCHES
    by_host = {host: reading.patch(both) for host, both in layers.items()}
    return Patches(by_host, reading.patch(default), tuple(left))


def merged(target: Any, patch: Any) -> Any:
    """Return a JSON value with a merge patch applied.

    >>> merged({"a": {"b": 1, "c": 2}}, {"a": {"b": None, "d": 3}})
    {'a': {'c': 2, 'd': 3}}
    """
    if not isinstance(patch, Mapping):
        return patch
    found = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found


class _Reading(Struct, frozen=True):
    """Reads patches; what is left out is gathered in `left`, each once."""

    reserved: frozenset[str]
    left: dict[LeftOut, None]

    def layer(self, raw: Raw | None, path: Path, shapes: Mapping[str, Shape]) -> tuple[_Layer, ...]:
        """Return a patch with the parts that may be applied; none where nothing is written."""
        if not raw:
            return ()
        parts: dict[str, Any] = {}
        for key, value in raw.items():
            written = as_text(key)
            name = _SPELLINGS.get(written, written) if shapes is ROUTE else written
            where = (*path, written)
            if name == "headers" and shapes is ROUTE:
                parts[name] = self._headers(value, where)
            elif why := _not_patched(name, shapes):
                self._leave(path, written, where, why)
            elif found := list(misfits(value, shapes[name], where)):
                for at, flaw in found:
                    self._leave(path, written, at, f"{spell(at[len(path) :])} {flaw}")
            else:
                parts[name] = value
        return (_Layer(path, parts),)

    def patch(self, layers: _Layers) -> Patch:
        """Return what the patches of a service come to."""
        route = self._merged(layers.route)
        headers = route.pop("headers", {})
        return Patch(route, headers, self._merged(layers.traffic))

    def _merged(self, layers: tuple[_Layer, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for layer in layers:
            found = merged(found, layer.parts)
        found = _without_empty(found)
        for name in [name for name, value in found.items() if unfit(name, value)]:
            layer = next(layer for layer in reversed(layers) if layer.parts.get(name) is not None)
            self._leave(layer.path, name, (*layer.path, name), unfit(name, found.pop(name)))
        return found

    def _headers(self, raw: Any, path: Path) -> Any:
        """Return a `headers` block without the edits that may not be made."""
        flaws = list(misfits(raw, _HEADERS, path))
        for at, flaw in flaws:
            self._leave(path[:-1], "headers", at, f"{spell(at[len(path) - 1 :])} {flaw}")
        if flaws or not isinstance(raw, Mapping):
            return None if raw is None else {}
        return {
            side: edits and self._edits(edits, (*path, side), authority=side == "request")
            for side, edits in raw.items()
        }

    def _edits(self, raw: Raw, path: Path, *, authority: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for action, written in raw.items():
            at = (*path, action)
            if action == "remove":
                kept = self._kept(enumerate(written or ()), at, authority=False)
                found[action] = [name for name, _ in kept] if written is not None else None
            else:
                kept = self._kept(_by_name(written or {}), at, authority=authority)
                found[action] = dict(kept) if written is not None else None
        return found

    def _kept(self, edits: Any, path: Path, *, authority: bool) -> Iterator[tuple[str, Any]]:
        """Yield the edits of headers that may be made, by name in lower case."""
        for key, value in edits:
            name = value if isinstance(key, int) else key
            where = (*path, key)
            flaw = None if isinstance(key, int) or value is None else value_flaw(value)
            if name.lower() in self.reserved:
                why = f"{name} carries the lane of a request"
            elif not is_editable(name, authority=authority):
                why = f"{name!r} is no name of a header that may be edited"
            elif flaw:
                why = f"the value of {name} {flaw[0]}"
            else:
                yield name.lower(), value
                continue
            self._leave(path[:-3], spell(where[len(path) - 3 :]), where, why)

    def _leave(self, patch: Path, part: str, path: Path, why: str) -> None:
        self.left[LeftOut(str(patch[-1]), part, path, why)] = None


def _by_name(raw: Raw) -> Iterator[tuple[str, Any]]:
    yield from ((as_text(key), value) for key, value in raw.items())


def _not_patched(name: str, shapes: Mapping[str, Shape]) -> str:
    if name in shapes:
        return ""
    if name in _DECIDING:
        return "lanes decide where requests go"
    near = nearest(name, [*shapes, *(["headers"] if shapes is ROUTE else [])])
    return f"no such field can be patched{f'; did you mean {near}?' if near else ''}"


def _without_empty(value: Any) -> Any:
    """Return a value without empty mappings, which would say nothing, and without nulls."""
    if isinstance(value, Mapping):
        cleaned = {key: _without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in cleaned.items() if inner not in (None, {}, [])}
    if isinstance(value, list):
        return [_without_empty(inner) for inner in value]
    return value
