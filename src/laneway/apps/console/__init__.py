"""`laneway console`: lanes in a browser.

Comes in: a ground (a mesh on this machine, files, a cluster as one user sees it). Goes out: a page
and the API under it. Wiring only: what is shown is worked out in the core, what is written is
written by the doors that the command line has too.
"""
