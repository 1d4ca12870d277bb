"""In which order objects have to be made, so that Istio takes them in the order of a plan.

Comes in: Istio's objects, the oldest first. Goes out: after which of them the clock has to reach
its next second. The API server dates objects by whole seconds, and of two that are equally old
Istio takes the one whose name comes first. Objects that never meet may have any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from tests.laws.objects import Object


def waits(oldest_first: Sequence[Object]) -> Iterator[bool]:
    """Yield for each object whether it must be of a later second than the one before it."""
    together: list[Object] = []
    for item in oldest_first:
        late = any(_meet(item, other) and _name(item) < _name(other) for other in together)
        together = [item] if late else [*together, item]
        yield late


def _name(item: Object) -> tuple[str, str]:
    return item["metadata"]["name"], item["metadata"]["namespace"]


def _meet(one: Object, other: Object) -> bool:
    """Whether it can matter to Istio which of two is the older."""
    if one["kind"] != other["kind"]:
        return False
    match one["kind"]:
        case "DestinationRule":
            return _place(one) == _place(other) and one["spec"]["host"] == other["spec"]["host"]
        case "VirtualService":
            hosts = product(_hosts(one), _hosts(other))
            return _at_one_door(one, other) and any(_covers(*pair) for pair in hosts)
        case "Gateway":
            return bool(one["spec"]["selector"] == other["spec"]["selector"])
        case _:
            return _place(one) == _place(other)


def _place(item: Object) -> str:
    place: str = item["metadata"]["namespace"]
    return place


def _at_one_door(one: Object, other: Object) -> bool:
    """Whether both speak in the mesh, or both at gateways; two gateways may be of one proxy."""
    here, there = (item["spec"].get("gateways", ["mesh"]) for item in (one, other))
    both_inside = "mesh" in here and "mesh" in there
    return both_inside or bool({*here} - {"mesh"} and {*there} - {"mesh"})


def _hosts(item: Object) -> list[str]:
    """Return the hosts of a VirtualService; one without any is another's part and has no age."""
    domain = f"{_place(item)}.svc.cluster.local"
    hosts = item["spec"].get("hosts", ())
    return [host if "." in host or host == "*" else f"{host}.{domain}" for host in hosts]


def _covers(one: str, other: str) -> bool:
    """Whether one of two hosts is the other, or a wildcard of it."""
    wide, narrow = sorted((one, other), key=len)
    return one == other or (wide.startswith("*") and narrow.endswith(wide[1:]))
