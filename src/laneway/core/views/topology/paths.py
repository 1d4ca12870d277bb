"""Who calls whom in which lanes: requests of all lanes are followed through the plan at once.

Comes in: the mesh, its plan and who stands where. Goes out: by pair of nodes the lanes whose
requests lead from one to the other, and what decided that. Each call is asked of the walk once for
all callers that nothing tells apart. Requests set out at gateways; who is met by none of them is
taken to call by itself, in its own lane. Programs pass on what their group asks them to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import Host, LaneName
from laneway.core.mesh.upstreams import CalledService
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.journey import named_calls, routes_to
from laneway.core.routing.ask.passing import passed_on
from laneway.core.routing.ask.reach import carried_by, kept_lanes, lane_of
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Decision, HeldRoutes, Target
from laneway.core.routing.plan.hops import Answers
from laneway.core.routing.plan.route_plan import CARRIED_MEANS, Pairs, RoutePlan, Rule, links
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.routing.plan.stand_ins import stand_ins
from laneway.core.routing.plan.told_apart import asked_by_anyone
from laneway.core.views.topology.entering import entering
from laneway.core.views.topology.versions import SeenCall, Version, Versions, gateway_id


class LedBy(Struct, frozen=True):
    """By what requests of a lane come from one node to another; `stands_in` for a lane's own."""

    what: str
    stands_in: bool


Paths = Mapping[tuple[str, str], Mapping[str, LedBy]]
"""By caller and callee the lanes of the requests, empty for none, each with its way."""


class _Speaker(Struct, frozen=True):
    """Pods of a node whose calls nothing tells apart."""

    node: str
    lane: str
    caller: Caller
    calls: tuple[CalledService, ...]


class _Arrival(Struct, frozen=True):
    """Requests that came to a node: of which lane, what they carry on, and who calls with it."""

    node: str
    lane: str
    way: LedBy
    headers: Pairs
    speakers: tuple[int, ...]


_Answering = tuple[Answers, tuple[LaneName, ...]]
"""Who answers for each lane at a service, and who does where pods are down."""

_State = tuple[int, Pairs, str]
"""A speaker, what its calls carry, and the lane they are of."""


class FollowedPaths(Struct, frozen=True):
    """Where requests of all lanes lead, and which services each node is known to call."""

    paths: Paths
    called: frozenset[tuple[str, Host]]


def paths(
    mesh: Mesh, plan: RoutePlan, known: Versions, seen: Sequence[SeenCall] = ()
) -> FollowedPaths:
    """Follow requests of all lanes."""
    followed = _PathSearch(mesh, plan, known)
    followed.settle(seen)
    followed.run()
    return FollowedPaths(followed.found, followed.called())


