"""The names of services' objects, each given once: the vendor's, made unambiguous.

Comes in: a Mesh, and the services that lanes have subsets of. Goes out: a stem for each service,
and the name of what carries lanes through it. They are part of the plan, since an edit of what
lanes ask of gateways leaves them as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.names import Host
from laneway.core.routing.plan.lane_subsets import LaneSubsets

DESTINATION_RULE = "trafficlabel-dr-{}"
VIRTUAL_SERVICE = "trafficlabel-vs-{}"
"""The names of a service's objects, around its stem."""
CARRIER = "asm-swimlane-{}-{}"
"""The name of what carries a permissive group through a service, in the vendor's layout."""


class Renamed(Struct, frozen=True):
    """A plain name that was taken, the name given instead, and the groups it is given for."""

    wanted: str
    given: str
    groups: tuple[str, ...]


class ServiceNames(Struct, frozen=True):
    """Stems of service objects and names of carriers; `taken` are names that are given."""

    taken: frozenset[str] = frozenset()
    renamed: tuple[Renamed, ...] = ()
    stems: Mapping[Host, str] = {}
    carriers: Mapping[Host, str] = {}


def service_names(mesh: Mesh, planned: Mapping[Host, LaneSubsets]) -> ServiceNames:
    """Give every planned service its names."""
    taken = set(_foreign(mesh))
    renamed: list[Renamed] = []
    stems: dict[Host, str] = {}
    for host, subsets in planned.items():
        stem = plain_stem(subsets.group, mesh.services[host])
        if not taken.isdisjoint(names := _names(stem)):
            wanted, plain = min(taken.intersection(names)), stem
            stem = f"{plain}-{short_hash(subsets.group, host)}"
            given = wanted.removesuffix(plain) + stem
            renamed.append(Renamed(wanted, given, (subsets.group,)))
            names = _names(stem)
        taken.update(names)
        stems[host] = stem
    carriers = _carriers(mesh, planned, renamed)
    return ServiceNames(frozenset(taken), tuple(renamed), stems, carriers)


def _carriers(
    mesh: Mesh, planned: Mapping[Host, LaneSubsets], renamed: list[Renamed]
) -> Mapping[Host, str]:
    """Name carriers: they stand in the service's namespace and leave it out of their names."""
    carried = {group.name for group, _ in mesh.traveling_by("baggage", "trace id")}
    taken = {(thing.meta.namespace, thing.meta.name) for thing in mesh.carriers}
    found: dict[Host, str] = {}
    for host, subsets in planned.items() if carried else ():
        if subsets.group not in carried:
            continue
        service = mesh.services[host]
        wanted = name = CARRIER.format(subsets.group, service.name)
        if (service.namespace, name) in taken:
            name = f"{wanted}-{short_hash(subsets.group, host)}"
            renamed.append(Renamed(wanted, name, (subsets.group,)))
        taken.add((service.namespace, name))
        found[host] = name
    return found


def plain_stem(group: str, service: MeshService) -> str:
    """Return what the names of a service's objects have in common, if nobody took them."""
    return f"{group}-{service.namespace}-{service.name}"


def short_hash(*words: str) -> str:
    """Return eight letters that stand for some words, to tell two names apart."""
    import hashlib  # noqa: PLC0415 - it loads OpenSSL, and few names are taken

    return hashlib.sha256("/".join(words).encode()).hexdigest()[:8]


def _names(stem: str) -> tuple[str, str]:
    return DESTINATION_RULE.format(stem), VIRTUAL_SERVICE.format(stem)


def _foreign(mesh: Mesh) -> Iterator[str]:
    yield from (thing.meta.name for thing in mesh.virtual_services)
    yield from (thing.meta.name for thing in mesh.destination_rules)
