"""LW12xx: groups, lanes and what ties them together.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

NOT_CHECKED = info(
    "LW1201",
    "the input contains no {kinds}; not checked: {subjects}",
    "Objects that are not in the input may exist in the cluster, so they are not reported as "
    "missing.",
    "Add these objects to the input to have them checked.",
)

LANE_WITHOUT_GROUP = error(
    "LW1202",
    "lane {lane} has no lane group",
    "A lane belongs to the group in its label swimlane-group. Without it the lane has no services "
    "and no gateway, and routes nothing.",
    "Add the label `swimlane-group: <group>` under metadata.labels.",
)

UNKNOWN_GROUP = error(
    "LW1203",
    "lane {lane} belongs to group {group}, which is not in the input",
    "The group defines the services and the gateway of the lane. Without it the lane routes "
    "nothing.",
    "{fix}",
)

GROUP_WITHOUT_LANES = warning(
    "LW1204",
    "group {group} has no lanes",
    "A group without lanes routes nothing: its services keep Istio's default route to all their "
    "pods.",
    "Add an ASMSwimLane with the label `swimlane-group: {group}`.",
)

ILLEGAL_LANE_NAME = error(
    "LW1205",
    "lane name {lane} is not a DNS label",
    "The lane's name becomes a subset of a DestinationRule, and Istio accepts only DNS labels "
    "there: at most 63 lower-case letters, digits and dashes, no dots. The lane is left out.",
    "Rename the lane, for example to {proposal}.",
    "IST0106",
)

GROUP_NAME_TOO_LONG = error(
    "LW1206",
    "the name of group {group} has {length} characters, more than 63",
    "The group's name becomes the value of the label swimlane-group, which Kubernetes limits to 63 "
    "characters. The group is held: what is live stays unchanged.",
    "Rename the group, and change the label swimlane-group of its lanes.",
)

EMPTY_SELECTOR = error(
    "LW1207",
    "lane {lane} selects every pod",
    "An empty labelSelector matches the pods of all lanes, so requests of this lane would be "
    "spread over all of them. The lane is left out.",
    "Give the lane a label that only its pods have, for example `labelSelector: {{version: v1}}`.",
)

OVERLAPPING_SELECTORS = error(
    "LW1208",
    "every pod of lane {inner} is also a pod of lane {outer}",
    "All labels of one selector are part of the other, so the lanes share pods and are not "
    "isolated: requests of one lane reach pods of the other.",
    "Give each lane a label value that no other lane of the group selects.",
    "IST0130",
)

LANE_SERVICE_NOT_IN_GROUP = warning(
    "LW1209",
    "lane {lane} lists service {service}, which is not in its group {group}",
    "A lane can contain only services of its group; the entry is ignored.",
    "Add the service to spec.services of the group, or remove it from the lane.",
)

STRICT_LIST_INCOMPLETE = error(
    "LW1210",
    "lane {lane} does not list {services}",
    "In a strict group every lane has all services of the group, and a list cannot exclude one: "
    "requests of the lane still go to the lane's own pods of that service, and get 503 if there "
    "are none.",
    "List every service of the group, or remove spec.services from the lane.",
)

SERVICE_IN_TWO_GROUPS = error(
    "LW1211",
    "service {service} already belongs to group {owner}, which is older",
    "Istio uses one mesh VirtualService per host, so only one group can route a service. This "
    "group is compiled without it.",
    "Remove the service from one of the two groups.",
)

PERMISSIVE_FIELDS_ON_STRICT = info(
    "LW1212",
    "permissiveModeConfiguration of the strict group {group} has no effect",
    "isPermissive decides the mode. In a strict group the labels of the calling pod decide the "
    "lane, so there is neither a fallback nor a header to read.",
    "Set isPermissive: true if you want fallback, otherwise remove the block.",
)

PERMISSIVE_WITHOUT_HEADERS = error(
    "LW1213",
    "the permissive group {group} has no {headers}",
    "In a permissive group a request carries its lane in a header, and both traceHeader and "
    "routeHeader are needed to keep it. The group is held: what is live stays unchanged.",
    "Set traceHeader and routeHeader in permissiveModeConfiguration, or isPermissive: false.",
)

FIELD_WITHOUT_EFFECT = info(
    "LW1214",
    "{field} of {owner} has no effect",
    "The vendor publishes the field without documenting what it does on a mesh like this one. It "
    "is read and ignored.",
    "Nothing to do; the field may be removed.",
)

SEVERAL_SELECTOR_LABELS = info(
    "LW1215",
    "the pods of {lanes} are selected by several labels, which must all match",
    "A pod must have all labels of a selector. The asm layout adds a second subset, named like the "
    "label's value, only for selectors with one label.",
    "Nothing to do if that is intended; one label is enough to tell lanes apart.",
)

TAG_NAME_TAKEN = info(
    "LW1216",
    "the label value {tag} of lane {lane} is also the name of another lane",
    "The asm layout adds a second subset named like the label's value. Here that name already "
    "belongs to the other lane, so the second subset is left out.",
    "Nothing to do unless routes of your own use the subset {tag} for lane {lane}.",
)

GROUP_HELD = error(
    "LW1217",
    "group {group} is held: {reason}",
    "Any output for the group would be unsafe, so none is generated. What is live is neither "
    "changed nor removed.",
    "Fix the cause; the group then compiles again.",
)

ORDER_BY_POSITION = warning(
    "LW1218",
    "{what}, only because {first} comes before {second} in the input",
    "Objects are ordered by creationTimestamp. If it is missing or equal, their position in the "
    "files decides; a cluster orders them by age and may decide otherwise.",
    "{fix}",
)

DEFAULT_LANE = info(
    "LW1219",
    "calls from {callers}, in no lane of group {group}, go to its first lane {lane}",
    "A mesh route without a last rule falls back to Istio's default route, which spreads requests "
    "over all lanes. So Laneway adds a last rule for one lane.",
    "Nothing to do if that is intended; otherwise give these pods the labels of a lane.",
)

SERVICE_IN_NO_LANE = error(
    "LW1220",
    "service {service} is in no lane of group {group}",
    "No lane of the group selects any pod of the service, so every call to it inside a lane gets "
    "503.",
    "Give the service's pods the labels of their lanes, or take the service out of the group.",
    "KIA0203",
)

SUPERSEDED = info(
    "LW1221",
    "{count} generated object(s) in the input are ignored and generated again: {names}",
    "They have the marks of Laneway or of a lane controller: they are earlier output, and are "
    "generated again from the lanes.",
    "Nothing to do. Remove the marks if one of them is your own object.",
)

PATCH_NOT_APPLIED = error(
    "LW1222",
    "{patch} of group {group} is applied without {part}: {why}",
    "A patch may change timeout, retries, fault, corsPolicy and headers of a service's mesh "
    "routes, and its trafficPolicy. Other fields could change where requests go, and for one "
    "invalid value Istio rejects the whole object. The rest of the patch is applied.",
    "Correct the part, or remove it from the patch.",
)

POLICY_PATCH_BESIDE_RULE = error(
    "LW1223",
    "{patch} of group {group} is not applied to {host}{callers}: {user} is for that host",
    "If one namespace has several DestinationRules for a host, Istio uses the trafficPolicy of the "
    "oldest only. So that the result does not depend on age, only yours is used.",
    "Write the policy into that DestinationRule, or remove the DestinationRule.",
)

KIND_WITHOUT_EFFECT = info(
    "LW1224",
    "{what} has no effect",
    "TrafficLabel and ASMHeaderPropagation tell the vendor's proxies what to propagate from hop to "
    "hop; other proxies do not know them. Here pod labels and the two headers of a permissive "
    "group decide the lane.",
    "Nothing to do if it only repeats a lane group. Otherwise name the headers in the group's "
    "permissiveModeConfiguration.",
)

ANNOTATION_WITHOUT_EFFECT = warning(
    "LW1225",
    "annotation {name} of {owner} has no effect: {reason}",
    "Annotations are free text that nothing else validates, so a misspelled one is silently "
    "ignored.",
    "{fix}",
)

RULE_NAMES_NO_LANE = warning(
    "LW1226",
    "lanes {lanes} of group {group} have the same entry rule: every request enters lane {first}",
    "The first rule that matches wins, and none of these rules says which lane a request is for. "
    "The vendor's console accepts a path alone and adds the header x-asm-prefer-tag itself; in a "
    "file you have to add it.",
    "In each lane's rule add the header to `match`, here "
    "`headers: {{{header}: {{exact: {lane}}}}}`.",
    "IST0130",
)

NOT_OF_LANES = info(
    "LW1227",
    "{findings} about {objects} that {touch} no lane {are} not shown: {codes}",
    "They contain no lane service, no label of a lane and no host at which lanes are entered, so "
    "they cannot change where a request of a lane goes.",
    "Nothing to do for the lanes. `laneway check --all` shows them.",
)
