"""What lanes promise a request, before any route is looked at.

Comes in: the mesh's groups. Goes out: promises in order, of which the first that is for a request
counts. In the mesh a request's lane is told by what it carries, else by who calls, else it is the
baseline; a strict group looks at the caller alone, and callers in no lane follow its last route. At
a gateway a request is of the lane whose entry rule admits it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.membership import lane_of_others, lanes_of
from laneway.core.mesh.mesh import Caller, Group, Mesh, Protocol
from laneway.core.mesh.names import Host, LaneName
from laneway.core.proof.verdict import Want
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import Forward, Rule
from laneway.core.routing.plan.stamps import conditions
from laneway.core.search.conditions import ALWAYS, Conditions, conditions_of


class Promise(Struct, frozen=True):
    """For requests that meet `when`: any of `wants` keeps it. `by` names who admits a request."""

    when: Conditions
    wants: tuple[Want, ...]
    by: Rule | None = None


def mesh_promises(group: Group, host: Host, protocol: Protocol, caller: Caller) -> list[Promise]:
    """Return what a group promises the requests of a caller to a service of its own."""
    found = []
    if group.propagation is not None and protocol == "http":
        found = list(_carried(group, host))
    worn = lanes_of(group, caller.labels)
    wants = tuple(want(group, lane.name, host) for lane in worn)
    usual = replace(want(group, lane_of_others(group), host), by_default=True)
    found.append(Promise(ALWAYS, wants or (usual,)))
    return found


def _carried(group: Group, host: Host) -> Iterator[Promise]:
    """Yield the promises by what a request carries, the stronger sign for all lanes first."""
    signs = [(lane.name, conditions(group.propagation, lane.name)) for lane in group.lanes]
    for place in range(len(signs[0][1]) if signs else 0):
        for lane, carried in signs:
            wants = (want(group, lane, host),)
            yield from (Promise(conditions_of(match), wants) for match in carried[place][1])


def want(group: Group, lane: LaneName, host: Host) -> Want:
    """Return what a request of a lane is to meet at a service."""
    return Want(lane, group.resolve(lane, host), host, group.name)


class Askers(Struct, frozen=True):
    """The groups behind entry rules, by the lane or group that wrote a rule."""

    groups: Mapping[Ref, Group]

    @classmethod
    def of(cls, mesh: Mesh) -> Askers:
        """Return the groups of a mesh by all that may write an entry rule for them."""
        found = {group.group.meta.ref: group for group in mesh.groups}
        found |= {lane.lane.meta.ref: group for group in mesh.groups for lane in group.lanes}
        return cls(found)

    def promise(self, rule: Rule) -> Promise:
        """Return what an entry rule promises, before lanes are stamped."""
        group = self.groups[rule.origin.ref]
        shares = rule.action.shares if isinstance(rule.action, Forward) else ()
        wants = tuple(want(group, LaneName(share.lane), share.destination.host) for share in shares)
        when = conditions_of(rule.matches[0]) if rule.matches else ALWAYS
        return Promise(when, wants, rule)
