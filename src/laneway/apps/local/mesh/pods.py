"""What a mesh asks of the network that its programs live in, if they have one of their own.

Apart from the network itself, which loads much that most meshes do not need.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from laneway.adapters.processes import Started
from laneway.core.fleet.allocator import Private
from laneway.core.fleet.next_step import Instance
from laneway.core.fleet.wanted import WantedProgram
from laneway.core.mesh.names import Host


class Pods(Protocol):
    """The pods of a mesh, each with an address of its own."""

    @property
    def private(self) -> Private:
        """What places need to know of the network."""

    @property
    def envoy(self) -> tuple[str, ...]:
        """The words before the command of a proxy that lives between the pods."""

    def inside(self, instance: Instance) -> tuple[str, ...]:
        """Return where the programs of an instance live, in the words of `entering`."""

    def settle(self, instances: Collection[Instance], services: Mapping[Host, str]) -> None:
        """Have a pod for each instance, and a name for each service beside those there are.

        Services come with their addresses, or the names they stand for.

        Raises OSError.
        """

    def know_only(self, services: Mapping[Host, str]) -> None:
        """Answer for the names of these services alone."""

    def listens(self, instance: Instance, program: WantedProgram, started: Started) -> bool:
        """Whether a program listens where it has to."""

    def alone(self, instance: str) -> tuple[int, ...]:
        """Return the ports of an instance, by its id, that are reached on 127.0.0.1 alone."""

    async def lost(self) -> None:
        """Return once no pod can be made or entered any more."""

    def close(self) -> None:
        """End all of it, when no program is left."""
