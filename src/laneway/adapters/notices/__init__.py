"""Notices to others, carried in order beside whoever sends them.

Comes in: an address that this machine's configuration has, bodies. Goes out: nothing; what was not
taken is told in words.
"""

from laneway.adapters.notices.couriers import Courier

__all__ = ["Courier"]
