"""LW1340: an entry rule that misspells the header or the path by which its group is entered.

What is usual is what several other lanes ask for in rules to the same service; only a slip of the
hand is told, since lanes may well be entered in ways of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from laneway.core.findings.codes.beside import RULE_UNLIKE_OTHERS
from laneway.core.findings.codes.lanes import ORDER_BY_POSITION
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Step
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.lanes.swim_lanes import IngressRule
from laneway.core.resources.yaml.nearness import meant
from laneway.core.routing.plan.entries import lane_header
from laneway.core.routing.plan.rule_names import entry_rule_name
from laneway.core.rules.check import Check
from laneway.core.rules.questions.entry_names import ENOUGH, by_name, counting_rules, name_asked
from laneway.core.rules.questions.words import counted

_Paths = Mapping[object, Mapping[str, list[str]]]
"""Lanes by path, for each way in which rules are alike but for it."""


class _Slip(NamedTuple):
    """What a rule asks for, what is usual, whose rules ask for that, and where it is written."""

    written: str
    usual: str
    lanes: list[str]
    at: tuple[Step, ...]


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find such rules, one finding for each slip."""
    for group in mesh.groups:
        if group.held or group.group.strategy == "weighted" or len(group.lanes) <= ENOUGH:
            continue
        header = lane_header(group)
        named = [str(one.name) for one in by_name(group, header)]
        paths = _paths(group)
        for lane in group.lanes:
            for rule in counting_rules(lane):
                for slip in (*_header(lane, rule, header, named), *_path(lane, rule, paths)):
                    yield _found(lane, rule, slip)


def _header(
    lane: GroupLane, rule: IngressRule, header: str, named: Sequence[str]
) -> Iterator[_Slip]:
    asked = dict(rule.match.headers)
    if header in asked or len(named) < ENOUGH or lane.name in named:
        return
    for name in asked:
        if name_asked(rule, name) == lane.name and meant(name, [header]):
            yield _Slip(f"header {name}", header, list(named), ("match", "headers", name))


def _paths(group: Group) -> _Paths:
    """Return the lanes by the path they are entered at, among rules to the same service."""
    found: dict[object, dict[str, list[str]]] = {}
    for lane in group.lanes:
        for rule in counting_rules(lane):
            if (uri := rule.match.uri) is not None:
                found.setdefault(_way(rule), {}).setdefault(uri.value, []).append(str(lane.name))
    return found


def _way(rule: IngressRule) -> object:
    """Return what two rules have alike that differ in their paths alone."""
    return rule.destination, rule.hosts, rule.match.uri and rule.match.uri.kind


def _path(lane: GroupLane, rule: IngressRule, paths: _Paths) -> Iterator[_Slip]:
    uri = rule.match.uri
    if uri is None or uri.kind not in ("exact", "prefix"):
        return
    found = paths[_way(rule)]
    if len(set(found[uri.value])) >= ENOUGH:
        return
    near = meant(uri.value, [one for one, lanes in found.items() if len(set(lanes)) >= ENOUGH])
    if near and str(lane.name) not in found[near]:
        at = ("match", "uri", uri.kind)
        yield _Slip(f"path {uri.value}", near, list(dict.fromkeys(found[near])), at)


def _found(lane: GroupLane, rule: IngressRule, slip: _Slip) -> Finding:
    meta, name = lane.lane.meta, entry_rule_name(lane.name, rule)
    place = meta.place("spec", "ingressRules", rule.index, *slip.at)
    words = {
        "rule": name,
        "written": slip.written,
        "usual": slip.usual,
        "lanes": counted("lane", slip.lanes),
        "lane": lane.name,
    }
    found = finding(RULE_UNLIKE_OTHERS, place, str(meta.ref), **words)
    return replace(found, follows=((ORDER_BY_POSITION.id, name),))


CHECK = Check.of_mesh(RULE_UNLIKE_OTHERS, check)
