"""The loop of every door that keeps something as it is wanted, and its seams to the world.

Comes in: snapshots, a target and a clock. Goes out: what is to be done next. It imports the core
only: a mesh on this machine is one target, a cluster another.
"""
