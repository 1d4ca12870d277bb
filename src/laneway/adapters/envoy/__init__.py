"""Envoy: the only room that starts it, writes what it reads, and asks how it is.

Comes in: an EnvoyConfig of the core. Goes out: proxies that serve it, each change confirmed by the
proxies themselves. Every Envoy runs in a session of its own and outlives the Laneway that started
it; the folder it was given tells the next one what runs.
"""

from laneway.adapters.envoy.files import MODULE
from laneway.adapters.envoy.fleet import EnvoyFleet
from laneway.adapters.envoy.outcome import (
    Applied,
    EnvoyStartError,
    Rejected,
    Restarted,
    Settings,
    StepDone,
)

__all__ = [
    "MODULE",
    "Applied",
    "EnvoyFleet",
    "EnvoyStartError",
    "Rejected",
    "Restarted",
    "Settings",
    "StepDone",
]
