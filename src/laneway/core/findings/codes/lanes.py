"""LW12xx: groups, lanes and what ties them together.

Only texts, no decisions: a code says what is wrong and how to mend it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

NOT_CHECKED = Code(
    "LW1201",
    "info",
    "the input holds no {kinds}; not checked: {subjects}",
    "What is not in the input is unknown, not missing: these objects may well exist in the "
    "cluster, so no rule says that they are absent.",
    "Add these objects to the input to have them checked.",
)

LANE_WITHOUT_GROUP = Code(
    "LW1202",
    "error",
    "lane {lane} names no lane group",
    "A lane belongs to the group in its label swimlane-group. Without that label no service and no "
    "gateway is known for it, and it routes nothing.",
    "Add the label `swimlane-group: <group>` under metadata.labels.",
)

UNKNOWN_GROUP = Code(
    "LW1203",
    "error",
    "lane {lane} belongs to group {group}, which the input does not hold",
    "The group says which services and which gateway the lane uses. Without it the lane routes "
    "nothing.",
    "{advice}",
)

GROUP_WITHOUT_LANES = Code(
    "LW1204",
    "warning",
    "group {group} has no lanes",
    "A group alone routes nothing: its services keep Istio's default route over all their pods.",
    "Add an ASMSwimLane with the label `swimlane-group: {group}`.",
)

ILLEGAL_LANE_NAME = Code(
    "LW1205",
    "error",
    "lane name {lane} is not a DNS label",
    "The lane's name becomes a subset of a DestinationRule, and Istio accepts only DNS labels "
    "there: at most 63 characters, lower-case letters, digits and dashes, no dots. The lane is "
    "left out.",
    "Rename the lane, for example to {proposal}.",
    "IST0106",
)

GROUP_NAME_TOO_LONG = Code(
    "LW1206",
    "error",
    "the name of group {group} has {length} characters, more than 63",
    "The group's name becomes the value of the label swimlane-group, and Kubernetes allows 63 "
    "characters there. The group is held: what is live stays as it is.",
    "Rename the group, and with it the label swimlane-group of its lanes.",
)

EMPTY_SELECTOR = Code(
    "LW1207",
    "error",
    "lane {lane} selects every pod",
    "An empty labelSelector is met by the pods of all lanes, so requests of this lane would be "
    "spread over all of them. The lane is left out.",
    "Give the lane the label that only its pods carry, for example "
    "`labelSelector: {{version: v1}}`.",
)

OVERLAPPING_SELECTORS = Code(
    "LW1208",
    "error",
    "every pod of lane {inner} is also a pod of lane {outer}",
    "The labels of one selector contain those of the other, so the lanes share pods and are not "
    "isolated: a request of one lane meets pods of the other.",
    "Give each lane a label value that no other lane of the group selects.",
    "IST0130",
)

LANE_SERVICE_NOT_IN_GROUP = Code(
    "LW1209",
    "warning",
    "lane {lane} lists service {service}, which its group {group} does not have",
    "A lane can only hold services of its group; the entry is ignored.",
    "Add the service to spec.services of the group, or take it out of the lane.",
)

STRICT_LIST_INCOMPLETE = Code(
    "LW1210",
    "error",
    "lane {lane} leaves out {services}",
    "In a strict group each lane holds all services of the group, and a list takes none away: "
    "requests of the lane still go to the lane's own pods of that service, and fail with 503 where "
    "there are none.",
    "List every service of the group, or leave spec.services out of the lane.",
)

SERVICE_IN_TWO_GROUPS = Code(
    "LW1211",
    "error",
    "service {service} already belongs to group {owner}, which is older",
    "Istio honors one mesh VirtualService per host, so one group alone can route a service. This "
    "group is compiled without it.",
    "Take the service out of one of the two groups.",
)

PERMISSIVE_FIELDS_ON_STRICT = Code(
    "LW1212",
    "info",
    "permissiveModeConfiguration of the strict group {group} has no effect",
    "isPermissive decides the mode. In a strict group the caller's own pod decides the lane, so "
    "there is neither a fallback nor a header to read.",
    "Set isPermissive: true if fallback is wanted, else remove the block.",
)

PERMISSIVE_WITHOUT_HEADERS = Code(
    "LW1213",
    "error",
    "the permissive group {group} names no {headers}",
    "In a permissive group a request carries its lane in a header, and both traceHeader and "
    "routeHeader are needed to keep it. The group is held: what is live stays as it is.",
    "Set traceHeader and routeHeader in permissiveModeConfiguration, or isPermissive: false.",
)

FIELD_WITHOUT_EFFECT = Code(
    "LW1214",
    "info",
    "{field} of {owner} is read and has no effect",
    "The vendor publishes the field without saying what it does on a mesh like this one. It is "
    "kept, and nothing depends on it.",
    "Nothing to do; the field may be removed.",
)

SEVERAL_SELECTOR_LABELS = Code(
    "LW1215",
    "info",
    "the pods of {lanes} are selected by several labels, which must all match",
    "All labels of a selector hold together. A subset named like a label's value, which the asm "
    "layout adds beside the lane's own, exists only for a selector with one label.",
    "Nothing to do if that is meant; one label is enough to tell lanes apart.",
)

TAG_NAME_TAKEN = Code(
    "LW1216",
    "info",
    "the label value {tag} of lane {lane} is also the name of another lane",
    "The asm layout adds a second subset named like the label's value. Here that name already "
    "stands for the other lane, so the second subset is left out.",
    "Nothing to do unless routes of your own use the subset {tag} for lane {lane}.",
)

GROUP_HELD = Code(
    "LW1217",
    "error",
    "group {group} is held: {reason}",
    "Any output for the group would be unsafe, so none is made. What is live is neither changed "
    "nor removed.",
    "Mend the reason; the group compiles again by itself.",
)

ORDER_BY_POSITION = Code(
    "LW1218",
    "warning",
    "{what}, only because {first} stands before {second} in the input",
    "Objects are ordered by creationTimestamp. Where one is missing or doubled their place in the "
    "files decides, and a cluster may decide otherwise, since there age counts.",
    "{mend}",
)

DEFAULT_LANE = Code(
    "LW1219",
    "info",
    "calls of {callers}, in no lane of group {group}, go to its first lane {lane}",
    "A mesh route that ends without a last rule falls back to Istio's default route, which spreads "
    "requests over all lanes. So the last rule names one lane explicitly.",
    "Nothing to do if that is meant; else give these pods the labels of a lane.",
)

SERVICE_IN_NO_LANE = Code(
    "LW1220",
    "error",
    "service {service} is in no lane of group {group}",
    "No lane of the group selects any pod of the service. Each call to it inside a lane ends in "
    "503, whatever pods there are.",
    "Give the service's pods the labels of their lanes, or take the service out of the group.",
    "KIA0203",
)

SUPERSEDED = Code(
    "LW1221",
    "info",
    "{count} generated object(s) in the input are replaced, not read: {names}",
    "They carry the marks of Laneway or of a lane controller: they are output that came back as "
    "input, and are compiled anew from the lanes.",
    "Nothing to do. Remove the marks if one of them is meant to be your own.",
)

PATCH_NOT_APPLIED = Code(
    "LW1222",
    "error",
    "{patch} of group {group} is applied without {part}: {why}",
    "A patch may change timeout, retries, fault, corsPolicy and headers of a service's mesh "
    "routes, and its trafficPolicy. Anything else would let a patch decide where requests go, and "
    "a value that Istio refuses would take the whole object with it. The rest is applied.",
    "Correct the part, or take it out of the patch.",
)

POLICY_PATCH_BESIDE_RULE = Code(
    "LW1223",
    "error",
    "{patch} of group {group} is not applied to {host}{callers}: {user} speaks of that host",
    "Of several DestinationRules for one host in one namespace Istio takes a single trafficPolicy, "
    "that of the oldest. Which one that is would rest on the age of the objects, so yours stays "
    "alone.",
    "Write the policy into that DestinationRule, or remove the DestinationRule.",
)

KIND_WITHOUT_EFFECT = Code(
    "LW1224",
    "info",
    "{what} is read and has no effect",
    "TrafficLabel and ASMHeaderPropagation tell proxies of the vendor's mesh what to carry from "
    "hop to hop; other proxies do not know them. Here the labels of pods and the two headers of a "
    "permissive group say how a lane travels.",
    "Nothing to do if it only repeats a lane group. Otherwise name the headers in the group's "
    "permissiveModeConfiguration.",
)

ANNOTATION_WITHOUT_EFFECT = Code(
    "LW1225",
    "warning",
    "annotation {name} of group {group} has no effect: {reason}",
    "Annotations are free text, and nobody else checks these. A misspelled one is taken for absent "
    "without a word.",
    "{advice}",
)

RULE_NAMES_NO_LANE = Code(
    "LW1226",
    "warning",
    "lanes {lanes} of group {group} have the same entry rule: every request enters lane {first}",
    "The first rule that matches decides, and none of these says which lane a request is for. The "
    "vendor's console asks for a path alone and adds the header x-asm-prefer-tag by itself; a "
    "file has to name it.",
    "In each lane's rule add the header to `match`, here "
    "`headers: {{{header}: {{exact: {lane}}}}}`.",
    "IST0130",
)

NOT_OF_LANES = Code(
    "LW1227",
    "info",
    "{findings} about {objects} that {touch} no lane {are} left out: {codes}",
    "No lane service, no label of a lane and no host at which lanes are entered is in them, so no "
    "request of a lane can go another way for them. They are the business of whoever owns them.",
    "Nothing to do for the lanes. `laneway check --all` shows each of them.",
)
