"""What a repository says and what is applied, side by side: what is due, and how all of it stands.

Comes in: snapshots of commits, the snapshot that is applied, a policy. Goes out: the snapshot to
follow next, and the state of every object in the words of Argo CD. It knows no repository, no
machine and no cluster. https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
"""
