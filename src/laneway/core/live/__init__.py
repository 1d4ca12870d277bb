"""What is live: what proxies have to come to hold of a change, and whether all of them do.

Comes in: a step of a change, and what istiod sends and says. Goes out: what an observer looks for,
and a Liveness. Who observes is an adapter.
"""