class _PathSearch:
    """The search while it goes on."""

    def __init__(self, mesh: Mesh, plan: RoutePlan, known: Versions) -> None:
        self.found: dict[tuple[str, str], dict[str, LedBy]] = {}
        self._mesh = mesh
        self._plan = plan
        self._known = known
        self._names = RuleNames(mesh)
        self._asked = asked_by_anyone(mesh, plan)
        self._speakers: list[_Speaker] = []
        self._by_pod: dict[Ref, int] = {}
        self._of_node: dict[str, tuple[int, ...]] = {}
        self._waiting: list[_State] = []
        self._done: set[_State] = set()
        self._arrivals: dict[tuple[object, ...], tuple[_Arrival, ...]] = {}
        self._held: dict[tuple[int, int], HeldRoutes] = {}
        self._told_by_lanes = frozenset(_told_by_lanes(mesh, plan))
        self._callers: dict[Caller, Caller] = {}
        self._calls: dict[CalledService, CalledService] = {}
        self._anyone: dict[str, Caller] = {}
        self._kept: dict[Pairs, Pairs] = {}
        self._answering: dict[Host, _Answering] = {}
        self._rules: dict[int, tuple[Rule, str]] = {}

    def settle(self, seen: Sequence[SeenCall]) -> None:
        """Find out who calls: one speaker for all pods of a node that are alike."""
        more: dict[str, dict[CalledService, None]] = {}
        for one in seen:
            more.setdefault(one.caller, {})[CalledService(one.host)] = None
        for version in self._known.all.values():
            self._settle(version, tuple(more.get(version.id, ())))

    def _settle(self, version: Version, more: tuple[CalledService, ...]) -> None:
        alike: dict[_Speaker, int] = {}
        if not version.workloads:
            caller = self._caller(version.namespace, version.selector)
            alike[_Speaker(version.id, version.lane or "", caller, more)] = len(self._speakers)
        for pod in version.workloads if version.kind != "gateway" else ():
            if self._known.home[pod.meta.ref] != version.id:
                continue
            named = named_calls(self._mesh, self._plan, pod)
            hosts = {one.host for one in named}
            found = (*named, *(one for one in more if one.host not in hosts))
            calls = tuple(self._calls.setdefault(one, one) for one in found)
            caller = self._caller(pod.namespace, tuple(sorted(pod.labels.items())))
            speaker = _Speaker(version.id, version.lane or "", caller, calls)
            place = alike.setdefault(speaker, len(self._speakers) + len(alike))
            self._by_pod[pod.meta.ref] = place
        self._speakers += alike
        self._of_node[version.id] = tuple(alike.values())

    def _caller(self, namespace: str, labels: Labels) -> Caller:
        """Return what tells the calls of pods apart: the very same for all that are alike."""
        one = Caller(namespace, tuple(pair for pair in labels if pair in self._asked))
        return self._callers.setdefault(one, one)

    def run(self) -> None:
        """Follow what comes in at gateways, then what others call by themselves."""
        self._enter()
        self._go_on()
        met = {(speaker, lane) for speaker, _, lane in self._done}
        for place, one in enumerate(self._speakers):
            if (place, one.lane) not in met:
                self._wait((place, (), one.lane))
        self._go_on()

    def called(self) -> frozenset[tuple[str, Host]]:
        """Return whom each node calls."""
        return frozenset((one.node, call.host) for one in self._speakers for call in one.calls)

    def _go_on(self) -> None:
        while self._waiting:
            state = self._waiting.pop()
            speaker = self._speakers[state[0]]
            for one in speaker.calls:
                self._arrive(speaker.node, self._met(speaker, one, state))

    def _wait(self, state: _State) -> None:
        if state not in self._done:
            self._done.add(state)
            self._waiting.append(state)

    def _arrive(self, source: str, arrivals: Iterable[_Arrival]) -> None:
        for one in arrivals:
            if one.node != source:
                self.found.setdefault((source, one.node), {}).setdefault(one.lane, one.way)
            for speaker in one.speakers:
                self._wait((speaker, one.headers, one.lane))

    def _enter(self) -> None:
        for port in self._plan.gateway_ports:
            for one in entering(self._mesh, self._plan, port):
                met = self._met_pods(one.rule, one.target, one.lane)
                self._arrive(gateway_id(port.selector), met)

    def _met(self, speaker: _Speaker, called: CalledService, state: _State) -> tuple[_Arrival, ...]:
        """Return where a call leads; callers that are alike are told the same."""
        key = (id(speaker.caller), id(called), state[1], state[2])
        if key not in self._arrivals:
            request = Request(called.spelled or called.host, headers=state[1], port=called.port)
            met = self._decided(speaker.caller, called, request)
            self._arrivals[key] = tuple(
                arrival
                for target in met.targets
                if met.rule is not None
                for lane in (self._lane(target, speaker.caller, state[2]),)
                for arrival in self._met_pods(met.rule, target, lane)
            )
        return self._arrivals[key]

    def _decided(self, caller: Caller, called: CalledService, request: Request) -> Decision:
        """Decide a call: where only lanes speak, what it carries comes before who calls."""
        if called.host in self._told_by_lanes:
            anyone = self._anyone.setdefault(caller.namespace, Caller(caller.namespace, ()))
            met = self._routes(anyone, called, request).decide(request)
            if met.rule is not None and met.rule.by in CARRIED_MEANS:
                return met
        return self._routes(caller, called, request).decide(request)

    def _routes(self, caller: Caller, called: CalledService, request: Request) -> HeldRoutes:
        key = (id(caller), id(called))
        if key not in self._held:
            self._held[key] = routes_to(self._mesh, self._plan, caller, called.host, request)
        return self._held[key]

    def _lane(self, target: Target, caller: Caller, before: str) -> str:
        """Return the lane that a call is of: what its proxy knows, else what it is to be in."""
        group = owner(self._mesh, target.destination.host)
        if target.lane or group is None:
            return target.lane or before
        kept = kept_lanes(group, carried_by(self._mesh, target.request), caller)
        return kept[0] if kept else ""

    def _met_pods(self, rule: Rule, target: Target, lane: str) -> Iterator[_Arrival]:
        """Yield the nodes whose pods may answer, each once."""
        host = target.destination.host
        found: dict[str, dict[int, None]] = {}
        for pod in target.pods:
            node = self._known.at.get((host, pod.meta.ref))
            if node is not None:
                speaker = self._by_pod.get(pod.meta.ref)  # a gateway's own pods call nobody here
                found.setdefault(node, {}).update({} if speaker is None else {speaker: None})
        if not found and (unknown := self._unknown(target)):
            found[unknown] = dict.fromkeys(self._of_node[unknown])
        carried = self._passed_on(target.pods, target.request)
        for node, speakers in found.items():
            way = self._way(rule, self._known.all[node], lane)
            yield _Arrival(node, lane, way, carried, tuple(speakers))

    def _unknown(self, target: Target) -> str:
        """Return the node of pods that are taken to be there though the input holds none."""
        service = self._mesh.services.get(target.destination.host)
        if service is None or service.workloads or service.without_pods:
            return ""
        lane = lane_of(self._mesh, target.destination)
        return self._known.unknown_at(service, lane.name if lane else None)

    def _passed_on(self, pods: Sequence[Workload], request: Request) -> Pairs:
        """Return what programs pass on, which is the same for all of them."""
        if request.headers not in self._kept and pods:
            self._kept[request.headers] = passed_on(self._mesh, pods[0], request, ())
        return self._kept.get(request.headers, request.headers)

    def _way(self, rule: Rule, node: Version, lane: str) -> LedBy:
        known = self._rules.get(id(rule))
        if known is None:
            known = self._rules[id(rule)] = (rule, self._names.of(rule))
        return LedBy(known[1], self._stands_in(node, lane))

    def _stands_in(self, node: Version, lane: str) -> bool:
        """Whether a node's pods answer for a lane that is not theirs, as lanes have it."""
        if node.lane in (None, lane) or not node.host:
            return False
        if node.host not in self._answering:
            group = owner(self._mesh, node.host)
            told: _Answering = ({}, ())
            if group is not None and group.baseline is not None:
                told = (group.answering(node.host), stand_ins(group, node.host))
            self._answering[node.host] = told
        answering, others = self._answering[node.host]
        known = LaneName(lane)
        return known in answering and (answering[known] == node.lane or node.lane in others)


def _told_by_lanes(mesh: Mesh, plan: RoutePlan) -> Iterator[Host]:
    """Yield the services of which lanes alone speak, to all callers of a namespace alike."""
    for host, hops in plan.hops.items() if not mesh.sidecars else ():
        narrow = any(view.selector is not None for view in plan.views.get(host, ()))
        if not narrow and all(one.group and not one.author for hop in hops for one in links(hop)):
            yield host
