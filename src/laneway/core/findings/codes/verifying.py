"""LW172x and LW173x: what real requests to a running mesh show.

Only texts, no decisions: counters of the proxies say what happened, a code says what it means.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

LANE_UNANSWERED = Code(
    "LW1720",
    "error",
    "{count} of lane {lane} got no answer of {service}: no pod carries {selector} ({carried})",
    "A pod is in a lane by its labels alone. Where none carries the lane's, the proxy answers 503: "
    "a strict lane never falls back to another, a permissive one to no lane that lacks the service "
    "as well.",
    "Compare the labels of the pods (kubectl get pods --show-labels) with the lane's "
    "labelSelector: give the pods of this version the labels {selector}, or deploy them.",
    "IST0173, KIA0203",
)

TWO_VERSIONS = Code(
    "LW1721",
    "warning",
    "requests of lane {lane} met {versions} of {service}",
    "Both carry the labels the lane selects, so both answer in it. The usual cause is a wrong "
    "label on the pods of one of them: the wrong version answers.",
    "Compare the labels of these pods (kubectl get pods --show-labels) with the lane's "
    "labelSelector {selector}. Nothing to do if the lane is meant to have both.",
)

NO_ROUTE = Code(
    "LW1722",
    "error",
    "no route of {gateway} takes {request}: {reasons}",
    "A request whose host, path or header no route asks for is answered 404 by the gateway. It "
    "never comes into a lane.",
    "Compare the request with the match of the rule that should take it, or change the rule: "
    "laneway explain shows every rule and why it does not match.",
)

OTHER_RULE = Code(
    "LW1723",
    "error",
    "{request} is for {promised}, but {met}",
    "Rules are looked at in order and the first that matches decides, so the request goes where "
    "that one leads.",
    "Change the order or the match of the rules: laneway explain shows which ones were looked at.",
)

WRONG_SUBSET = Code(
    "LW1724",
    "error",
    "subset {subset} of {service} leads requests of lane {lane} to {pods}: {cause}",
    "The routes are right, but the DestinationRule that callers see gives the lane's name to pods "
    "of another one: traffic leaks across lanes.",
    "Let the subset select {selector}, as the lane does, or give it another name.",
)

CALLS_WITHOUT_SIDECAR = Code(
    "LW1725",
    "error",
    "{pods} has no sidecar ({lack}): {count} to {service} were spread over {reached}",
    "Without a sidecar a pod's calls take Istio's plain route to any pod of the service. Some "
    "arrive in the right lane by chance, which looks like an intermittent failure.",
    "{remedy} Then the container istio-proxy is among those of the pod.",
    "IST0103",
)

MET_WITHOUT_SIDECAR = Code(
    "LW1726",
    "warning",
    "{pods} has no sidecar ({lack}) and got requests of {lanes}",
    "Its own calls, if it makes any, are not kept in the lane, and nobody counts what it is sent.",
    "{remedy} Then the container istio-proxy is among those of the pod.",
    "IST0103",
)

LEFT_BY_RULE = Code(
    "LW1727",
    "error",
    "{count} of {callers} in lane {lane} to {service} left the lane: {rule} leads to {pods}",
    "The proxies keep a caller in its lane only where the lanes' own rule for the service decides.",
    "Remove the route, keep it away from this host, or let it lead to the lane's subset.",
)

WENT_ROUND = Code(
    "LW1728",
    "error",
    "{count} came to {pod} past the proxies of their callers",
    "More requests arrived than proxies sent: a program dials the pod's address itself. Such calls "
    "meet no route and no lane.",
    "Let the program call the service by its name and through its proxy (http_proxy), not by a "
    "pod's address.",
)

REFUSED_INSIDE = Code(
    "LW1729",
    "error",
    "{count} from {callers} to {service} failed in the proxies: {reason}",
    "The request came to the right place, but the proxies could not send it on and answered it "
    "themselves.",
    "{remedy}",
)

SHARE_OFF = Code(
    "LW1730",
    "error",
    "{seen} of {total} requests came to {destination}, whose weight promises {percent} %: "
    "{low} to {high}",
    "Chance alone leaves these bounds once in 10,000 runs. Somebody splits the traffic in another "
    "way, or another rule decides.",
    "Compare the weights of {rule}; laneway show plan prints the shares of every rule.",
)

NO_ANSWER = Code(
    "LW1731",
    "error",
    "{count} of {request} got no answer: {reason}",
    "The gateway took the request but nothing came back in time, or it does not listen any more.",
    "laneway ps shows what runs, laneway logs envoy what the proxies say.",
)

OTHER_TRAFFIC = Code(
    "LW1732",
    "warning",
    "{count} came from somebody else while the mesh was verified",
    "Counters cannot tell whose request they count, so what is said of pods and shares may be "
    "theirs.",
    "Verify again when nobody else sends requests.",
)

CHANGED_MEANWHILE = Code(
    "LW1733",
    "error",
    "mesh {mesh} changed while it was verified",
    "Requests were held against a plan that is no longer the one that serves.",
    "Verify again.",
)

NO_REQUEST = Code(
    "LW1734",
    "info",
    "no request could be made up that {rule} takes",
    "Its match asks for something that is not worked out here, so nothing was sent for it.",
    "Say one: laneway verify --path PATH -H 'NAME: VALUE' (and --host, --method where they count).",
)

NEVER_MET = Code(
    "LW1735",
    "warning",
    "{rule} gets no request: {before} takes all that would meet it",
    "Rules are looked at in order and the first that matches decides. Nothing is left for this "
    "one: what was meant for its lane goes where the earlier one leads.",
    "Make the match of the earlier rule narrower, or change the order.",
    "IST0130",
)

LEFT_BY_OUTSIDER = Code(
    "LW1736",
    "warning",
    "requests of lane {lane} came to {callers}, in no lane of group {group}, whose calls to "
    "{service} went on to lane {other}",
    "A pod's own labels decide where its calls go; what is in no lane calls the oldest one.",
    "Put the service into the group and its pods into the lanes, or call no lane service from it.",
)

LANE_NOT_ENTERED = Code(
    "LW1737",
    "info",
    "no request was sent into {lanes}: no rule at a gateway leads there",
    "Only what enters at a gateway is verified, so nothing is known of these lanes.",
    "Nothing to do if they are entered in another way or wait for their weight.",
)

LANE_LOST = Code(
    "LW1738",
    "error",
    "{services} loses the lane: {lost} of {calls} to {target} carried none and went on in {lanes}",
    "These pods answer for lanes that lack the service, so requests of other lanes pass them. What "
    "the program sends on carries no lane, and behind it only the pod's own label decides.",
    "Let the program copy {header} from the request it serves to those it sends. {shown}",
)

LANE_FORGOTTEN = Code(
    "LW1739",
    "info",
    "{services} does not pass the lane on to {target}, which does no harm here",
    "These pods serve their own lane alone, so their labels say the lane that the request is in.",
    "Nothing to do, as long as no other lane falls back to these pods. Let the program copy "
    "{header} from the request it serves to those it sends before one does.",
)

LANE_NOT_SEEN = Code(
    "LW1740",
    "info",
    "no request of a lane came to {services}, so nothing is known of what {it} on",
    "They answer for lanes that lack their service and call others. What was sent, or what came "
    "meanwhile, did not pass them.",
    "Say a request that does: laneway verify --context --path PATH -H 'NAME: VALUE'; or watch live "
    "traffic for some time: laneway verify --context --passive SECONDS.",
)

STOOD_IN = Code(
    "LW1741",
    "warning",
    "{pods} stood in for lane {lane} at {service}: {reason}",
    "A permissive lane whose pods of a service are all down is answered by the service's target or "
    "the baseline. Its requests are kept, but they say nothing about the lane's own version.",
    "laneway ps shows which programs run, laneway start brings back what was stopped. One that "
    "runs is well if it answers its readinessProbe (httpGet), or accepts a connection where it has "
    "none, and does not answer 502, 503 or 504 five times in a row.",
)

UNTESTED = Code(
    "LW1742",
    "warning",
    "no request of lane {lane} came to {services}, so nothing is known of the lane there",
    "Pods are there to answer, and nobody who was met called on to them. What was never met was "
    "not put to the test: a promise about it would be an empty one.",
    "Say a request that leads there: laneway verify --path PATH -H 'NAME: VALUE'; look at the "
    "program that should have called (laneway logs WORKLOAD); or accept it: --allow-untested.",
)

NEVER_CALLED = Code(
    "LW1743",
    "warning",
    "{program} has a URL of {services} in its environment and never called it through its proxy "
    "({variables})",
    "It was asked meanwhile. A program that calls past its proxy meets no route and no lane, and "
    "one that did not call at all left what is behind it untested.",
    "Let the program honor http_proxy, which stands in its environment (docs/running.md, Programs "
    "that are not caught, says what each runtime needs); or ask in a way that makes it call: "
    "laneway verify --path PATH.",
)
