"""Writes findings for machines: JSON, and SARIF 2.1.0 for code hosts and editors.

Comes in: findings. Goes out: text in the order people see them in. Apart from `render.py`, because
these shapes are promises to other programs and change seldom.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from laneway.core.findings.finding import Code, Finding, Level
from laneway.core.findings.render import LEVELS, Located, in_order

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS: dict[Level, str] = {"error": "error", "warning": "warning", "info": "note"}


def as_json(findings: Iterable[Finding]) -> str:
    """Write findings as one JSON object: `findings`, sorted, and `summary`, counted by level."""
    located = in_order(findings)
    counts = {level: sum(one.finding.level == level for one in located) for level in LEVELS}
    return _dumped({"findings": [_plain(one) for one in located], "summary": counts})


def _dumped(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _plain(located: Located) -> dict[str, Any]:
    finding = located.finding
    plain: dict[str, Any] = {
        "code": finding.code.id,
        "level": finding.level,
        "message": finding.message,
        "why": finding.code.why,
        "fix": finding.fix,
    }
    if finding.code.also:
        plain["also"] = finding.code.also
    if finding.subject:
        plain["subject"] = finding.subject
    if located.path:
        plain["file"] = located.path
    if located.position is not None and located.where != located.path:
        plain["line"] = located.position.line
        plain["column"] = located.position.column
    if finding.place is not None and finding.place.path:
        plain["path"] = list(finding.place.path)
    return plain


def as_sarif(findings: Iterable[Finding], version: str) -> str:
    """Write findings as a SARIF log with one run of Laneway, whose version is given."""
    located = in_order(findings)
    codes = {one.finding.code.id: one.finding.code for one in located}
    rules = [_rule(codes[name]) for name in sorted(codes)]
    order = {rule["id"]: index for index, rule in enumerate(rules)}
    driver = {"name": "laneway", "semanticVersion": version, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, order) for one in located],
    }
    return _dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.id,
        "shortDescription": {"text": _unfilled(code.message)},
        "fullDescription": {"text": code.why},
        "help": {"text": code.why if code.fix in ("", "{fix}") else _unfilled(code.fix)},
        "defaultConfiguration": {"level": _SARIF_LEVELS[code.level]},
    }


def _unfilled(template: str) -> str:
    """Return a sentence whose words are not known yet, its doubled braces made single."""
    return template.replace("{{", "{").replace("}}", "}")


def _result(located: Located, order: dict[str, int]) -> dict[str, Any]:
    finding = located.finding
    result: dict[str, Any] = {
        "ruleId": finding.code.id,
        "ruleIndex": order[finding.code.id],
        "level": _SARIF_LEVELS[finding.level],
        "message": {"text": f"{finding.message}. {finding.fix}"},
    }
    if located.path:
        result["locations"] = [_location(located)]
    if finding.subject:
        kind, _, name = finding.subject.partition(" ")
        logical = {"fullyQualifiedName": name, "kind": kind}
        result.setdefault("locations", [{}])[0]["logicalLocations"] = [logical]
    return result


def _location(located: Located) -> dict[str, Any]:
    artifact = {"uri": quote(located.path, safe="/:._-~+@")}
    physical: dict[str, Any] = {"artifactLocation": artifact}
    if located.position is not None and located.where != located.path:
        physical["region"] = {
            "startLine": located.position.line,
            "startColumn": located.position.column,
            "endColumn": located.position.column + located.position.width,
        }
    return {"physicalLocation": physical}
