"""Routes of a VirtualService while old and new lanes live side by side.

Comes in: an old and a new VirtualService of the same hosts. Goes out: the routes of both in one
list, so that requests of lanes that go still find their old route and requests of lanes that come
already find their new one. A lane that has a route by what requests carry in one of them, and is
one of several by another route there, has it in both meanwhile. It also renames subsets in routes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from laneway.core.changes.covering import Covering, Route, is_carried
from laneway.core.changes.subsets import Names
from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.names import resolve_host

_SECTIONS = ("http", "tls", "tcp")


def is_entry(virtual_service: Manifest) -> bool:
    """Whether it speaks at gateways only. Without gateways it speaks in the mesh."""
    gateways = virtual_service.body["spec"].get("gateways") or ["mesh"]
    return "mesh" not in gateways


def hosts_of(virtual_service: Manifest) -> tuple[str, ...]:
    """Return the hosts a VirtualService speaks of."""
    return tuple(virtual_service.body["spec"].get("hosts") or ())


Routes = Mapping[str, Sequence[Route]]
"""Routes by section of the spec."""


def merged(old: Manifest, new: Manifest, covering: Covering) -> Routes:
    """Return the routes of both; where both match, the old one speaks."""
    before, after = old.body["spec"], new.body["spec"]
    found = {
        section: _side_by_side(before.get(section) or (), after.get(section) or (), covering)
        for section in _SECTIONS
    }
    return {section: routes for section, routes in found.items() if routes}


def switched(routes: Routes, new: Manifest, covering: Covering) -> Routes:
    """Return the same routes; where `new` has the same match, or one that covers it, it speaks."""
    spec = new.body["spec"]
    return {
        section: _switched(own, spec.get(section) or (), covering)
        for section, own in routes.items()
    }


def with_routes(virtual_service: Manifest, routes: Routes) -> Manifest:
    """Return the VirtualService with other routes; the same one if they are its own."""
    spec = virtual_service.body["spec"]
    if all(spec.get(section) == found for section, found in routes.items()):
        return virtual_service
    return Manifest(virtual_service.ref, {**virtual_service.body, "spec": {**spec, **routes}})


def renamed(virtual_service: Manifest, names: Names) -> Manifest:
    """Return the VirtualService with subsets renamed; the same one if it names none of them."""
    body = virtual_service.body
    spec = _renamed(body["spec"], names, virtual_service.ref.namespace) if names else body["spec"]
    if spec is body["spec"]:
        return virtual_service
    return Manifest(virtual_service.ref, {**body, "spec": spec})


def _side_by_side(old: Sequence[Route], new: Sequence[Route], covering: Covering) -> list[Route]:
    """Return the routes of both: those by what a request carries stay before those by who calls.

    Otherwise an old caller's route would take, and write anew, a request of a new lane.
    """
    found: list[Route] = []
    for by in (True, False):
        before = [one for one in old if is_carried(one) == by]
        after = [one for one in new if is_carried(one) == by]
        found += _merged(before, after, covering)
    return found


def _merged(old: Sequence[Route], new: Sequence[Route], covering: Covering) -> list[Route]:
    """Put every new route whose match `old` lacks before the route it shall stand before.

    The last route matches anyone, so nothing may come to stand behind it.
    """
    known = {_match(route) for route in old}
    before: dict[str, list[Route]] = {}
    waiting: list[Route] = []
    for route in new:
        key = _match(route)
        if key in known:
            before.setdefault(key, []).extend(waiting)
            waiting = []
        else:
            waiting.append(covering.acting(route, old))
    found: list[Route] = []
    for route in old:
        found += [*before.pop(_match(route), ()), route]
    ends_with_anyone = bool(found) and not found[-1].get("match")
    found = [*found[:-1], *waiting, found[-1]] if ends_with_anyone else [*found, *waiting]
    theirs = {_match(route) for route in new}
    gone = [one for one in found if _match(one) not in theirs]
    come = [one for one in found if _match(one) not in known]
    turned = _switched(found, new, covering)
    ways = [_deciding(found, turned, one, covering) for one in ([*gone, *come], [*come, *gone])]
    return next((one for one in ways if one in (list(new), list(old))), ways[0])


def _deciding(
    now: Sequence[Route], turned: Sequence[Route], doubted: Sequence[Route], covering: Covering
) -> list[Route]:
    """Return the routes without those that decide nothing, neither now nor when they are turned.

    What is left is mostly what is there or what it shall be, so that one write is enough.
    """
    both = list(zip(now, turned, strict=True))
    for route in doubted:
        at = next(place for place, (one, _) in enumerate(both) if one is route)
        sides = zip(*both, strict=True)
        if all(covering.is_idle(one[at], one[:at], one[at + 1 :]) for one in sides):
            del both[at]
    return [one for one, _ in both]


def _switched(own: Sequence[Route], new: Sequence[Route], covering: Covering) -> list[Route]:
    by_match = {_match(route): route for route in new}
    return [by_match.get(_match(route)) or covering.acting(route, new) for route in own]


def _match(route: Route) -> str:
    return repr(route.get("match"))


def _renamed(value: Any, names: Names, namespace: str) -> Any:
    if isinstance(value, dict):
        found = {key: _renamed(inner, names, namespace) for key, inner in value.items()}
        host, subset = value.get("host"), value.get("subset")
        if isinstance(host, str) and isinstance(subset, str):
            found["subset"] = names.get((resolve_host(host, namespace), subset), subset)
        return value if all(found[key] is inner for key, inner in value.items()) else found
    if isinstance(value, list):
        items = [_renamed(inner, names, namespace) for inner in value]
        return value if all(map(_same, items, value)) else items
    return value


def _same(one: Any, other: Any) -> bool:
    return one is other
