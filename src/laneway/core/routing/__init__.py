"""Where requests go: the plan, and what one request meets in it.

Comes in: a Mesh. Goes out: a RoutePlan in which everything is decided, so that an emitter only
spells it, and a Journey that tells which rule decided and why the others did not.
"""
