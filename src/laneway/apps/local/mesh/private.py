"""The private network of a running mesh: its pods, their names, and where their programs listen.

Comes in: instances that have a place, and the services there are. Goes out: pods in which programs
run as they would in a cluster, and words for who enters them. What a pod's files say of names is
written beside the record of the mesh. Here addresses meet the adapter that makes them real; which
there are was decided before.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from laneway.adapters.netns import MeshNetwork, PodNetwork, PrivateNetwork, destinations
from laneway.adapters.netns.answering import Answers
from laneway.adapters.netns.name_server import NameServer
from laneway.adapters.processes import MARK, Started, has_own_network
from laneway.adapters.processes.listening import listening
from laneway.adapters.processes.program import entering
from laneway.apps.local.record.state import MeshFolder
from laneway.core.fleet.allocator import Private
from laneway.core.fleet.next_step import Instance
from laneway.core.fleet.private_range import OUTBOUND_PORT, PrivateRange, free_range
from laneway.core.fleet.wanted import WantedProgram
from laneway.core.mesh.names import Host

HOST_NAME = "host.laneway.internal"
"""What programs call the machine that the mesh runs on."""

CAP_SYS_ADMIN = 21
"""What an Envoy of an ordinary user keeps: it listens inside pods, whose networks it enters."""

_NSCD = "/var/run/nscd/socket"
"""A cache of this machine's names, which programs would ask before any name server."""


class PrivateMesh(Struct):
    """The private network of one mesh.

    `host_ports` of a pod's localhost lead to this machine, but for those that it has itself.
    `led` are the container ports of each instance whose programs listen on 127.0.0.1 alone.
    """

    files: Path
    range: PrivateRange
    network: PrivateNetwork
    names: NameServer
    host_ports: tuple[int, ...] = ()
    led: dict[str, tuple[int, ...]] = {}

    @classmethod
    def open(cls, folder: MeshFolder, host_ports: Iterable[int]) -> PrivateMesh:
        """Make the network, without pods. Raises NetworkError, NoRoomError."""
        own = free_range(folder.name, destinations())
        between = MeshNetwork(own.bridge, own.passing, own.host, OUTBOUND_PORT)
        pods = folder.network / "pods"
        pods.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, MARK: f"{folder.mark}/network"}
        network = PrivateNetwork.open(pods, between, environment)
        try:
            answers = Answers(_own_names(own, {}), host=own.host, upstream=_name_server())
            names = NameServer.inside(network, answers)
        except BaseException:
            network.close()
            raise
        found = cls(folder.network, own, network, names, tuple(host_ports))
        found._write("nsswitch.conf", "hosts: files dns\n")
        return found

    @property
    def private(self) -> Private:
        """What places need to know."""
        return Private(self.range, self.network.inside)

    @property
    def envoy(self) -> tuple[str, ...]:
        """The words before the command of a proxy that lives between the pods."""
        network = self.network
        where = (f"mounts={network.mounts}", f"network={network.mesh}")
        return entering((*self._user(f"keep={CAP_SYS_ADMIN}"), *where), ())

    def inside(self, instance: Instance) -> tuple[str, ...]:
        """Return where the programs of an instance live."""
        namespace = instance.wanted.workload.namespace
        return (
            *self._user(),
            f"network={self.network.outside(instance.id)}",
            f"file={self.files / f'resolv.{namespace}'}:/etc/resolv.conf",
            f"file={self.files / f'hosts.{instance.id}'}:/etc/hosts",
            f"file={self.files / 'nsswitch.conf'}:/etc/nsswitch.conf",
            f"file={os.devnull}:{_NSCD}",
        )

    def _user(self, *more: str) -> tuple[str, ...]:
        return (f"user={self.network.user}", *more) if self.network.user else ()

    def settle(self, instances: Collection[Instance], services: Mapping[Host, str]) -> None:
        """Have a pod for each instance, and a name for each service beside those there are.

        Raises NetworkError.
        """
        ids = {one.id for one in instances}
        self.led = {name: ports for name, ports in self.led.items() if name in ids}
        for one in instances:
            if one.id not in self.network.pods:
                self._write_names(one)
        self.network.settle({one.id: self._pod(one) for one in instances})
        self.names.answers.known = {**self.names.answers.known, **_own_names(self.range, services)}

    def know_only(self, services: Mapping[Host, str]) -> None:
        """Answer for these services alone: no others are served any more."""
        self.names.answers.known = _own_names(self.range, services)

    def _pod(self, instance: Instance) -> PodNetwork:
        place, sidecar = instance.place, instance.wanted.sidecar
        return PodNetwork(
            address=place.address,
            outbound=place.outbound,
            inbound=tuple((number, inbound) for number, inbound, _ in place.ports if sidecar),
            loopback=self.led.get(instance.id, ()),
            host_ports=tuple(
                sorted({*self.host_ports}.difference(number for number, *_ in place.ports))
            ),
        )

    def listens(self, instance: Instance, program: WantedProgram, started: Started) -> bool:
        """Whether a program listens where it has to; a pod whose program is alone is led there.

        Raises NetworkError.
        """
        try:
            if not has_own_network(started.id.pid):
                return False  # it has not entered yet
            found = list(listening(str(started.id.pid)))
        except OSError:
            return False  # it has ended, which is noticed elsewhere
        ports = {one.port for one in found}
        if not ports.issuperset(instance.awaited_ports(program)):
            return False
        reached = {one.port for one in found if not one.address.startswith("127.")}
        alone = tuple(port for _, _, port in instance.place.ports if port in ports - reached)
        if alone != self.led.get(instance.id, ()):
            self.led[instance.id] = alone
            self.network.lead(instance.id, self._pod(instance))
        return True

    def alone(self, instance: str) -> tuple[int, ...]:
        """Return the ports of an instance, by its id, that are reached on 127.0.0.1 alone."""
        return self.led.get(instance, ())

    async def lost(self) -> None:
        """Return once the process has ended that holds the network: somebody killed it."""
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        handle = os.pidfd_open(self.network.holding.pid)
        loop.add_reader(handle, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(handle)
            os.close(handle)

    def close(self) -> None:
        """End it; programs and proxies inside were ended before."""
        self.names.close()
        self.network.close()

    def _write_names(self, instance: Instance) -> None:
        """Write what a pod's files say of names, as a cluster's say it.

        https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
        """
        namespace = instance.wanted.workload.namespace
        own = f"{instance.place.address} {instance.id} {socket.gethostname()}"
        self._write(f"hosts.{instance.id}", f"127.0.0.1 localhost\n{own}\n")
        self._write(
            f"resolv.{namespace}",
            f"search {namespace}.svc.cluster.local svc.cluster.local cluster.local\n"
            f"nameserver {self.range.bridge}\noptions ndots:5\n",
        )

    def _write(self, name: str, text: str) -> None:
        (self.files / name).write_text(text, encoding="utf-8")


def _own_names(own: PrivateRange, services: Mapping[Host, str]) -> dict[str, str]:
    return {HOST_NAME: own.host, **{host.lower(): address for host, address in services.items()}}


def _name_server() -> str:
    """Return whom this machine asks for names; nobody that is asked by the other protocol."""
    try:
        lines = Path("/etc/resolv.conf").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    words = (line.split() for line in lines)
    named = [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"]
    return next((one for one in named if ":" not in one), "")
