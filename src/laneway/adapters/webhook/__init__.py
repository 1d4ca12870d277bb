"""Listens for what code hosts say of pushes.

Comes in: an address, and who answers. Goes out: a server that takes small requests, a few at a
time, from whoever may send them. What they mean is not decided here.
"""

from laneway.adapters.webhook.listener import PATHS, Unguarded, listening

__all__ = ["PATHS", "Unguarded", "listening"]
