"""The operator on a cluster: a process of its own beside it, and what people apply meanwhile.

Comes in: a control plane and folders of examples. Goes out: an operator that is told where istiod
is, since the tests' istiods are no pods; and the objects of an example, lanes and all, whose pods
say that they have a proxy, as injection would have written it.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

from laneway.core.emit.crds.definitions import definitions
from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane, environment
from tests.cluster.lanes import GATEWAY, asked, label, wait
from tests.cluster.pods import PROXY, PROXY_IMAGE
from tests.wire.laneway_up import COMMAND

PATIENCE = 180.0
TURNS = 12
NAME = "operator"
OURS = ("virtualservices", "destinationrules")


@contextmanager
def kinds(plane: ControlPlane) -> Iterator[None]:
    """Have the cluster know the vendor's kinds; lanes and what was written of them go with these.

    Even where a test failed in the middle: what it leaves would be in the way of all that follow.
    """
    told = yaml.dump_all(definitions())
    asked(plane, "apply", "--server-side", "-f", "-", told=told)
    names = [one["metadata"]["name"] for one in definitions()]
    asked(plane, "wait", "--for=condition=Established", "crd", *names, "--timeout=180s")
    try:
        yield
    finally:
        _forget(plane, names)
        asked(plane, "delete", ",".join(OURS), "-A", "-l=app.kubernetes.io/managed-by=laneway")


def _forget(plane: ControlPlane, names: Sequence[str]) -> None:
    """Delete kinds; one that the API server does not let go of is touched, so that it looks again.

    It happened once, in some hundred runs, that it held one for three minutes.
    """
    asked(plane, "delete", "crd", *names, "--wait=false")
    for turn in range(TURNS):
        held = asked(plane, "get", "crd", *names, "--ignore-not-found", "-o=name").split()
        if not held:
            return
        with suppress(AssertionError):
            asked(plane, "wait", "--for=delete", *held, "--timeout=15s")
            return
        for one in held:
            with suppress(AssertionError):  # one that has gone meanwhile is not to be found
                asked(plane, "annotate", one, f"touched={turn}", "--overwrite")
    raise AssertionError(asked(plane, "get", "crd", *names, "--ignore-not-found", "-o=yaml"))


class Operator:
    """The process; it can be killed and begun again. `more` words are its own."""

    def __init__(
        self, plane: ControlPlane, version: str, kubeconfig: Path | None = None, *more: str
    ) -> None:
        self.plane = plane
        self.children = Children(plane.folder / "logs")
        istiod = plane.istiods[version]
        self.words = (
            *("operator", f"--kubeconfig={kubeconfig or plane.kubeconfig}"),
            *("--drain=0.5", "--wait=1", f"--istiod=127.0.0.1:{istiod.grpc}:{istiod.http}", *more),
        )

    @property
    def process(self) -> int:
        """Its number."""
        return self.children.running[NAME].pid

    def begin(self) -> None:
        """Start it."""
        self.children.start(NAME, (*COMMAND, *self.words), environment(self.plane.folder))

    def kill(self) -> None:
        """Kill it at once."""
        self.children.running[NAME].kill()
        self.children.running.pop(NAME).wait()

    def end(self) -> int:
        """Ask it to end; return its exit code."""
        process = self.children.running.pop(NAME)
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=PATIENCE)


@contextmanager
def operator(plane: ControlPlane, version: str) -> Iterator[Operator]:
    """Have an operator run, and end in good order."""
    found = Operator(plane, version)
    found.begin()
    try:
        yield found
        assert found.end() == 0, found.children.last_words(NAME)
    finally:
        found.children.kill()


@contextmanager
def applied(plane: ControlPlane, example: Path, version: str) -> Iterator[None]:
    """Have all objects of an example on the cluster, applied by nobody but kubectl."""
    with standing(plane, objects_of(example), version):
        until_live(plane)
        yield


def objects_of(example: Path) -> list[dict[str, Any]]:
    """Return the objects of an example and the gateway, with proxies in the pods."""
    texts = [*(path.read_text() for path in sorted(example.glob("*.yaml"))), GATEWAY.read_text()]
    found = [item for text in texts for item in yaml.safe_load_all(text) if item]
    return [injected(item) for item in found if item["kind"] != "Namespace"]


@contextmanager
def standing(plane: ControlPlane, objects: list[dict[str, Any]], version: str) -> Iterator[None]:
    """Have objects on the cluster, applied by kubectl, and their pods ready."""
    label(plane, {"istio-injection": "enabled", "istio.io/rev": version.replace(".", "-")})
    try:
        asked(plane, "apply", "-f", "-", told=yaml.dump_all(objects))
        wait(plane, "--for=condition=Available", "deployment")
        yield
    finally:
        told = yaml.dump_all(objects)
        asked(plane, "delete", "--wait=false", "--ignore-not-found", "-f", "-", told=told)
        wait(plane, "--for=delete", "pod")
        label(plane, dict.fromkeys(("istio-injection", "istio.io/rev")))


def until_live(plane: ControlPlane) -> None:
    """Wait until every group says that it is live as it is now."""
    words = ("wait", "--for=condition=Live", "asmswimlanegroup", "--all", "--timeout=180s")
    asked(plane, *words)
    for one in groups(plane):
        until(lambda name=one: _is_observed(plane, name), f"{one} is not observed")  # type: ignore[misc]


def groups(plane: ControlPlane) -> list[str]:
    """Return the names of all groups."""
    return asked(plane, "get", "asmswimlanegroups", "-o=name").split()


def _is_observed(plane: ControlPlane, name: str) -> bool:
    group = json.loads(asked(plane, "get", name, "-o=json"))
    status = group.get("status", {})
    ready = {one["type"]: one["status"] for one in status.get("conditions", ())}
    seen = status.get("observedGeneration") == group["metadata"]["generation"]
    return seen and ready.get("Ready") == "True"


def until(check: Callable[[], bool], problem: str) -> None:
    """Return as soon as a check holds."""
    end = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < end, problem
        time.sleep(0.05)


def ours(plane: ControlPlane) -> list[str]:
    """Return the names of our objects on the cluster."""
    words = ("get", ",".join(OURS), "-A", "-l=app.kubernetes.io/managed-by=laneway", "-o=name")
    return sorted(asked(plane, *words).split())


def injected(item: dict[str, Any]) -> dict[str, Any]:
    """Return an object with a proxy in its pods, if it has any and is no gateway."""
    if item["kind"] == "Deployment":
        containers = item["spec"]["template"]["spec"]["containers"]
        if all(one["name"] != PROXY for one in containers):
            containers.append({"name": PROXY, "image": PROXY_IMAGE, "args": ["proxy", "sidecar"]})
    return item
