"""Ports of lane services that lead to what their pods do not open.

Comes in: a Mesh. Goes out: each such port with the workloads behind it, told apart by whether its
`targetPort` is a name or a number, and the words to speak of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.findings.place import Place
from laneway.core.mesh.behind import misses, own_containers
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.yaml.nearness import likest
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.ports import LanePort, lane_ports
from laneway.core.rules.questions.words import listing, short_host


class DeadPort(Struct, frozen=True):
    """A port of a service in a lane group, and the workloads that do not open where it leads."""

    of: LanePort
    pods: tuple[Workload, ...]

    @property
    def place(self) -> Place:
        """Where its targetPort is, or would be, written."""
        return self.of.place.at("targetPort")


def dead_ports(mesh: Mesh) -> Iterator[DeadPort]:
    """Yield the ports that lead to nothing in some of their pods."""
    for port in lane_ports(mesh):
        pods = misses(mesh, port.service, port.port)
        if pods:
            yield DeadPort(port, pods)


def dead_port_finding(code: Code, dead: DeadPort) -> Finding:
    """Say that a port leads to nothing, and what was meant."""
    port, service = dead.of.port, dead.of.service
    words = {
        "port": port.number,
        "service": short_host(service.host),
        "target": port.target,
        "pods": listing(map(pod_name, dead.pods)),
        "names": _opened(dead.pods),
        "fix": _fix(port.target, dead.pods),
    }
    return finding(code, dead.place, str(service.service.meta.ref), **words)


def _declared(pods: Sequence[Workload]) -> list[tuple[str, int]]:
    ports = (port for pod in pods for one in own_containers(pod) for port in one.ports)
    return list(dict.fromkeys(ports))


def _opened(pods: Sequence[Workload]) -> str:
    said = (f"{number} ({name})" if name else str(number) for name, number in _declared(pods))
    return f"they name {listing(said)}"


def _fix(target: int | str, pods: Sequence[Workload]) -> str:
    declared = _declared(pods)
    if isinstance(target, str):
        near = likest(target, (name for name, _ in declared if name))
        if near:
            return f"Did you mean `targetPort: {near}`?"
        return "Give a container's port this name, or write the port's number as targetPort."
    if len(declared) == 1:
        return (
            f"Write `targetPort: {declared[0][1]}`, or name port {target} among the container's "
            "ports if the program does listen there."
        )
    return f"Write a port that is open, or name port {target} among the container's ports."
