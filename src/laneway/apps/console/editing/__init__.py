"""How what a person fills in becomes true: in files, as a commit, in a cluster.

Comes in: an edit by a form, and by whom. Goes out: what was written, or why nothing was: a conflict
with somebody else's edit, or findings. Nothing is overwritten that was not seen.
"""
