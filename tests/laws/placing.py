"""A place on this machine for every pod of a drawn mesh, so that it can be spelled for Envoy."""

from __future__ import annotations

from msgspec.structs import replace

from laneway.core.compile import Compilation
from laneway.core.emit.envoy.config import EnvoyConfig
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.placement import Interception, Placement, PortPlace, Replica
from laneway.core.mesh.mesh import Caller


def placement_of(compilation: Compilation) -> Placement:
    """Give every replica an address of its own, by its name alone, so that edits move nobody."""
    replicas = []
    for workload in compilation.mesh.workloads:
        named = {
            number: name for container in workload.containers for name, number in container.ports
        }
        for service in compilation.mesh.services.values():
            if workload in service.workloads:
                targets = (port.target for port in service.ports)
                named |= {one: "" for one in targets if isinstance(one, int) and one not in named}
        ports = tuple(
            PortPlace(number, number, number + 20000, name) for number, name in named.items()
        )
        for number in range(workload.replicas):
            name = f"{workload.namespace}-{workload.meta.name}-{number}"
            place = 1 + sum(map(ord, name)) % 250
            caller = Caller.of(workload)
            replicas.append(
                Replica(name, workload.meta.ref, caller, f"127.1.1.{place}", ports, 15001)
            )
    gateways = {
        (port.selector, port.port): 18000 + number
        for number, port in enumerate(compilation.plan.gateway_ports)
    }
    return Placement(tuple(replicas), gateways)


def intercepted(compilation: Compilation) -> Placement:
    """Give every replica a network namespace, and every service a virtual address."""
    placement = placement_of(compilation)
    found = (replace(one, network=f"/pods/{one.name}") for one in placement.replicas)
    hosts = compilation.mesh.services
    services = {
        host: f"10.1.{128 + sum(map(ord, host)) % 120}.{number % 250 + 1}"
        for number, host in enumerate(hosts)
    }
    private = Interception("10.1.0.1", "10.1.0.3", "10.1.0.2", "10.1.128.0/17", services)
    return replace(placement, replicas=tuple(found), interception=private)


def envoy_of(compilation: Compilation, *, per_workload: bool = False) -> EnvoyConfig:
    """Return what Envoy would run for a compilation."""
    placement = placement_of(compilation)
    return envoy_config(compilation.mesh, compilation.plan, placement, per_workload=per_workload)
