"""A Snapshot as one file: what a bug report needs, and what a running mesh remembers of its input.

Comes in: a Snapshot. Goes out: YAML text which, read again, gives the same objects in the same
order. The documents are the texts that were read, comments and all, each below a line that says
where it came from. Objects of other kinds in documents of their own are left out, since they passed
by untouched.
"""

from __future__ import annotations

from laneway.core.findings.place import Source
from laneway.core.mesh.snapshot import Snapshot


def one_file(snapshot: Snapshot) -> str:
    r"""Join the documents of a snapshot.

    >>> one_file(Snapshot())
    ''
    """
    sources: dict[Source, Source] = {}
    for resource in snapshot.resources:
        sources.setdefault(resource.meta.source, resource.meta.source)
    return "".join(_document(source) for source in sources.values())


def _document(source: Source) -> str:
    end = "" if source.text.endswith("\n") else "\n"
    return f"---\n# {source.path}:{source.first_line}\n{source.text}{end}"
