"""What has to change: desired objects against live ones, and in which order it is safe.

Comes in: two sets of manifests. Goes out: a ChangeSet in make-before-break order.
"""
