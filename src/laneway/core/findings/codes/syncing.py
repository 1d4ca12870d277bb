"""LW22xx: what of a repository that is followed does not become what serves.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error

NOTHING_IN_COMMIT = error(
    "LW2201",
    "commit {commit} holds no object that is followed, and {objects} would be removed",
    "A path that was moved, or a file that was emptied by mistake, looks the same as an "
    "application that is to end. So what serves goes on.",
    "Correct `source.path` in the Application, or the commit. If everything is to be removed, set "
    "`syncPolicy.automated.allowEmpty: true`.",
)
