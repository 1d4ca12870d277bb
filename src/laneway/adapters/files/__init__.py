"""Files, folders, patterns and standard input as the compiler's input; and their changes.

Comes in: paths as the user wrote them. Goes out: Snapshots. The only room that opens manifests; it
decides nothing about them, and a path that cannot be read is a finding. Watching is in `watch.py`,
loaded only by those who watch.
"""

from __future__ import annotations

from laneway.adapters.files.reader import Reader, read_paths

__all__ = ["Reader", "read_paths"]
