"""`laneway sync` to a cluster that no other syncer keeps.

Comes in: an Application and the way to an API server. Goes out: a cluster that is as the newest
commit says, as far as a repository may say it.
"""
