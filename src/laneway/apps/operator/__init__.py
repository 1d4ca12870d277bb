"""`laneway operator`: keeps a cluster's Istio objects as its lanes say, and tells what is live.

Wiring alone: caches of the API server's objects, the loop, what is written, what is told. What is
wanted, in which order it is safe and what a status says is decided in the core.
"""
