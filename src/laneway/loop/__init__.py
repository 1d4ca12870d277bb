"""The loop that keeps a target as its input says: look at all, decide, do it in order, look again.

Comes in: a stream of snapshots, a target, a clock. Goes out: a target that follows. What is decided
is pure (`admission`, `step`); `run` only carries it out. It imports the core and nothing else of
Laneway, so that it knows neither a machine nor a cluster.
"""
