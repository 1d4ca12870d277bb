"""The Kubernetes API: the way in, what is asked, what is followed, who leads.

Comes in: a kubeconfig or a pod's service account. Goes out: objects as bytes, kept as the server
has them by whoever says how they are decoded. It knows nothing of lanes, meshes or Istio.
"""

from laneway.adapters.kube.access import Access, access, without_credentials
from laneway.adapters.kube.asking import Counted
from laneway.adapters.kube.client import Client
from laneway.adapters.kube.errors import (
    Conflict,
    Expired,
    Forbidden,
    Invalid,
    KubeError,
    NoAccess,
    NotFound,
    Unavailable,
)
from laneway.adapters.kube.following import Following
from laneway.adapters.kube.kinds import Extent, Kind
from laneway.adapters.kube.leading import Leading

__all__ = [
    "Access",
    "Client",
    "Conflict",
    "Counted",
    "Expired",
    "Extent",
    "Following",
    "Forbidden",
    "Invalid",
    "Kind",
    "KubeError",
    "Leading",
    "NoAccess",
    "NotFound",
    "Unavailable",
    "access",
    "without_credentials",
]
