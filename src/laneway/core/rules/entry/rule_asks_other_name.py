"""LW1339: an entry rule that asks the lane header for another value than its lane's name.

Said where the group goes by names: others are asked for by theirs, and this value is another
lane's name, the lane's tag, a misspelling, or what no other lane does.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from laneway.core.findings.codes.beside import RULE_ASKS_OTHER_NAME
from laneway.core.findings.codes.entry import RULE_NEVER_REACHED
from laneway.core.findings.codes.lanes import ORDER_BY_POSITION
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.lanes.swim_lanes import IngressRule
from laneway.core.resources.yaml.nearness import meant
from laneway.core.routing.plan.entries import lane_header
from laneway.core.routing.plan.rule_names import entry_rule_name
from laneway.core.rules.check import Check
from laneway.core.rules.questions.entry_names import ENOUGH, by_name, counting_rules, name_asked


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find such rules of lanes that no rule asks for by name."""
    for group in mesh.groups:
        header = lane_header(group)
        named = by_name(group, header)
        for lane in group.lanes if named else ():
            for rule in counting_rules(lane) if lane not in named else ():
                value = name_asked(rule, header)
                is_odd = len(named) >= ENOUGH or _is_slip(group, lane, value)
                if value and is_odd:
                    yield _found(lane, rule, header, value)


def _is_slip(group: Group, lane: GroupLane, value: str) -> bool:
    """Whether a value is one that is easily written instead of the lane's name."""
    tags = [tag for _, tag in lane.selector]
    return group.lane(value) is not None or value in tags or bool(meant(value, [lane.name]))


def _found(lane: GroupLane, rule: IngressRule, header: str, value: str) -> Finding:
    meta, name = lane.lane.meta, entry_rule_name(lane.name, rule)
    at = ("spec", "ingressRules", rule.index, "match", "headers", header, "exact")
    words = {"rule": name, "header": header, "value": value, "lane": lane.name}
    found = finding(RULE_ASKS_OTHER_NAME, meta.place(*at), str(meta.ref), **words)
    return replace(found, follows=((RULE_NEVER_REACHED.id, name), (ORDER_BY_POSITION.id, name)))


CHECK = Check.of_mesh(RULE_ASKS_OTHER_NAME, check)
