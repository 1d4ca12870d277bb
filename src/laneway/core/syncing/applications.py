"""An Application as Argo CD has it in a cluster: what it follows, and how every object stands.

Comes in: the object as the API server has it. Goes out: what its status says. Nothing of it is
worked out here: what Argo CD says is shown as it says it.
https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
"""

from __future__ import annotations

import msgspec
from msgspec import Struct, field

from laneway.core.resources.argo.read_application import API_VERSION, KIND

API_GROUP = API_VERSION.partition("/")[0]
APPLICATION = (API_GROUP, KIND)
"""API group and kind."""


class _ArgoHealth(Struct, frozen=True):
    status: str = ""
    message: str = ""


class ResourceInArgo(Struct, frozen=True, rename="camel"):
    """An object of an Application. One that the commit lacks `requires_pruning`."""

    kind: str
    name: str
    group: str = ""
    version: str = ""
    namespace: str = ""
    status: str = "Unknown"
    health: _ArgoHealth | None = None
    requires_pruning: bool = False


class _ArgoSource(Struct, frozen=True, rename="camel"):
    repo_url: str = field(default="", name="repoURL")
    path: str = ""
    target_revision: str = ""


class _ArgoAutomated(Struct, frozen=True):
    enabled: bool = True


class _ArgoPolicy(Struct, frozen=True):
    automated: _ArgoAutomated | None = None


class _ArgoDestination(Struct, frozen=True):
    namespace: str = ""


class _ArgoSpec(Struct, frozen=True, rename="camel"):
    destination: _ArgoDestination = _ArgoDestination()
    source: _ArgoSource | None = None
    sources: tuple[_ArgoSource, ...] = ()
    sync_policy: _ArgoPolicy | None = None


class _ArgoSync(Struct, frozen=True):
    status: str = "Unknown"
    revision: str = ""
    revisions: tuple[str, ...] = ()


class _ArgoStatus(Struct, frozen=True):
    sync: _ArgoSync = _ArgoSync()
    health: _ArgoHealth = _ArgoHealth("Unknown")
    resources: tuple[ResourceInArgo, ...] = ()


class _ArgoHead(Struct, frozen=True):
    name: str = ""
    namespace: str = ""


class ApplicationInArgo(Struct, frozen=True):
    """What an Application follows, and what its status says of that."""

    metadata: _ArgoHead = _ArgoHead()
    spec: _ArgoSpec = _ArgoSpec()
    status: _ArgoStatus = _ArgoStatus()

    @property
    def source(self) -> _ArgoSource:
        """What it follows: of several sources the first."""
        return self.spec.source or next(iter(self.spec.sources), _ArgoSource())

    @property
    def revision(self) -> str:
        """The commit that it was compared with last."""
        sync = self.status.sync
        return sync.revision or next(iter(sync.revisions), "")

    @property
    def is_automated(self) -> bool:
        """Whether a new commit is applied without anybody saying so."""
        policy = self.spec.sync_policy
        return policy is not None and policy.automated is not None and policy.automated.enabled


_application = msgspec.json.Decoder(ApplicationInArgo)


def read_application_in_argo(raw: bytes) -> ApplicationInArgo | None:
    """Read one; None where it is of another form.

    >>> found = read_application_in_argo(b'{"metadata": {"name": "shop"}, "spec": {}}')
    >>> found.metadata.name, found.status.sync.status
    ('shop', 'Unknown')
    """
    try:
        return _application.decode(raw)
    except msgspec.DecodeError:
        return None
