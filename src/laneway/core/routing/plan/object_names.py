"""The names of the objects Laneway writes: the vendor's, made unambiguous.

`trafficlabel-vs-<group>-<namespace>-<service>` can mean two things (groups `t` and `t-a` in
namespace `a`), and a user's object may already have a name of ours. Whoever comes later in age
order then gets a short hash behind its name. Names are settled here, below the emitters, so that a
rule can tell the user of those that had to change.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.names import Host
from laneway.core.routing.plan.route_plan import Entry, RoutePlan

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


class ServiceNames:
    """Stems of service objects and names of carriers, each given once."""

    def __init__(self, mesh: Mesh, plan: RoutePlan) -> None:
        """Give every planned service its names."""
        self.taken = taken = set(_foreign(mesh))
        self.renamed: list[Renamed] = []
        self.stems: dict[Host, str] = {}
        self.carriers: dict[Host, str] = {}
        for host, planned in plan.lane_subsets.items():
            service = mesh.services[host]
            stem = plain_stem(planned.group, service)
            if not taken.isdisjoint(names := _names(stem)):
                wanted, plain = min(taken.intersection(names)), stem
                stem = f"{plain}-{short_hash(planned.group, host)}"
                given = wanted.removesuffix(plain) + stem
                self.renamed.append(Renamed(wanted, given, (planned.group,)))
                names = _names(stem)
            taken.update(names)
            self.stems[host] = stem
        self._name_carriers(mesh, plan)

    def _name_carriers(self, mesh: Mesh, plan: RoutePlan) -> None:
        """Name carriers: they stand in the service's namespace and leave it out of their names."""
        carried = {
            group.name
            for carrier in ("baggage", "trace id")
            for group, _ in mesh.traveling_by(carrier)
        }
        taken = {(thing.meta.namespace, thing.meta.name) for thing in mesh.carriers}
        for host, planned in plan.lane_subsets.items() if carried else ():
            if planned.group not in carried:
                continue
            service = mesh.services[host]
            wanted = name = CARRIER.format(planned.group, service.name)
            if (service.namespace, name) in taken:
                name = f"{wanted}-{short_hash(planned.group, host)}"
                self.renamed.append(Renamed(wanted, name, (planned.group,)))
            taken.add((service.namespace, name))
            self.carriers[host] = name


class ObjectNames:
    """Stems of service objects, names of carriers and of entries, each given once.

    `renamed` tells which plain names could not be given.
    """

    def __init__(self, mesh: Mesh, plan: RoutePlan, services: ServiceNames | None = None) -> None:
        """Give every planned service and entry its name; `services` were given before."""
        self.services = services or ServiceNames(mesh, plan)
        self.renamed = list(self.services.renamed)
        self._entries: dict[tuple[str, str], str] = {}
        taken: set[str] = set()
        for entry in plan.entries:
            name = _entry_name(entry)
            if name in taken or name in self.services.taken:
                wanted, name = name, f"{name}-{short_hash(entry.gateway, entry.host)}"
                self.renamed.append(Renamed(wanted, name, entry.groups))
            taken.add(name)
            self._entries[entry.gateway, entry.host] = name

    def stem(self, host: Host) -> str:
        """Return what the names of a service's objects have in common."""
        return self.services.stems[host]

    def carrier(self, host: Host) -> str:
        """Return the name of what carries lanes through a service of a permissive group."""
        return self.services.carriers[host]

    def entry(self, entry: Entry) -> str:
        """Return the name of an entry VirtualService: the gateway's, for the host `*`."""
        return self._entries[entry.gateway, entry.host]


def plain_stem(group: str, service: MeshService) -> str:
    """Return what the names of a service's objects have in common, if nobody took them."""
    return f"{group}-{service.namespace}-{service.name}"


def _names(stem: str) -> tuple[str, str]:
    return DESTINATION_RULE.format(stem), VIRTUAL_SERVICE.format(stem)


def _foreign(mesh: Mesh) -> Iterator[str]:
    yield from (thing.meta.name for thing in mesh.virtual_services)
    yield from (thing.meta.name for thing in mesh.destination_rules)


def _entry_name(entry: Entry) -> str:
    name = entry.gateway.partition("/")[2]
    if entry.host == "*":
        return name
    return f"{name}-{entry.host.replace('*', 'any').replace('.', '-').lower()}"


def short_hash(*words: str) -> str:
    """Return eight letters that stand for some words, to tell two names apart."""
    import hashlib  # noqa: PLC0415 - it loads OpenSSL, and few names are taken

    return hashlib.sha256("/".join(words).encode()).hexdigest()[:8]
