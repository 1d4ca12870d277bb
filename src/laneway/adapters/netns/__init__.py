"""Private networks: pods with addresses of their own, and what leads their connections to a proxy.

Comes in: which pods there are to be. Goes out: network namespaces that programs and proxies enter,
without root where the system allows user namespaces. It knows nothing of meshes or lanes, and needs
Linux.
"""

from laneway.adapters.netns.holding import NetworkError
from laneway.adapters.netns.network import PrivateNetwork
from laneway.adapters.netns.pods import MeshNetwork, PodNetwork
from laneway.adapters.netns.probe import probe
from laneway.adapters.netns.routes import destinations

__all__ = [
    "MeshNetwork",
    "NetworkError",
    "PodNetwork",
    "PrivateNetwork",
    "destinations",
    "probe",
]
