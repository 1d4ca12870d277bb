"""A release in stages: what lanes' requests came to → how it goes on.

Comes in: a plan, where the release stands, and what was counted of the new lane and of the stable
one at the same time. Goes out: what is known of each gate, and what to do. Whoever carries that out
has the clock, Git and the mesh; here time and counts are values.
"""
