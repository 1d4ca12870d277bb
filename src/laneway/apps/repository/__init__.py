"""A repository as those ask it who follow it, to a mesh on this machine or to a cluster.

Comes in: the file of an Application. Goes out: what is followed, what is newest in it, and who
tells of pushes. What becomes of a commit is the business of whoever follows.
"""
