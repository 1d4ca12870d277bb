"""The input, understood: groups, lanes, services and their members, each name resolved.

Comes in: a Snapshot. Goes out: a Mesh, in which what is missing is a value. No routes are decided
here; that is the routing room's work.
"""
