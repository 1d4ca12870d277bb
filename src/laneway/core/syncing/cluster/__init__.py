"""Bringing a commit to a cluster that no other syncer keeps: what may go there, in which order.

Comes in: a commit's objects, what the cluster has, what was applied before. Goes out: what to apply
now, what to wait for, what to remove. Nothing here asks a server.
"""
