"""LW15xx: pods, their labels and their sidecars.

Only texts, no decisions: a code says what is wrong and how to mend it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

LANE_WITHOUT_PODS = Code(
    "LW1501",
    "warning",
    "lane {lane} selects {selector}, and no pod of group {group} is there for it ({carried})",
    "The lane exists, but nobody is in it: requests that enter it get 503, or in a permissive "
    "group an answer of the baseline.",
    "Compare the lane's labelSelector with the labels of the pods (kubectl get pods "
    "--show-labels).",
    "CODE_UNEFFECTED_SWIMLANE_LABEL, IST0173",
)

LANE_LACKS_SERVICE = Code(
    "LW1502",
    "error",
    "lane {lane} has no pod of {services} ({carried})",
    "In a strict group each lane holds every service. A request of the lane that comes to one it "
    "lacks gets 503, never another lane.",
    "Give the pods of this version the labels {selector}, or deploy them.",
    "IST0173, KIA0203",
)

POD_IN_TWO_LANES = Code(
    "LW1503",
    "error",
    "the pods of {workload} are in the lanes {lanes}",
    "They carry the labels of each, so each of these lanes sends them requests: the lanes are not "
    "isolated.",
    "Take the label of one lane off the pods, or change the selectors.",
)

NAMESPACE_NOT_INJECTED = Code(
    "LW1504",
    "error",
    "namespace {namespace} does not ask for sidecars, so {workloads} have none",
    "Without a sidecar a pod's calls pass by all routes and spread over all lanes: the lane is "
    "lost there, which looks like an intermittent failure.",
    "Label the namespace `istio-injection=enabled` (or `istio.io/rev=<revision>`) and restart the "
    "pods.",
    "IST0102",
)

POD_OPTS_OUT = Code(
    "LW1505",
    "error",
    "the pods of {workload} opt out of sidecars by {mark}",
    "Without a sidecar a pod's calls pass by all routes and spread over all lanes: the lane is "
    "lost there, which looks like an intermittent failure.",
    "Remove sidecar.istio.io/inject from the pod, or take the service out of the lane group.",
    "IST0103",
)

POD_WITHOUT_PROXY = Code(
    "LW1506",
    "error",
    "{workload} runs without the container istio-proxy",
    "Without a sidecar a pod's calls pass by all routes and spread over all lanes: the lane is "
    "lost there, which looks like an intermittent failure.",
    "Switch injection on for the namespace or the pod, then restart it: a sidecar is added only "
    "when a pod is created.",
    "IST0103",
)

HOST_NETWORK = Code(
    "LW1507",
    "error",
    "the pods of {workload} use the host's network and get no sidecar",
    "Istio does not inject pods with hostNetwork. Their calls pass by all routes and spread over "
    "all lanes.",
    "Remove hostNetwork, or take the service out of the lane group.",
    "IST0103",
)

OUTSIDER_IN_LANE = Code(
    "LW1508",
    "info",
    "{workloads} outside of group {group} {verb} the labels of {lanes}",
    "The labels alone make a caller a member of a lane: calls of these pods to services of the "
    "group go to that lane.",
    "Nothing to do if that is meant; otherwise select lanes by a label of their own.",
)

POD_NOT_IN_LIST = Code(
    "LW1509",
    "warning",
    "the pods of {workload} carry the labels of lane {lane}, whose list leaves {service} out",
    "Requests of the lane never go to them, yet their own calls count as calls of the lane.",
    "Add the service to spec.services of the lane, or take the lane's labels off the pods.",
)

POD_IN_NO_LANE = Code(
    "LW1510",
    "warning",
    "the pods of {workload} are in no lane of group {group}: they carry {carried}",
    "Each request to a service of the group goes to the pods of some lane, so these pods get none; "
    "calls of their own go to the group's first lane.",
    "Give the pods the labels of their lane (the lanes select {wanted}), or add a lane for them.",
)

UNREAD_PODS = Code(
    "LW1511",
    "warning",
    "{what} may be pods of {services}, and which lanes they are in is unknown: {why}",
    "What Laneway cannot read is not missing: it takes the lanes of these services to have their "
    "pods, and a proof about them is undecided.",
    "{advice}",
)

JOB_BEHIND_SERVICE = Code(
    "LW1512",
    "warning",
    "the pods of {workload} wear what {services} selects, so requests reach them while they run",
    "A Service leads to every ready pod with its labels, also to those of a Job, which answer "
    "nobody. Laneway takes Jobs for callers alone and counts them as pods of no service.",
    "Take a label of the selector off the pods of the Job. The lane's own label may stay: it makes "
    "the Job a caller of its lane.",
)
