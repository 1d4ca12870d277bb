"""Which programs stand for the pods of a mesh: which run, where, and what happens to them next.

Comes in: a mesh, commands that stand for images, what runs and how it stands, and the time as
data. Goes out: the programs wanted, a place for each, and the next step.
"""
