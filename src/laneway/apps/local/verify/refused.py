"""Whether the mesh that is verified serves what its files say.

Comes in: the mesh's record. Goes out: a finding where the newest edit did not go live, since all
that was tested then is an older state of the files.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from laneway.apps.local.record.refusal import RefusedRevision, cause_text
from laneway.apps.local.record.state import MeshRecord
from laneway.apps.terminal.tables import duration
from laneway.core.findings.codes.running import EDIT_REFUSED
from laneway.core.findings.finding import Finding, unplaced


def refused_edit(record: MeshRecord) -> Iterator[Finding]:
    """Yield that the newest edit was refused, if it was."""
    if record.refused is not None:
        refusal = RefusedRevision.of_value(record.refused)
        words = {
            "mesh": record.name,
            "edit": refusal.edit,
            "ago": duration(max(time.time() - refusal.since, 0.0)),
            "cause": cause_text(refusal),
            "command": refusal.command,
        }
        yield unplaced(EDIT_REFUSED, record.name, **words)
