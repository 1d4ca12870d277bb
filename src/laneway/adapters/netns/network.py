"""A private network: a world of network namespaces, one for each pod, joined by a bridge.

Comes in: what pods' networks are to be. Goes out: namespaces by their paths, for who enters them.
All of it lives in the namespaces of one process, the holder, and is gone when the last process in
there is; the machine's own links, routes, rules and mounts are never touched. Nothing is decided
here: `settle` makes what is missing, changes what differs and drops what is not wanted any more.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path

from msgspec import Struct, field

from laneway.adapters.netns import links
from laneway.adapters.netns.holding import Holding, Kind, NetworkError
from laneway.adapters.netns.messages import tell
from laneway.adapters.netns.pods import MeshNetwork, PodNetwork
from laneway.adapters.netns.redirects import mesh_redirects, redirects

_ROUTES: Kind = (socket.AF_NETLINK, socket.SOCK_RAW, 0)
_RULES: Kind = (socket.AF_NETLINK, socket.SOCK_RAW, 12)
_PATIENCE, _PAUSE = 5.0, 0.001
"""Seconds the kernel gets to bring links up, which it does beside everything else, and between two
looks."""


class Pod(Struct):
    """A pod that is there, and the number of its link on the bridge."""

    network: PodNetwork
    link: int


class PrivateNetwork(Struct):
    """A private network.

    `between` is what lies between the pods, where proxies live. `folder` is where namespaces of
    pods are mounted, seen by who enters `mounts` alone. It is used by one thread.
    """

    folder: Path
    between: MeshNetwork
    holding: Holding
    routes: socket.socket
    pods: dict[str, Pod] = {}
    reached: frozenset[int] = frozenset()
    """The links on the bridge that packets get through."""

    numbers: Iterator[int] = field(default_factory=lambda: count(links.FIRST))

    @classmethod
    def open(
        cls, folder: Path, between: MeshNetwork, environment: Mapping[str, str]
    ) -> PrivateNetwork:
        """Make a network without pods; the folder is there and empty. Raises NetworkError."""
        holding = Holding.start(folder, environment)
        try:
            holding.ask("mesh", sockets=[_ROUTES, _RULES])
            routes, rules = (socket.socket(fileno=handle) for handle in holding.handles())
            tell(routes, "make a bridge", links.bridge(between))
            with rules:
                tell(rules, "give the bridge its rules", mesh_redirects(between))
        except BaseException:
            holding.close()
            raise
        return cls(folder, between, holding, routes)

    @property
    def user(self) -> str:
        """The path of its user namespace; empty if it needs none."""
        return f"/proc/{self.holding.pid}/ns/user" if self.holding.owns_users else ""

    @property
    def mesh(self) -> str:
        """The path of the network between the pods, where proxies live."""
        return f"/proc/{self.holding.pid}/ns/net"

    @property
    def mounts(self) -> str:
        """The path of the mounts in which `inside` is seen."""
        return f"/proc/{self.holding.pid}/ns/mnt"

    def inside(self, pod: str) -> str:
        """Return the path of a pod's network as a proxy in there sees it."""
        return str(self.folder / pod)

    def outside(self, pod: str) -> str:
        """Return the path of a pod's network as everybody of the same user sees it."""
        return f"/proc/{self.holding.pid}/root{self.folder.absolute() / pod}"

    def settle(self, wanted: Mapping[str, PodNetwork]) -> None:
        """Bring all pods to what they are to be. Raises NetworkError."""
        addresses = {one.address for one in wanted.values()}
        for name, pod in list(self.pods.items()):
            if name not in wanted or wanted[name].address != pod.network.address:
                self._drop(name, at_once=pod.network.address in addresses)
        for name, one in wanted.items():
            if name not in self.pods:
                self._make(name, one)
            elif self.pods[name].network != one:
                self.lead(name, one)
        self._wait()

    def sockets(self, pod: str, *kinds: Kind) -> list[socket.socket]:
        """Return sockets of a pod's network; with an empty name of the one between the pods.

        Whoever has one may use it from anywhere. Raises NetworkError.
        """
        if pod:
            with self._opened(pod, *kinds) as (_, found):
                return [one.dup() for one in found]
        self.holding.ask("mesh", sockets=kinds)
        return [socket.socket(fileno=handle) for handle in self.holding.handles()]

    def close(self) -> None:
        """End the holder. What runs inside is ended by who started it."""
        self.routes.close()
        self.holding.close()

    def _make(self, name: str, pod: PodNetwork) -> None:
        """Make a pod. One that cannot be made wholly is not there."""
        link = next(self.numbers)
        try:
            with self._opened(name, _ROUTES, _RULES) as (namespace, (routes, rules)):
                cable = links.cable(link, namespace, pod.address)
                tell(self.routes, f"join {name} to the bridge", cable)
                own = links.pod(pod.address, self.between.bridge)
                tell(routes, f"give {name} its address", own)
                tell(rules, f"give {name} its rules", redirects(pod, self.between))
        except BaseException:
            with suppress(NetworkError):  # it may not have come that far
                self._forget(name)
            raise
        self.pods[name] = Pod(pod, link)

    def _wait(self) -> None:
        """Wait until all pods are reached, else the first packets get lost. Raises NetworkError."""
        missing = {pod.link for pod in self.pods.values()} - self.reached
        until = time.monotonic() + _PATIENCE
        while missing:
            if time.monotonic() > until:
                raise NetworkError("the bridge does not pass on what it gets")
            self.reached = frozenset(links.forwarding(self.routes))
            missing -= self.reached
            time.sleep(_PAUSE)

    def lead(self, name: str, pod: PodNetwork) -> None:
        """Put other rules in place of a pod's; it keeps its address. Raises NetworkError."""
        with self._opened(name, _RULES) as (_, (rules,)):
            tell(rules, f"give {name} its rules", redirects(pod, self.between))
        self.pods[name].network = pod

    def _drop(self, name: str, *, at_once: bool) -> None:
        """Let a pod go: it is gone when its programs are, or at once if another gets its address.

        The kernel takes its time for the latter, and clears the others away beside everything else.
        """
        pod = self.pods.pop(name)
        if at_once:
            tell(self.routes, f"cut {name} off", links.cut(pod.link))
        self._forget(name)

    def _forget(self, name: str) -> None:
        self.holding.ask("drop", name)
        self.holding.handles()

    @contextmanager
    def _opened(self, pod: str, *kinds: Kind) -> Iterator[tuple[int, list[socket.socket]]]:
        """Give a pod's namespace, and sockets of it, for as long as they are used."""
        self.holding.ask("open", pod, sockets=kinds)
        namespace, *handles = self.holding.handles()
        with ExitStack() as closing:
            closing.callback(os.close, namespace)
            found = [closing.enter_context(socket.socket(fileno=handle)) for handle in handles]
            yield namespace, found
