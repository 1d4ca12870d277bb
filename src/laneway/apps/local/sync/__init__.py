"""`laneway sync`: a mesh on this machine that follows a repository.

Comes in: an Application. Goes out: a mesh like any other, whose input are commits. Which one is due
is decided in `core/syncing`; a mesh is run as `laneway up` runs it.
"""
