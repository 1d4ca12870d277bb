"""A cluster as its users see it: read once into a Snapshot, or followed.

Comes in: a kubeconfig, a context. Goes out: what is there, and the names of the kinds that nobody
lets us read. Nothing is ever written.
"""
