"""`laneway release agent`: executes the LaneReleases of a cluster.

Comes in: the way to an API server, a configuration that says which servers and repositories there
are. Goes out: weights, moved by commits or by server-side apply, and the status of each release.
"""
