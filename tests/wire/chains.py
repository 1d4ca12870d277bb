"""Permissive chains of mock services on real Envoy: what each lane has, and who forgets the lane.

Comes in: a Chain in a few words. Goes out: its YAML, and a mesh that runs: for one test, or for
many, which edit it into the chain they ask about. Lane `s2` holds the pods of version `v2`; each
service calls the next one and passes on the header that carries the lane, unless it is said to
forget it.
"""

import http.client
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from laneway.apps.local.record.outside import bring_down
from laneway.apps.local.record.state import MeshFolder, mesh_folder
from laneway.core.mesh.propagation import LISTS
from tests.wire.lanes import GATEWAY, documents, service
from tests.wire.laneway_up import Answer, Up, laneway
from tests.wire.saving import save
from tests.wire.strict_mesh import unique_name

HEADER = "x-asm-prefer-tag"


class Chain(Struct, frozen=True):
    """A permissive group. `lanes` says which services each lane has; the first is the baseline.

    `trace_header` is what services pass on: the route header itself, `baggage`, or a trace's id.
    `forgets` names Deployments, such as `mockb-v1`, that pass nothing on; `weights` splits the
    entry instead of having rules, without `entered` nothing leads in; `targets` says which lane
    stands in for a service. Without `listed` no lane says what it has: its pods alone do.
    """

    lanes: Mapping[str, str]
    services: tuple[str, ...] = ("mocka", "mockb", "mockc")
    trace_header: str = HEADER
    route_header: str = HEADER
    weights: Mapping[str, int] = {}
    targets: Mapping[str, str] = {}
    forgets: frozenset[str] = frozenset()
    entered: bool = True
    listed: bool = True

    @property
    def yaml(self) -> str:
        """The whole input."""
        return documents(
            GATEWAY,
            self._group(),
            *(service(name) for name in self.services),
            *(self._lane(lane) for lane in self.lanes),
            *(self._pods(name, lane) for lane in self.lanes for name in self.has(lane)),
        )

    @property
    def by_trace(self) -> bool:
        """Whether programs pass on a trace's id alone."""
        return self.trace_header not in (self.route_header, *LISTS)

    @property
    def baseline(self) -> str:
        """The name of the baseline lane."""
        return next(iter(self.lanes))

    def has(self, lane: str) -> tuple[str, ...]:
        """Return the services a lane has."""
        return tuple(name for name in self.services if name in self.lanes[lane].split())

    def promised(self, lane: str) -> tuple[str, ...]:
        """Return the versions a request of a lane is to meet, if nobody forgets it."""
        return tuple(version(self.answers(lane, name)) for name in self.services)

    def answers(self, lane: str, name: str) -> str:
        """Return the lane whose pods answer requests of a lane at a service."""
        if name in self.has(lane):
            return lane
        target = self.targets.get(name, self.baseline)
        return target if name in self.has(target) else self.baseline

    def _group(self) -> str:
        listed = ", ".join(f"{{name: {name}, namespace: default}}" for name in self.services)
        targets = ", ".join(f"default/{name}: {lane}" for name, lane in self.targets.items())
        routing = "{ingressRoutingStrategy: weighted}" if self.weights else "{}"
        return f"""
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {{name: mock}}
spec:
  ingress:
    gateway: {{name: ingressgateway, namespace: istio-system, type: ASM}}
    ingressRouting: {routing}
  services: [{listed}]
  isPermissive: true
  permissiveModeConfiguration:
    fallbackTarget: {self.baseline}
    serviceLevelFallbackTarget: {{{targets}}}
    traceHeader: {self.trace_header}
    routeHeader: {self.route_header}
"""

    def _lane(self, lane: str) -> str:
        names = self.has(lane) if self.listed else ()
        listed = ", ".join(f"{{name: {name}, namespace: default}}" for name in names)
        return f"""
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {{name: {lane}, labels: {{swimlane-group: mock}}}}
spec:
  labelSelector: {{ASM_TRAFFIC_TAG: {version(lane)}}}
  services: [{listed}]
  {self._entry(lane)}
"""

    def _entry(self, lane: str) -> str:
        leads = f"destination: {{host: {self.services[0]}.default.svc.cluster.local}}"
        if not self.entered:
            return ""
        if self.weights:
            return f"ingressWeight: {{{leads}, weight: {self.weights[lane]}}}"
        match = f"uri: {{exact: /mock}}, headers: {{{self.route_header}: {{exact: {lane}}}}}"
        rule = f"{{name: r1, online: true, match: {{{match}}}, route: {{{leads}}}}}"
        return f"ingressRules: [{rule}]"

    def _pods(self, name: str, lane: str) -> str:
        labels = f"{{app: {name}, version: {version(lane)}, ASM_TRAFFIC_TAG: {version(lane)}}}"
        deployment = f"{name}-{version(lane)}"
        passed_on = "" if deployment in self.forgets else self.trace_header
        told = {"app": name, "version": version(lane), "forward_headers": passed_on}
        if name != self.services[-1]:
            following = self.services[self.services.index(name) + 1]
            told["upstream_url"] = f"http://{following}:8000/"
        listed = ", ".join(f"{{name: {key}, value: '{value}'}}" for key, value in told.items())
        return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {deployment}, namespace: default}}
spec:
  selector: {{matchLabels: {labels}}}
  template:
    metadata: {{labels: {labels}}}
    spec:
      containers:
      - name: default
        image: laneway/mock
        env: [{listed}]
        ports: [{{name: http, containerPort: 8000}}]
"""


def version(lane: str) -> str:
    """Return the version of a lane's pods."""
    return lane.replace("s", "v", 1)


class RunningChain(Struct, frozen=True):
    """A chain that runs, and the file it follows."""

    folder: MeshFolder
    up: Up
    file: Path

    def become(self, yaml: str) -> "RunningChain":
        """Edit the mesh into another one; it is live when this returns."""
        if yaml != self.file.read_text():
            save(self.file, yaml)
            self.up.until("live after")
        return self

    def chains(
        self, count: int, headers: Mapping[str, str] | None = None, path: str = "/mock"
    ) -> Counter[tuple[str, ...]]:
        """Send requests one after the other; count the versions met at each hop."""
        found: Counter[tuple[str, ...]] = Counter()
        with closing(http.client.HTTPConnection("127.0.0.1", self.up.port, timeout=10)) as client:
            for _ in range(count):
                client.request("GET", path, headers=dict(headers or {}))
                response = client.getresponse()
                answer = Answer(response.status, response.read().decode())
                found[tuple(hop.version for hop in answer.hops)] += 1
        return found

    def command(self, *arguments: str) -> str:
        """Run a command of Laneway on the mesh; return what it says."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_STATE_HOME", str(self.folder.path.parent.parent))
            ended = laneway(*arguments, "--name", self.folder.name)
        return ended.stdout + ended.stderr


@contextmanager
def running_chain(path: Path, yaml: str, *arguments: str) -> Iterator[RunningChain]:
    """Run a mesh of some YAML in a folder of its own, and end it."""
    path.mkdir(parents=True)
    file = path / "mesh.yaml"
    file.write_text(yaml)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(path.parent / "state"))
        folder = mesh_folder(unique_name(), os.environ)
        up = Up(*arguments, "--name", folder.name, str(path))
    try:
        up.ready()
        yield RunningChain(folder, up, file)
    finally:
        up.stop()
        bring_down(folder)
