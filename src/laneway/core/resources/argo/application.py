"""An Application of Argo CD, as far as it is carried out here.

Everything in it has passed its check: the repository may be asked, the paths stay inside.
https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.git.remote import Remote
from laneway.core.git.revision import GitRevision
from laneway.core.git.selection import Selection
from laneway.core.resources.meta import Meta

IN_CLUSTER = ("https://kubernetes.default.svc", "in-cluster")
"""How the cluster that Argo CD itself runs in is called: by server, and by name."""


class Automated(Struct, frozen=True):
    """What happens without anybody saying so, once a new commit is there."""

    prune: bool = False
    self_heal: bool = False
    allow_empty: bool = False


class Retry(Struct, frozen=True):
    """How often and how soon what failed is tried again; times in seconds.

    `limit` is None where it is tried for ever. https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/#automatic-retry-with-a-limit
    """

    limit: int | None = 5
    first: float = 5.0
    factor: int = 2
    longest: float = 180.0

    def wait(self, tried: int) -> float | None:
        """Return the seconds to wait after so many retries; None when it is not tried again.

        >>> [Retry().wait(tried) for tried in (0, 1, 4, 5)]
        [5.0, 10.0, 80.0, None]
        """
        if self.limit is not None and tried >= self.limit:
            return None
        grown = self.first * float(self.factor) ** min(tried, 64)
        return min(grown, self.longest) if self.longest else grown


class ArgoDestination(Struct, frozen=True):
    """Where objects go: a cluster by server or by name, and the namespace of those without one."""

    server: str = ""
    name: str = ""
    namespace: str = ""


class ArgoApplication(Struct, frozen=True):
    """An Application. `automated` is None where somebody has to say when a commit is applied.

    `is_never_pruned` says that nothing is ever removed, whoever says so.
    """

    meta: Meta
    remote: Remote
    revision: GitRevision
    selection: Selection
    destination: ArgoDestination = ArgoDestination()
    automated: Automated | None = None
    retry: Retry = Retry()
    is_never_pruned: bool = False

    @property
    def namespace(self) -> str:
        """The namespace of objects that name none."""
        return self.destination.namespace or "default"
