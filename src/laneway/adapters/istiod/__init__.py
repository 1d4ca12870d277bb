"""istiod, asked what it sends its proxies and who acknowledged it; it knows nothing of lanes.

Comes in: replicas, a token, and what is to be looked at. Goes out: a Liveness. An observer joins as
a proxy, for one change; nothing is written anywhere.
"""

from laneway.adapters.istiod.control_plane import ControlPlane
from laneway.adapters.istiod.credentials import IstiodCredentials
from laneway.adapters.istiod.observation import SURE, Observation

__all__ = ["SURE", "ControlPlane", "IstiodCredentials", "Observation"]
