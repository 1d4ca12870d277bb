"""The names of the objects Laneway writes: the vendor's, made unambiguous.

`trafficlabel-vs-<group>-<namespace>-<service>` can mean two things (groups `t` and `t-a` in
namespace `a`), and a user's object may already have a name of ours. Whoever comes later in age
order then gets a short hash behind its name. Names are settled here, below the emitters, so that a
rule can tell the user of those that had to change.
"""

from __future__ import annotations

from laneway.core.mesh.names import Host
from laneway.core.routing.plan.route_plan import Entry, RoutePlan
from laneway.core.routing.plan.service_names import Renamed, short_hash


class ObjectNames:
    """Stems of service objects, names of carriers and of entries, each given once.

    `renamed` tells which plain names could not be given.
    """

    def __init__(self, plan: RoutePlan) -> None:
        """Give every entry its name; services have theirs from the plan."""
        self._services = plan.names
        self.renamed = list(plan.names.renamed)
        self._entries: dict[tuple[str, str], str] = {}
        taken: set[str] = set()
        for entry in plan.entries:
            name = _entry_name(entry)
            if name in taken or name in plan.names.taken:
                wanted, name = name, f"{name}-{short_hash(entry.gateway, entry.host)}"
                self.renamed.append(Renamed(wanted, name, entry.groups))
            taken.add(name)
            self._entries[entry.gateway, entry.host] = name

    def stem(self, host: Host) -> str:
        """Return what the names of a service's objects have in common."""
        return self._services.stems[host]

    def carrier(self, host: Host) -> str:
        """Return the name of what carries lanes through a service of a permissive group."""
        return self._services.carriers[host]

    def entry(self, entry: Entry) -> str:
        """Return the name of an entry VirtualService: the gateway's, for the host `*`."""
        return self._entries[entry.gateway, entry.host]


def _entry_name(entry: Entry) -> str:
    name = entry.gateway.partition("/")[2]
    if entry.host == "*":
        return name
    return f"{name}-{entry.host.replace('*', 'any').replace('.', '-').lower()}"
