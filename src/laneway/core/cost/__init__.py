"""What lanes cost the proxies of a mesh and its control plane, before it is paid.

Comes in: a compiled mesh. Goes out: for each way to write its lanes what every class of proxies
holds, counted exactly, and what that weighs, by constants that were measured.
"""
