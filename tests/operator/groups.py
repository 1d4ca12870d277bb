"""The operator beside Flagger, many releases each: `./dev figures operator groups 100`.

In a cluster of so many services each is released on its own: `laneway operator` has a group of two
lanes for each, Flagger a Canary, in a cluster of its own and one after the other. Told of both are
memory at the highest, processor time, and what the API server wrote down that they asked for: while
they start on nothing, until all is in place, left alone, and started again. istiod is not asked.
`--alone` leaves out Flagger, which is built by Go from its module, minutes the first time.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import yaml
from msgspec import Struct
from msgspec.structs import replace

from laneway.core.emit.crds.definitions import definitions
from tests.cluster.children import Children
from tests.cluster.control_plane import AUDIT_LOG, ROOT, ControlPlane, kubeconfig_of
from tests.cluster.lanes import asked
from tests.cost.filling import fill, store
from tests.cost.processes import taken
from tests.engines import EngineAbsentError
from tests.laws.objects import LANES, Object
from tests.operator import flagger
from tests.operator.grouped import Grouped
from tests.operator.settled import PATIENCE, operator, tell

QUIET = 15.0
"""Seconds in which a program on an empty cluster has read everything, and begun its rounds."""


def main(words: list[str]) -> int:
    """Measure both and tell it at once."""
    options = _options(words)
    size = Grouped(options.number)
    with tempfile.TemporaryDirectory(prefix="laneway-groups-") as work:
        sides = [_laneway(size)]
        if not options.alone:
            try:
                sides.append(_flagger(size, Path(work)))
            except EngineAbsentError as absent:
                sys.stderr.write(f"{absent}\n")
        for side in sides:
            with store(Path(work) / f"{side.name}-cluster") as (plane, children):
                _measure(Scene(plane, children, size, options.idle), side)
    return 0


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev figures operator groups", description=__doc__)
    parser.add_argument("number", type=int, nargs="?", default=100, help="of services")
    parser.add_argument("--idle", type=float, default=120.0, help="seconds they are left alone")
    parser.add_argument("--alone", action="store_true", help="Laneway's figures only")
    return parser.parse_args(words)


class Scene(Struct, frozen=True):
    """A cluster, how large it is, and how long somebody is left alone in it."""

    plane: ControlPlane
    children: Children
    size: Grouped
    idle: float


class Side(Struct, frozen=True):
    """Who is measured: its kinds, what it is told, how it runs, and when all is in place."""

    name: str
    kinds: list[Object]
    told: list[Object]
    running: Callable[[Scene, Path], AbstractContextManager[int]]
    is_done: Callable[[Scene], bool]


def _laneway(size: Grouped) -> Side:
    @contextmanager
    def running(scene: Scene, kubeconfig: Path) -> Iterator[int]:
        words = (f"--kubeconfig={kubeconfig}", "--leader-elect", f"--lease-namespace={ROOT}")
        with operator(scene.plane, scene.children, words) as found:
            yield found.process

    def is_done(scene: Scene) -> bool:
        return all(map(_is_ready, _all(scene, f"/apis/{LANES}/asmswimlanegroups")))

    return Side("laneway", list(definitions()), list(size.groups()), running, is_done)


def _is_ready(group: Object) -> bool:
    status = group.get("status", {})
    told = {one["type"]: one["status"] for one in status.get("conditions", ())}
    is_whole = told.get("Ready") == "True" and told.get("Reconciling") != "True"
    return is_whole and status.get("lanes") == 2


def _flagger(size: Grouped, folder: Path) -> Side:
    program = flagger.built(folder)

    def running(scene: Scene, kubeconfig: Path) -> AbstractContextManager[int]:
        return flagger.running(scene.plane, scene.children, program, kubeconfig)

    def is_done(scene: Scene) -> bool:
        canaries = _all(scene, "/apis/flagger.app/v1beta1/canaries")
        return all(one.get("status", {}).get("phase") == "Initialized" for one in canaries)

    told = list(size.canaries())
    return Side(flagger.NAME, list(flagger.kinds(folder)), told, running, is_done)


def _all(scene: Scene, path: str) -> Iterable[Object]:
    found: list[Object] = scene.plane.api.ask(path)["items"]
    return found


def _measure(scene: Scene, side: Side) -> None:
    asked(scene.plane, "apply", "--server-side", "-f", "-", told=yaml.dump_all(side.kinds))
    fill(scene.plane.api, scene.size.running())
    flagger.make_ready(scene.plane)
    account = Account(scene.plane, side.name)
    kubeconfig = account.made()
    tell(f"{side.name}, {scene.size.number} services")
    with side.running(scene, kubeconfig) as process:
        time.sleep(QUIET)
        account.tell("started, nothing to do", process, QUIET)
        account.tell("all in place", process, _until_done(scene, side))
        _idle(scene, account, process)
    with side.running(scene, kubeconfig) as process:
        time.sleep(scene.idle)
        account.tell("started again", process, scene.idle)


def _until_done(scene: Scene, side: Side) -> float:
    """Write what a side is told; return after how many seconds all is in place."""
    began = time.monotonic()
    asked(scene.plane, "create", "-f", "-", told=yaml.dump_all(side.told))
    while not side.is_done(scene):
        if time.monotonic() - began > PATIENCE:
            raise TimeoutError(f"{side.name} does not come to an end")
        time.sleep(0.2)
    return time.monotonic() - began


def _idle(scene: Scene, account: Account, process: int) -> None:
    time.sleep(QUIET)
    account.asked()
    before = taken(process).processor
    time.sleep(scene.idle)
    share = (taken(process).processor - before) / scene.idle
    account.tell(f"left alone, {share:.2%} of a core", process, scene.idle)


class Account:
    """An administrator of a name of its own, of whom the API server writes down what it asks."""

    def __init__(self, plane: ControlPlane, name: str) -> None:
        self._plane = plane
        self._name = name
        self._user = f"system:serviceaccount:{ROOT}:{name}"
        self._seen: set[str] = set()

    def made(self) -> Path:
        """Make the account; return the kubeconfig of its token."""
        api, meta = self._plane.api, {"name": self._name, "namespace": ROOT}
        accounts = f"/api/v1/namespaces/{ROOT}/serviceaccounts"
        api.ask(accounts, "POST", {"metadata": meta})
        bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": ADMIN}
        subject = {"kind": "ServiceAccount", **meta}
        binding = {"metadata": {"name": self._name}, "roleRef": role, "subjects": [subject]}
        api.ask(bindings, "POST", binding)
        token = api.ask(f"{accounts}/{self._name}/token", "POST", {"spec": {}})["status"]["token"]
        kubeconfig = self._plane.folder / f"{self._name}.kubeconfig"
        kubeconfig.write_text(json.dumps(kubeconfig_of(replace(api, token=token))))
        return kubeconfig

    def asked(self) -> Counter[str]:
        """Return what was asked since this was asked last, by verb and resource."""
        found: Counter[str] = Counter()
        for line in (self._plane.folder / AUDIT_LOG).read_text().splitlines():
            event = json.loads(line)
            if event["user"]["username"] == self._user and event["auditID"] not in self._seen:
                self._seen.add(event["auditID"])
                target = event.get("objectRef", {})
                below = f"/{target['subresource']}" if "subresource" in target else ""
                found[f"{event['verb']} {target.get('resource', 'paths')}{below}"] += 1
        return found

    def tell(self, when: str, process: int, seconds: float) -> None:
        """Tell what the process has taken so far, and what was asked since the last time."""
        cost, found = taken(process), self.asked()
        verbs: Counter[str] = Counter()
        for name, number in found.items():
            verbs[name.split()[0]] += number
        tell(
            f"  {when}, {seconds:.0f} s: {cost.processor:.1f} s of processor so far, "
            f"{cost.resident:.0f} MB, at most {cost.peak:.0f} MB; "
            f"{found.total()} requests, {found.total() / seconds * 60:.0f} a minute, "
            f"{dict(verbs)}\n    {dict(sorted(found.items()))}"
        )


ADMIN = "cluster-admin"
