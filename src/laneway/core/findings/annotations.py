"""Writes findings for those who show them beside the lines of a change: GitHub and GitLab.

Comes in: findings. Goes out: text in the order people see them in. SARIF, which GitHub shows as
well, is in `machine.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable

from laneway.core.findings.finding import Finding, Level
from laneway.core.findings.render import Located, in_order

_COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "info": "notice"}
_SEVERITIES: dict[Level, str] = {"error": "major", "warning": "minor", "info": "info"}


def as_github(findings: Iterable[Finding]) -> str:
    """Write a workflow command per finding; a job's log turns them into annotations.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """
    return "".join(f"{_command(located)}\n" for located in in_order(findings))


def _command(located: Located) -> str:
    finding = located.finding
    words = {"title": finding.code.id}
    position = located.position
    if located.path:
        words["file"] = located.path
    if position is not None and located.where != located.path:
        words |= {
            "line": str(position.line),
            "col": str(position.column),
            "endColumn": str(position.column + position.width),
        }
    properties = ",".join(f"{name}={_property(value)}" for name, value in words.items())
    said = _escaped(f"{finding.message}. {finding.fix}")
    return f"::{_COMMANDS[finding.level]} {properties}::{said}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def as_gitlab(findings: Iterable[Finding]) -> str:
    """Write a code quality report: a JSON list, which a merge request shows.

    A fingerprint leaves out the line, so that a finding that only moves is the same one.
    https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    seen: Counter[str] = Counter()
    report = []
    for located in in_order(findings):
        finding = located.finding
        line = located.position.line if located.position else 1
        same = f"{finding.code.id} {located.path} {finding.message}"
        seen[same] += 1
        digest = hashlib.sha256(f"{same} {seen[same]}".encode()).hexdigest()
        report.append(
            {
                "description": f"{finding.message}. {finding.fix}",
                "check_name": finding.code.id,
                "fingerprint": digest,
                "severity": _SEVERITIES[finding.level],
                "location": {
                    "path": located.path.removeprefix("./") or ".",
                    "lines": {"begin": line},
                },
            }
        )
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
