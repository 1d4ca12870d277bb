"""Where a destination leads, in the words promises are made in, and whether that keeps one.

Comes in: a destination as callers of a namespace see it. Goes out: the lanes of the pods behind it.
Where the input holds no workload of a service its pods are unknown: then the labels of the subset
say which lanes they must be in.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from laneway.core.mesh.behind import all_closed
from laneway.core.mesh.members import is_present, meets
from laneway.core.mesh.membership import names_of_lanes, owner, ready_pods_of_lane
from laneway.core.mesh.mesh import Group, Mesh, MeshService
from laneway.core.mesh.visibility import SidecarScope
from laneway.core.proof.verdict import Property, Want
from laneway.core.resources.matching import Labels
from laneway.core.routing.ask.walk import Sight, hidden_by, is_known, pods_of, subset_labels
from laneway.core.routing.plan.route_plan import Destination, RoutePlan

Breach = tuple[Property, str]


class Landing(Struct, frozen=True):
    """The pods behind a destination.

    `flaw` says why nobody can answer whatever pods there are, empty where somebody could.
    `lane_sets` holds the lanes of each pod, and `pods` their names; of unknown pods the lanes they
    must be in.
    """

    destination: Destination
    flaw: str
    known: bool
    lane_sets: frozenset[frozenset[str]]
    pods: tuple[tuple[str, frozenset[str]], ...]


class Landings(Struct):
    """Looks destinations up, each once."""

    mesh: Mesh
    plan: RoutePlan
    _found: dict[tuple[Destination, str, Labels | None, bool, str], Landing] = {}
    _groups: dict[str, Group] = {}

    def __post_init__(self) -> None:
        self._groups = {group.name: group for group in self.mesh.groups}

    def at(self, destination: Destination, scope: SidecarScope, group: str) -> Landing:
        """Return where a destination leads a proxy that sees so much, in a group's lanes."""
        sight = Sight(self.mesh, self.plan, scope)
        view = self.plan.view(destination.host, scope.caller) if destination.subset else None
        selector = view.selector if view is not None else None
        known = is_known(sight, destination)
        key = (destination, scope.namespace, selector, known, group)
        if key not in self._found:
            self._found[key] = self._look(sight, destination, self._groups[group])
        return self._found[key]

    def _look(self, sight: Sight, destination: Destination, group: Group) -> Landing:
        service = self.mesh.services.get(destination.host)
        flaw = self._flaw(sight, service, destination)
        if flaw or service is None:
            return Landing(destination, flaw, known=True, lane_sets=frozenset(), pods=())
        # nobody knows whose pods they are: a lane is kept only if the subset's labels prove it
        if not service.workloads:
            labels = dict(subset_labels(sight, destination) or ())
            lane_sets = frozenset([names_of_lanes(group, labels)])
            return Landing(destination, "", known=False, lane_sets=lane_sets, pods=())
        pods = tuple(
            (f"{pod.namespace}/{pod.meta.name}", names_of_lanes(group, pod.labels))
            for pod in pods_of(sight, destination)
        )
        lane_sets = frozenset(lanes for _, lanes in pods)
        return Landing(destination, "", known=True, lane_sets=lane_sets, pods=pods)

    def _flaw(self, sight: Sight, service: MeshService | None, to: Destination) -> str:
        if service is None:
            return f"there is no service {to.host}"
        if service.without_pods:
            return f"no pod in the input carries what the selector of {to.host} asks for"
        port = service.port(to.port)
        if port is None:
            return f"{to.host} has no port {to.port}"
        hider = hidden_by(sight, to)
        if hider is not None and hider.kind == "Sidecar":
            return f"{hider} imports no port {to.port} of {to.host}"
        if hider is not None:
            return f"service {to.host} is not exported to namespace {sight.namespace}"
        labels = subset_labels(sight, to)
        if labels is None:
            return (
                f"no DestinationRule that {_callers(sight, to)} see declares "
                f"subset {to.subset} of {to.host}"
            )
        pods = [pod for pod in service.workloads if is_present(pod) and meets(labels, pod.labels)]
        if all_closed(pods, port.target):
            what = f"subset {to.subset} of {to.host}" if to.subset else to.host
            return f"no container of {what} has a port called {port.target}, to which it leads"
        return ""

    def has_pods(self, wanted: Want) -> bool:
        """Whether the lane that is to answer is known to have a pod there."""
        service = self.mesh.services.get(wanted.host)
        lane = self._groups[wanted.group].lane(wanted.answers)
        return (
            service is not None
            and lane is not None
            and any(ready_pods_of_lane(lane, service.workloads))
        )

    def breach(self, landing: Landing, wants: Sequence[Want]) -> Breach | None:
        """Return how a destination breaks a promise; None if it keeps it in any way."""
        found = [self._against(landing, wanted) for wanted in wants]
        # where several lanes admit a request it is promised to any of them
        return None if None in found else found[0]

    def _against(self, landing: Landing, wanted: Want) -> Breach | None:
        to = landing.destination
        if landing.flaw:
            return "delivered", landing.flaw
        if not landing.lane_sets:
            if not self.has_pods(wanted):
                return None
            what = f"subset {to.subset} of {to.host}" if to.subset else to.host
            return "delivered", f"{what} has no pods, while lane {wanted.answers} has some"
        if to.host != wanted.host:
            return "isolated", f"{to.host} is another service than {wanted.host}"
        # a pod in two lanes at once breaks the promise of both: nothing parts their requests there
        if landing.lane_sets == {frozenset([wanted.answers])}:
            return None
        return "isolated", _outsider(landing, wanted.answers)

    def leak(self, landing: Landing, group: str, wants: Sequence[Want]) -> str:
        """Say how a copy of a request leaves its lane; empty where it does not.

        A service outside the group has no lanes, so a copy that is sent there leaves none.
        """
        host = landing.destination.host
        its = owner(self.mesh, host)
        if its is None or its.name != group:
            return ""
        lanes = [lane for lane in its.lanes if any(lane.name == one.lane for one in wants)]
        answers = [its.resolve(lane.name, host) for lane in lanes]
        if any(landing.lane_sets <= {frozenset([name])} for name in answers):
            return ""
        return _outsider(landing, answers[0])


def _callers(sight: Sight, to: Destination) -> str:
    """Say who sees what a proxy sees of a host."""
    who = f"callers in namespace {sight.namespace}"
    view = sight.plan.view(to.host, sight.scope.caller)
    if view is None or view.selector is None:
        return who
    return f"{who} with {', '.join(f'{key}={value}' for key, value in view.selector)}"


def _outsider(landing: Landing, answers: str) -> str:
    """Name a pod that should not be met, or what unknown pods have in common."""
    right = frozenset([answers])
    for name, lanes in landing.pods:
        if lanes != right:
            return f"pod {name} {_of_lanes(lanes, answers)}"
    to = landing.destination
    if not to.subset:
        return f"any pod of {to.host} may answer, of whatever lane"
    worn = min((lanes for lanes in landing.lane_sets if lanes != right), key=sorted)
    what = f"subset {to.subset} of {to.host} holds pods"
    if not worn:
        return f"{what} that need not be in lane {answers}"
    if answers in worn:
        return f"{what} of lanes {' and '.join(sorted(worn))} at once"
    return f"{what} of lane {' and '.join(sorted(worn))}, not of lane {answers}"


def _of_lanes(lanes: frozenset[str], answers: str) -> str:
    if not lanes:
        return f"is not in lane {answers}"
    if answers in lanes:
        return f"is in lanes {' and '.join(sorted(lanes))} at once"
    return f"is in lane {' and '.join(sorted(lanes))}, not in lane {answers}"
