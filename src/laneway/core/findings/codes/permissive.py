"""LW18xx: permissive groups: the baseline, stand-ins and the headers that carry a lane.

Only texts, no decisions: a code says what is wrong and how to mend it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

UNKNOWN_FALLBACK_TARGET = Code(
    "LW1801",
    "error",
    "fallbackTarget {target} is no lane of group {group}",
    "Whatever a lane lacks, the baseline answers. Without it no request of another lane could be "
    "sent on, so the group is held: what is live stays as it is.",
    "{advice}",
)

BASELINE_BY_AGE = Code(
    "LW1802",
    "info",
    "group {group} names no fallbackTarget, so its oldest lane {lane} is the baseline",
    "Age is not kept when objects are created anew, for example from Git: another lane may then be "
    "the oldest, and every request that falls back would change its version.",
    "Set `fallbackTarget: {lane}` in permissiveModeConfiguration.",
)

HEADER_UNUSABLE = Code(
    "LW1803",
    "error",
    "the headers of group {group} cannot carry a lane: {reason}",
    "The routes match the lane's name in the routeHeader, so it must be an ordinary header that "
    "nothing else writes. The group is held: what is live stays as it is.",
    "Use a header of your own, for example `routeHeader: x-asm-prefer-tag`.",
)

SERVICE_TARGET_UNUSABLE = Code(
    "LW1804",
    "error",
    "serviceLevelFallbackTarget {key} to {lane} has no effect: {reason}",
    "The key is `namespace/name` of a service of the group, and the lane named must have that "
    "service. Where it does not, the baseline answers as everywhere else.",
    "{advice}",
)

BASELINE_LACKS_SERVICE = Code(
    "LW1805",
    "error",
    "the baseline {lane} of group {group} has no pods of {services}",
    "Requests of every lane that lacks a service end in the baseline. Here it cannot answer, and "
    "they get a 503.",
    "Give pods of {services} the baseline's labels ({selector}), or name another fallbackTarget.",
)

TCP_NOT_ISOLATED = Code(
    "LW1806",
    "error",
    "port {port} of {service} is TCP, and the lanes of the permissive group {group} are not "
    "isolated there",
    "A connection carries no header, so only the pod that connects decides. A request that fell "
    "back to the baseline goes on in the baseline, and never returns to its lane.",
    "Name the port http if it speaks HTTP (or http2, grpc); else take the service out of the group "
    "or use a strict group.",
)

TAGGING_SELECTS_NOTHING = Code(
    "LW1807",
    "warning",
    "hash tagging {name} selects no gateway (by {selector})",
    "Tags are written where requests come in, by the pods of a gateway. Their labels are known by "
    "the selectors of the Gateways, and the tagging has to stand in the namespace of such a "
    "Gateway or in istio-system.",
    "Select the pods as a Gateway does, and beside it: {known}.",
)

TAG_NOBODY_ASKS_FOR = Code(
    "LW1808",
    "warning",
    "rule {rule} gives users the tag {tag}, and no route of the gateway asks for {header}: {tag}",
    "A tag only says which lane a user belongs to. A route that matches the header leads into the "
    "lane; without one these users meet the other routes, or a 404.",
    "Add an entry rule with `headers: {{{header}: {{exact: {tag}}}}}` to the lane.",
)

HEADER_NEEDED = Code(
    "LW1809",
    "info",
    "{workloads} {verb} for other lanes of group {group} and {calls} on: {they} to pass on "
    "{header}",
    "A pod's own labels say the lane of what it sends without one. That is right for pods that "
    "serve their own lane alone, so those may forget the header; a request of another lane would "
    "go on in the lane of the pod that forgot it.",
    "Let these programs copy {header} from the request they serve to those they send. In a running "
    "mesh laneway verify --context names those that do not.",
)

FILTER_NEEDED = Code(
    "LW1810",
    "info",
    "{what}: on a mesh of Istio this needs the lane filter",
    "Istio's API can neither remember which lane a trace came in with nor count a hash. The mesh "
    "on this machine has the filter by itself; there, requests keep to what they carry: the route "
    "header decides, then the caller's labels.",
    "Serve the module (`laneway wasm FILE` writes it) and render with `--wasm-url URL`.",
)
