"""LW15xx: pods, their labels and their sidecars.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

LANE_WITHOUT_PODS = warning(
    "LW1501",
    "lane {lane} selects {selector}, but no pod of group {group} matches ({carried})",
    "The lane has no pods: requests that enter it get 503, or in a permissive group an answer of "
    "the baseline.",
    "Compare the lane's labelSelector with the labels of the pods (kubectl get pods "
    "--show-labels). Where they match, look why no pod is ready (kubectl describe pod).",
    "CODE_UNEFFECTED_SWIMLANE_LABEL, IST0173",
)

LANE_LACKS_SERVICE = error(
    "LW1502",
    "lane {lane} has no pod of {services} ({carried})",
    "In a strict group every lane needs pods of every service. A request of the lane to a service "
    "it lacks gets 503; it never goes to another lane.",
    "Give the pods of this version the labels {selector}, or deploy them. Where they are there and "
    "not ready, look why (kubectl describe pod).",
    "IST0173, KIA0203",
)

POD_IN_TWO_LANES = error(
    "LW1503",
    "the pods of {workload} are in the lanes {lanes}",
    "They have the labels of all these lanes, so each of the lanes sends them requests: the lanes "
    "are not isolated.",
    "Remove the labels of one lane from the pods, or change the selectors.",
)

NAMESPACE_NOT_INJECTED = error(
    "LW1504",
    "namespace {namespace} does not enable sidecar injection, so {workloads} have none",
    "Without a sidecar the calls of a pod skip all routes and are spread over all lanes, which "
    "looks like an intermittent failure.",
    "Label the namespace `istio-injection=enabled` (or `istio.io/rev=<revision>`) and restart the "
    "pods.",
    "IST0102",
)

POD_OPTS_OUT = error(
    "LW1505",
    "the pods of {workload} opt out of sidecar injection by {mark}",
    "Without a sidecar the calls of a pod skip all routes and are spread over all lanes, which "
    "looks like an intermittent failure.",
    "Remove sidecar.istio.io/inject from the pod, or take the service out of the lane group.",
    "IST0103",
)

POD_WITHOUT_PROXY = error(
    "LW1506",
    "{workload} runs without the container istio-proxy",
    "Without a sidecar the calls of a pod skip all routes and are spread over all lanes, which "
    "looks like an intermittent failure.",
    "Enable injection for the namespace or the pod, then restart the pod: a sidecar is added only "
    "when a pod is created.",
    "IST0103",
)

HOST_NETWORK = error(
    "LW1507",
    "the pods of {workload} use hostNetwork and get no sidecar",
    "Istio does not inject pods with hostNetwork. Their calls skip all routes and are spread over "
    "all lanes.",
    "Remove hostNetwork, or take the service out of the lane group.",
    "IST0103",
)

OUTSIDER_IN_LANE = info(
    "LW1508",
    "{workloads} outside of group {group} {verb} the labels of {lanes}",
    "The labels alone put a caller into a lane: calls from these pods to services of the group go "
    "to that lane.",
    "Nothing to do if that is intended; otherwise select lanes by a label that these pods do not "
    "have.",
)

POD_NOT_IN_LIST = warning(
    "LW1509",
    "the pods of {workload} carry the labels of lane {lane}, which does not list {service}",
    "The lane sends them no requests, but their own calls still count as calls of the lane.",
    "Add the service to spec.services of the lane, or remove the lane's labels from the pods.",
)

POD_IN_NO_LANE = warning(
    "LW1510",
    "the pods of {workload} are in no lane of group {group}: they carry {carried}",
    "Requests to a service of the group always go to the pods of a lane, so these pods get none; "
    "their own calls go to the group's first lane.",
    "Give the pods the labels of their lane (the lanes select {wanted}), or add a lane for them.",
)

UNREAD_PODS = warning(
    "LW1511",
    "{what} may be pods of {services}, but their lanes are unknown: {why}",
    "Laneway cannot read these pods. It assumes that the lanes of these services have pods, and "
    "laneway prove reports them as undecided.",
    "{fix}",
)

JOB_BEHIND_SERVICE = warning(
    "LW1512",
    "the pods of {workload} carry the labels that {services} selects, so they get requests while "
    "they run",
    "A Service sends requests to every ready pod with its labels, including those of a Job, which "
    "usually serve none. Laneway treats Jobs as callers only, not as pods of a service.",
    "Remove a label of the selector from the pods of the Job. The lane's own label may stay: it "
    "makes the Job a caller of its lane.",
)

POD_IN_OTHER_LANE = warning(
    "LW1513",
    "the pods of {workload} carry {carried} of lane {other}, but {pair} as all pods of lane "
    "{lane}, which has none of {service}",
    "The lane's label alone decides. So requests of the other lane are also answered by these "
    "pods, which is the wrong version, and requests of the lane they look like find none.",
    "Give the pods the labels {selector} (kubectl get pods --show-labels), if they are of lane "
    "{lane}.",
    "IST0173",
)
