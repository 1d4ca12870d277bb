"""What an API server refuses because it is certainly wrong, in CEL.

Comes in: nothing. Goes out: for each kind, rules with the place they belong to, the words a user
gets, and the finding that says the same of a file. A rule speaks of one object alone, and refuses
nothing that `check` takes without an error. Bounds of single values are the schema's. Names of
mappings have no rule: texts of unknown length, so many times, are more than an API server affords.
https://kubernetes.io/docs/reference/using-api/cel/
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.findings.codes import lanes, permissive, releasing, shape
from laneway.core.findings.finding import Code
from laneway.core.mesh.propagation import (
    LISTS,
    LONGEST_HEADER_NAME,
    OF_THE_TRANSPORT,
    TRACE_IDS,
)
from laneway.core.resources.lanes.tagging_fields import LONGEST
from laneway.core.resources.matching import HEADER_NAME


class Refusal(Struct, frozen=True):
    """A rule at a place, `[]` being each entry of a list and `*` each value of a mapping.

    `field` is the path below the place that the message names.
    """

    place: str
    rule: str
    says: str
    code: Code
    field: str = ""

    @property
    def message(self) -> str:
        """What a user reads."""
        return f"{self.says} ({self.code.id})"


_WAYS = ("exact", "prefix", "regex")
_SEVERAL = " + ".join(f"(has(self.{way}) ? 1 : 0)" for way in _WAYS)


def _one_way(place: str) -> Refusal:
    says = "a value is compared in one way: keep one of exact, prefix and regex"
    return Refusal(place, f"{_SEVERAL} <= 1", says, shape.SEVERAL_WAYS)


_ASKED = "spec.ingress.ingressRouting.weightedRoutingRule.requestMatches[]"
_RULE = "spec.ingressRules[]"
_HEADERS = ("traceHeader", "routeHeader")
_CONFIGURED = "self.permissiveModeConfiguration"
_IS_STRICT = "!has(self.isPermissive) || !self.isPermissive"
_NAMED = " && ".join(f"has({_CONFIGURED}.{one}) && {_CONFIGURED}.{one} != ''" for one in _HEADERS)
_HAS_HEADERS = f"has({_CONFIGURED}) && {_NAMED}"


def _taken(names: frozenset[str]) -> str:
    return "[" + ", ".join(f"'{name}'" for name in sorted(names)) + "]"


def _usable(header: str) -> str:
    """Return a rule for a header that is named: a real one, and one that travels on."""
    name = f"{_CONFIGURED}.{header}"
    return (
        f'{name}.matches(r"^{HEADER_NAME}$") && '
        f"size({name}) <= {LONGEST_HEADER_NAME} && "
        f"!({name}.lowerAscii() in {_taken(OF_THE_TRANSPORT)})"
    )


def _where_permissive(rule: str) -> str:
    """Return a rule about the headers of a permissive group that names both."""
    return f"{_IS_STRICT} || !({_HAS_HEADERS}) || ({rule})"


_GROUP = (
    Refusal(
        "",
        "size(self.metadata.name) <= 63",
        "a group's name becomes the value of a label, so it has 63 characters at most",
        lanes.GROUP_NAME_TOO_LONG,
        ".metadata.name",
    ),
    Refusal(
        "spec",
        f"{_IS_STRICT} || ({_HAS_HEADERS})",
        "a permissive group names traceHeader and routeHeader in permissiveModeConfiguration",
        lanes.PERMISSIVE_WITHOUT_HEADERS,
        ".permissiveModeConfiguration",
    ),
    Refusal(
        "spec",
        _where_permissive(
            f"!({_CONFIGURED}.routeHeader.lowerAscii() in {_taken(TRACE_IDS | LISTS.keys())})"
        ),
        "routeHeader is a header of your own that holds a lane's name: neither a list of others' "
        "such as baggage nor the id of a trace",
        permissive.HEADER_UNUSABLE,
        ".permissiveModeConfiguration.routeHeader",
    ),
    Refusal(
        "spec",
        _where_permissive(" && ".join(_usable(header) for header in _HEADERS)),
        "traceHeader and routeHeader are names of headers that travel on: no others than letters, "
        "digits and dashes, and none that belongs to a connection",
        permissive.HEADER_UNUSABLE,
        ".permissiveModeConfiguration",
    ),
    _one_way(f"{_ASKED}.uri"),
    _one_way(f"{_ASKED}.headers.*"),
)
_LANE = (
    Refusal(
        "",
        "size(self.metadata.name) <= 63 && "
        "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
        "a lane's name becomes a subset of Istio: 63 lower-case letters, digits and dashes at "
        "most, and no dots",
        lanes.ILLEGAL_LANE_NAME,
        ".metadata.name",
    ),
    Refusal(
        "",
        "has(self.spec) && has(self.spec.labelSelector) && size(self.spec.labelSelector) > 0",
        "a lane without a labelSelector would select every pod",
        lanes.EMPTY_SELECTOR,
        ".spec.labelSelector",
    ),
    _one_way(f"{_RULE}.match.uri"),
    _one_way(f"{_RULE}.match.headers.*"),
)
_LENGTH = (
    "size(self.header) + size(self.tagHeader) + "
    "(has(self.match) && has(self.match.host) ? size(self.match.host) : 0) + "
    "(has(self.partitions) ? self.partitions.map(one, "
    "size(string(one.partitionSize)) + size(one.tagValue) + 2).sum() : 0)"
)
_HASH_TAGGING = (
    Refusal(
        "spec.rules[]",
        "!has(self.partitions) || self.partitions.map(one, one.partitionSize).sum() <= self.modulo",
        "the partitions add up to the modulo at most",
        shape.OUT_OF_RANGE,
        ".partitions",
    ),
    Refusal(
        "spec.rules[]",
        f"{_LENGTH} <= {LONGEST}",
        f"names, sizes and tags of a rule have {LONGEST} characters together at most",
        shape.OUT_OF_RANGE,
    ),
)
_RELEASE = (
    Refusal(
        "",
        "size(self.metadata.name) <= 63 && "
        "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
        "a release's name stands in commits: 63 lower-case letters, digits and dashes at most",
        shape.UNKNOWN_VALUE,
        ".metadata.name",
    ),
    Refusal(
        "spec",
        "self.lane != self.stable",
        "a lane is compared with another one",
        shape.UNKNOWN_VALUE,
        ".stable",
    ),
    Refusal(
        "spec.stages[]",
        "self.weights.map(lane, self.weights[lane]).sum() == 100",
        "the weights of a stage add up to 100",
        releasing.STAGE_NOT_100,
        ".weights",
    ),
)

REFUSALS: Mapping[str, tuple[Refusal, ...]] = {
    "ASMSwimLaneGroup": _GROUP,
    "ASMSwimLane": _LANE,
    "ASMHashTagging": _HASH_TAGGING,
    "LaneRelease": _RELEASE,
}
"""The rules, by kind."""
