"""Whose proxies rules for single callers have to reach: namespaces, gateways, classes of callers.

Comes in: a mesh and its plan. Goes out: the namespaces whose pods call, those where gateways run
and the lane services they lead to, and the lane selectors by which callers differ. It is apart
because a rule with a `workloadSelector` is seen in its own namespace alone: a namespace that is
missing here is one whose calls are refused.
https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from msgspec import Struct

from laneway.core.mesh.injection import asks_for_sidecars, lack_of_sidecar
from laneway.core.mesh.members import meets
from laneway.core.mesh.membership import lane_of_others, lanes_of
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import GatewayName, Host, resolve_host
from laneway.core.resources.kubernetes.workloads import ForeignPods, Workload
from laneway.core.resources.matching import Labels
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.route_plan import Forward, GatewayPort, RoutePlan, Rule

NEVER_INJECTED = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})
"""Namespaces in which Istio injects no sidecar, whatever they ask for."""


def client_namespaces(
    mesh: Mesh, plan: RoutePlan, homes: Iterable[str], named: Iterable[str]
) -> tuple[str, ...]:
    """Return every namespace whose pods may call through a sidecar, as far as the input says.

    These are the services' own, those with pods that have a sidecar or are of a kind nobody reads,
    those that ask for sidecars, and those that are `named`.
    """
    selectors = [dict(port.selector) for port in plan.gateway_ports]
    calling = {
        one.namespace
        for one in mesh.workloads
        if lack_of_sidecar(mesh, one) is None and not any(_is_door(one, door) for door in selectors)
    }
    calling |= Surroundings.of(mesh, plan).unread
    calling |= {name for name, one in mesh.namespaces.items() if asks_for_sidecars(one)}
    return tuple(sorted((calling | {*homes, *named}) - NEVER_INJECTED))


def _is_door(workload: Workload, selector: Mapping[str, str]) -> bool:
    """Whether a workload is a gateway's; an empty selector would be met by every pod."""
    return bool(selector) and meets(tuple(selector.items()), workload.labels)


class Surroundings(Struct, frozen=True):
    """What callers and doors are made of beside the calls inside a mesh.

    `unread` are namespaces with pods of a kind nobody reads; of each gateway's port its selector,
    its gateways, and the lane services it leads to.
    """

    unread: frozenset[str]
    ports: tuple[tuple[Labels, tuple[GatewayName, ...], frozenset[Host]], ...]

    @classmethod
    def of(cls, mesh: Mesh, plan: RoutePlan) -> Surroundings:
        """Look at everything but pods, of which a mesh may have thousands."""
        unread = mesh.snapshot.by_kind.get(ForeignPods, ())
        return cls(
            frozenset(one.meta.namespace for one in unread),
            tuple(
                (port.selector, port.gateways, _led_to(port, plan)) for port in plan.gateway_ports
            ),
        )


def _led_to(port: GatewayPort, plan: RoutePlan) -> frozenset[Host]:
    """Return the lane services that a gateway's port leads to."""
    rules = {id(rule): rule for host in port.virtual_hosts for rule in host.written}
    return frozenset(host for rule in rules.values() for host in led_to(rule)) & frozenset(
        plan.lane_subsets
    )


class Door(Struct, frozen=True):
    """The gateways of a namespace: the lane services they lead to, and the labels of their pods."""

    hosts: frozenset[Host] = frozenset()
    worn: frozenset[Labels] = frozenset()


def doors(mesh: Mesh, plan: RoutePlan) -> Mapping[str, Door]:
    """Return the gateways that lead to lane services, by the namespace in which they run.

    All are taken to run in Istio's own namespace, as everywhere in a plan; beside that where their
    pods are, or where their Gateway is if the input holds none.
    """
    found: dict[str, Door] = {}
    for port in plan.gateway_ports:
        hosts = _led_to(port, plan)
        for space, worn in _gateway_pods(mesh, port) if hosts else ():
            known = found.get(space, Door())
            found[space] = Door(known.hosts | hosts, known.worn | {worn})
    return dict(sorted(found.items()))


def _gateway_pods(mesh: Mesh, port: GatewayPort) -> Iterator[tuple[str, Labels]]:
    """Yield the namespace and the labels of the proxies of a gateway's port."""
    selector = dict(port.selector)
    pods = [one for one in mesh.workloads if _is_door(one, selector)]
    for pod in pods:
        yield pod.namespace, tuple(sorted(pod.labels.items()))
    beside = [name.partition("/")[0] for name in port.gateways] if not pods else []
    for space in dict.fromkeys((GATEWAY_NAMESPACE, *beside)):
        yield space, port.selector


def led_to(rule: Rule) -> Iterator[Host]:
    """Yield the hosts that a rule sends requests, or copies of them, to."""
    if isinstance(rule.action, Forward):
        yield from (share.destination.host for share in rule.action.shares)
    for host, _ in mirrored(rule):
        yield host


def mirrored(rule: Rule) -> Iterator[tuple[Host, str]]:
    """Yield the host and the subset that a rule sends copies of requests to."""
    listed = rule.policy.get("mirrors") or ()
    blocks = [one.get("destination") for one in listed if isinstance(one, Mapping)]
    for block in (rule.policy.get("mirror"), *blocks):
        if isinstance(block, Mapping) and isinstance(host := block.get("host"), str):
            yield resolve_host(host, rule.origin.ref.namespace), str(block.get("subset") or "")


def selectors_of(groups: Iterable[Group]) -> tuple[Labels, ...]:
    """Return the distinct lane selectors of some groups, in the order of their lanes."""
    return tuple(dict.fromkeys(lane.selector for group in groups for lane in group.lanes))


def are_apart(selectors: Sequence[Labels]) -> bool:
    """Whether no pod can meet two of the selectors, since each pair wants one label otherwise.

    >>> are_apart([(("tag", "v1"),), (("tag", "v2"),)])
    True
    >>> are_apart([(("tag", "v1"),), (("team", "blue"),)])
    False
    """
    keys = {key for selector in selectors for key, _ in selector}
    if len(keys) == 1:
        return len(set(selectors)) == len(selectors)
    worn = [dict(selector) for selector in selectors]
    return all(
        any(key in other and other[key] != value for key, value in one.items())
        for one, other in combinations(worn, 2)
    )


def lane_of_callers(group: Group, labels: Labels) -> GroupLane:
    """Return the lane of a strict group that callers with these labels are led to."""
    own = lanes_of(group, labels)
    if own:
        return own[0]
    others = lane_of_others(group)
    return next(lane for lane in group.lanes if lane.name == others)
