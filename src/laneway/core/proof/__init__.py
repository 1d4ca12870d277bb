"""Proof: do the routes keep what the lanes promise, for every request there can be.

Comes in: lanes, and the Istio objects that are to carry them out. Goes out: proven, or the smallest
request that shows the contrary, or what could not be decided. Nothing is sampled: requests are
reasoned about as sets.
"""
