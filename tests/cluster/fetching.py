"""A running istiod as tests ask it: what it sends each proxy, once it knows what it has to.

Comes in: proxies, and the marks to wait for. Goes out: a Translation in the oracle's form, so that
whoever judges one judges the other. The joining itself is done by `engines/fetch`. Nothing is
changed in istiod; a mark that does not come within its time is `UntranslatableError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from tests.agree.oracle import Translation, Workload, translation
from tests.agree.piped import Piped
from tests.cluster.control_plane import Istiod
from tests.laws.objects import Object

PATIENCE = 30.0
"""Seconds in which marks come: a hundred times what it takes on an idle machine."""


class Mark(Struct, frozen=True):
    """A proxy, and words that stand in what it is sent once istiod knows what is waited for."""

    proxy: Workload
    words: Sequence[str]


class Fetch(Piped):
    """Joins one istiod as any number of proxies; a context manager."""

    def __init__(self, program: Path, istiod: Istiod) -> None:
        """Take the built program and the istiod to join."""
        super().__init__([str(program), f"127.0.0.1:{istiod.grpc}"])
        self._version = istiod.version

    def translate(
        self, marks: Sequence[Mark], proxies: Sequence[Workload], seconds: float = PATIENCE
    ) -> Translation:
        """Return what each proxy is sent after all marks have been met, within so many seconds."""
        watched = [{"proxy": self._joining(mark.proxy), "words": mark.words} for mark in marks]
        joining = [self._joining(one) for one in proxies]
        return translation(self.ask({"marks": watched, "proxies": joining, "seconds": seconds}))

    def _joining(self, of: Workload) -> Object:
        return {**asdict(of), "node": node(of, self._version)}


def node(of: Workload, version: str) -> Object:
    """Return what the Envoy of a pod says of itself, as Istio's agent would have it say.

    https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig
    """
    name = f"{of.name}.{of.namespace}"
    metadata = {
        "NAMESPACE": of.namespace,
        "INSTANCE_IPS": of.ip,
        "CLUSTER_ID": "Kubernetes",
        "ISTIO_VERSION": f"{version}.0",
        "INTERCEPTION_MODE": "REDIRECT",
        "LABELS": dict(of.labels),
    }
    domain = f"{of.namespace}.svc.cluster.local"
    return {"id": f"{of.type}~{of.ip}~{name}~{domain}", "cluster": name, "metadata": metadata}
