"""Argo CD's Application: which repository is followed, and how.

Apart from the kinds that a cluster is compiled of: an Application says where those are.
"""
