"""Whose requests a pod's proxy refuses, by Istio's security policies.

Comes in: a mesh, and a workload or a gateway's labels. Goes out: the policies that may refuse
requests there, and the mode of mTLS a port asks for. What a policy's rules ask of a request is not
worked out: either all are refused, or some may be, or none.
https://istio.io/latest/docs/concepts/security/#implicit-enablement
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import ROOT_NAMESPACE, Host
from laneway.core.resources.istio.security import AuthorizationPolicy, PeerAuthentication
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref

STRICT = "STRICT"
_GATEWAY_API = "gateway.networking.k8s.io/gateway-name"
"""A label of pods that the Gateway API made; their policies are attached by name."""


class AccessRefusal(Struct, frozen=True):
    """A policy that may refuse requests; `total`: it refuses every one."""

    policy: AuthorizationPolicy
    total: bool


def refusals_at(mesh: Mesh, workload: Workload) -> tuple[AccessRefusal, ...]:
    """Return what may refuse requests to the pods of a workload; without a sidecar nothing does."""
    if not mesh.access_policies or lack_of_sidecar(mesh, workload) is not None:
        return ()
    if _GATEWAY_API in workload.labels:
        return ()
    near = _near(mesh.access_policies, workload.namespace)
    own = [one for one in near if meets(one.selector, workload.labels)]
    return tuple(_refusing(own, own))


def refusals_among(mesh: Mesh, selector: Labels, namespace: str) -> tuple[AccessRefusal, ...]:
    """Return what may refuse requests at proxies of which a selector is all that is known.

    A policy that asks for a label which the selector leaves open may be for them.
    """
    known = dict(selector)
    fitting = [
        one
        for one in _near(mesh.access_policies, namespace)
        if all(known.get(key, value) == value for key, value in one.selector)
    ]
    return tuple(_refusing(fitting, [one for one in fitting if meets(one.selector, known)]))


def _near(policies: Iterable[AuthorizationPolicy], namespace: str) -> list[AuthorizationPolicy]:
    """Return the policies of a namespace and of the root one that can refuse anything."""
    spaces = (namespace, ROOT_NAMESPACE)
    return [
        one
        for one in policies
        if one.meta.namespace in spaces and not one.attached and one.is_enforced
    ]


def _refusing(
    policies: Sequence[AuthorizationPolicy], sure: Sequence[AuthorizationPolicy]
) -> Iterator[AccessRefusal]:
    """Yield the policies that refuse something, of all that a proxy may have and surely has.

    DENY and CUSTOM without a rule are never met. Any ALLOW refuses what none of them is met by, so
    one that is always met makes all of them harmless.
    """
    allowing = [one for one in policies if one.action == "ALLOW"]
    is_open = any(any(one.rules) for one in allowing if one in sure)
    is_closed = not any(one.rules for one in allowing)
    for one in policies:
        if one.action == "ALLOW" and not is_open:
            yield AccessRefusal(one, is_closed and one in sure)
        elif one.action != "ALLOW" and one.rules:
            yield AccessRefusal(one, one.action == "DENY" and any(one.rules) and one in sure)


class Demand(Struct, frozen=True):
    """The mode of mTLS at the ports of a proxy, and the policy that says so, if any does."""

    mode: str = "PERMISSIVE"
    by: PeerAuthentication | None = None
    ports: Mapping[int, tuple[str, PeerAuthentication]] = {}

    def at(self, port: int | None) -> tuple[str, PeerAuthentication | None]:
        """Return the mode at a container port, and who asks for it."""
        return self.ports.get(port or 0, (self.mode, self.by))


def demand_of(mesh: Mesh, workload: Workload) -> Demand:
    """Return which calls a workload's proxy takes: a wider policy counts where a nearer is unset.

    Of several of one width the oldest counts. One with a selector in the root namespace is for no
    pod elsewhere, and ports of their own exist only beside a selector.
    https://istio.io/latest/docs/reference/config/security/peer_authentication/
    """
    space = workload.namespace
    if not mesh.peer_policies or lack_of_sidecar(mesh, workload) is not None:
        return Demand()
    wide = [one for one in mesh.peer_policies if not one.selector]
    widest = [one for one in wide if one.meta.namespace == ROOT_NAMESPACE]
    near = [one for one in wide if one.meta.namespace == space != ROOT_NAMESPACE]
    own = [
        one
        for one in mesh.peer_policies
        if one.selector
        and one.meta.namespace == space != ROOT_NAMESPACE
        and meets(one.selector, workload.labels)
    ]
    found = Demand()
    for policy in (widest[:1], near[:1], own[:1]):
        for one in policy:
            if one.mode not in ("", "UNSET"):
                found = Demand(one.mode, one)
    ports = {
        number: (found.mode if mode in ("", "UNSET") else mode, one)
        for one in own[:1]
        for number, mode in one.ports.items()
    }
    return Demand(found.mode, found.by, ports)


def strict_before(
    mesh: Mesh, host: Host, port: int | None, pods: Iterable[Workload] | None = None
) -> tuple[PeerAuthentication, ...]:
    """Return the policies by which pods behind a service port take only mTLS, each once.

    `pods` are all of the service where none are given; no port is the service's first one.
    """
    service = mesh.services.get(host)
    if service is None or not service.ports or not mesh.peer_policies:
        return ()
    asked = next((one for one in service.ports if port in (None, one.number)), None)
    found: dict[Ref, PeerAuthentication] = {}
    for pod in service.workloads if pods is None else pods:
        number = container_port(pod, asked.target) if asked else None
        mode, policy = demand_of(mesh, pod).at(number)
        if mode == STRICT and policy is not None:
            found[policy.meta.ref] = policy
    return tuple(found.values())


def container_port(pod: Workload, target: int | str) -> int | None:
    """Return the number of a pod's port that a Service's `targetPort` names; None if none is."""
    if isinstance(target, int):
        return target
    return next(
        (number for one in pod.containers for name, number in one.ports if name == target), None
    )
