"""`laneway demo`: a mesh of the project's own sample, asked, changed and judged.

Comes in: nothing but flags. Goes out: a table of what answered, and an exit code: 0 every request
stayed in its lane, 1 one did not. `sample/` is the example `gitops`, as links, so that an installed
Laneway carries it along.
"""
