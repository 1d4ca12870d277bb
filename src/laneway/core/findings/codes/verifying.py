"""LW172x and LW173x: what real requests to a running mesh show.

Only texts, no decisions: counters of the proxies say what happened, a code says what it means.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

LANE_UNANSWERED = error(
    "LW1720",
    "{count} of lane {lane} got no answer from {service}: no pod carries {selector} ({carried})",
    "Only its labels put a pod into a lane. If no pod has them, the proxy answers 503: a strict "
    "lane never falls back to another lane, and a permissive one only to lanes that have the "
    "service.",
    "Compare the labels of the pods (kubectl get pods --show-labels) with the lane's "
    "labelSelector: give the pods of this version the labels {selector}, or deploy them.",
    "IST0173, KIA0203",
)

TWO_VERSIONS = warning(
    "LW1721",
    "requests of lane {lane} reached {versions} of {service}",
    "Both carry the labels that the lane selects, so both answer. The usual cause is a wrong label "
    "on the pods of one of them, so that the wrong version answers.",
    "Compare the labels of these pods (kubectl get pods --show-labels) with the lane's "
    "labelSelector {selector}. Nothing to do if the lane should have both.",
)

NO_ROUTE = error(
    "LW1722",
    "no route of {gateway} matches {request}: {reasons}",
    "A request that matches no route gets 404 from the gateway and never enters a lane.",
    "Compare the request with the match of the rule that should take it, or change the rule: "
    "laneway explain shows every rule and why it does not match.",
)

OTHER_RULE = error(
    "LW1723",
    "{request} is for {promised}, but {met}",
    "Rules are tried in order and the first match wins.",
    "Change the order or the match of the rules: laneway explain shows which ones were tried.",
)

WRONG_SUBSET = error(
    "LW1724",
    "subset {subset} of {service} sends requests of lane {lane} to {pods}: {cause}",
    "The routes are right, but the DestinationRule that callers see selects pods of another lane "
    "for this lane's name: traffic leaks across lanes.",
    "Make the subset select {selector}, as the lane does, or rename it.",
)

CALLS_WITHOUT_SIDECAR = error(
    "LW1725",
    "{pods} has no sidecar ({lack}): {count} to {service} were spread over {reached}",
    "Without a sidecar the calls of a pod go to any pod of the service. Some reach the right lane "
    "by chance, which looks like an intermittent failure.",
    "{change} The pod then has the container istio-proxy.",
    "IST0103",
)

MET_WITHOUT_SIDECAR = warning(
    "LW1726",
    "{pods} has no sidecar ({lack}) and got requests of {lanes}",
    "Its own calls, if it makes any, do not stay in the lane, and the requests it gets are not "
    "counted.",
    "{change} The pod then has the container istio-proxy.",
    "IST0103",
)

LEFT_BY_RULE = error(
    "LW1727",
    "{count} of {callers} in lane {lane} to {service} left the lane: {rule} sends them to {pods}",
    "Callers stay in their lane only if the lanes' own rule for the service decides.",
    "Remove the route, keep it away from this host, or point it to the lane's subset.",
)

WENT_ROUND = error(
    "LW1728",
    "{count} reached {pod} without passing the callers' proxies",
    "More requests arrived than proxies sent, so a program connects to the pod's address itself. "
    "Such calls use no route and no lane.",
    "Make the program call the service by its name and through its proxy (http_proxy), not by a "
    "pod's address.",
)

REFUSED_INSIDE = error(
    "LW1729",
    "{count} from {callers} to {service} failed in the proxies: {reason}",
    "The request went to the right place, but a proxy could not forward it and answered it itself.",
    "{fix}",
)

SHARE_OFF = error(
    "LW1730",
    "{seen} of {total} requests reached {destination}; its weight of {percent} % allows {low} to "
    "{high}",
    "Chance alone exceeds these bounds once in 10,000 runs. Something else splits the traffic, or "
    "another rule decides.",
    "Compare the weights of {rule}; laneway show plan prints the shares of every rule.",
)

NO_ANSWER = error(
    "LW1731",
    "{count} of {request} got no answer: {reason}",
    "The gateway accepted the request but nothing answered in time, or it no longer listens.",
    "laneway ps shows what runs, laneway logs envoy shows the log of the proxies.",
)

OTHER_TRAFFIC = warning(
    "LW1732",
    "{count} came from other clients while the mesh was verified",
    "Counters cannot tell whose request they count, so the results for pods and shares may be "
    "wrong.",
    "Verify again when nothing else sends requests.",
)

CHANGED_MEANWHILE = error(
    "LW1733",
    "mesh {mesh} changed while it was verified",
    "Requests were compared with a plan that is no longer live.",
    "Verify again.",
)

NO_REQUEST = info(
    "LW1734",
    "no test request could be built for {rule}",
    "Its match contains something that Laneway cannot build a request for, so the rule was not "
    "tested.",
    "Send one of your own: laneway verify --path PATH -H 'NAME: VALUE' (and --host, --method if "
    "they matter).",
)

NEVER_MET = warning(
    "LW1735",
    "{rule} never matches: {before} matches all its requests first",
    "Rules are tried in order and the first match wins. Requests meant for the lane of this rule "
    "go where the earlier rule sends them.",
    "Make the match of the earlier rule narrower, or change the order.",
    "IST0130",
)

LEFT_BY_OUTSIDER = warning(
    "LW1736",
    "requests of lane {lane} reached {callers}, in no lane of group {group}, whose calls to "
    "{service} went on to lane {other}",
    "A pod's own labels decide where its calls go; without a lane they go to the oldest one.",
    "Add the service to the group and its pods to the lanes, or do not call lane services from it.",
)

LANE_NOT_ENTERED = info(
    "LW1737",
    "no request was sent into {lanes}: no rule at a gateway routes there",
    "Only requests that enter at a gateway are verified, so these lanes were not tested.",
    "Nothing to do if they are entered in another way or have no weight yet.",
)

LANE_LOST = error(
    "LW1738",
    "{services} loses the lane: {lost} of {calls} to {target} carried none and went on in "
    "{lanes}{saw}",
    "These pods answer for lanes that lack the service, so they get requests of other lanes. The "
    "program's own calls carry no lane, so only the label of its pod decides from there on.",
    "Copy {header} from the incoming request to the outgoing ones in this program. {mock}{shown}",
)

LANE_FORGOTTEN = info(
    "LW1739",
    "{services} does not pass the lane on to {target}, which does no harm here{saw}",
    "These pods serve only their own lane, so their labels already say the lane of the request.",
    "Nothing to do as long as no other lane falls back to these pods. Before one does, copy "
    "{header} from the incoming request to the outgoing ones in this program.",
)

LANE_NOT_SEEN = info(
    "LW1740",
    "no request of a lane reached {services}, so it is unknown what {it} on",
    "They answer for lanes that lack their service, and call others. No request that was sent or "
    "watched reached them.",
    "Send a request that does: laneway verify --context --path PATH -H 'NAME: VALUE'; or watch "
    "live traffic for some time: laneway verify --context --passive SECONDS.",
)

STOOD_IN = warning(
    "LW1741",
    "{pods} answered for lane {lane} at {service}: {reason}",
    "If all pods of a service are down in a permissive lane, the service's target or the baseline "
    "answers. The requests succeed, but say nothing about the lane's own version.",
    "laneway ps shows which programs run, laneway start starts one that was stopped. A running "
    "program is healthy if it answers its readinessProbe (httpGet), or accepts a connection if it "
    "has none, and does not answer 502, 503 or 504 five times in a row.",
)

UNTESTED = warning(
    "LW1742",
    "no request of lane {lane} reached {services}, so the lane is untested there",
    "The lane has pods there, but no program that got a request called them. A promise about "
    "requests that were never sent would prove nothing.",
    "Send a request that reaches it: laneway verify --path PATH -H 'NAME: VALUE'; look at the "
    "program that should have called it (laneway logs WORKLOAD); or accept it: --allow-untested.",
)

NEVER_CALLED = warning(
    "LW1743",
    "{program} has a URL of {services} in its environment and never called it through its proxy "
    "({variables})",
    "It got requests meanwhile. A program that calls past its proxy uses no route and no lane; one "
    "that made no calls leaves the services behind it untested.",
    "Start the mesh with --intercept on, which leads all that a program opens to its proxy; or "
    "make the program use http_proxy, which is set in its environment (docs/running.md, Programs "
    "that are not caught, says what each runtime needs); or send a request that makes it call: "
    "laneway verify --path PATH.",
)

LANE_RESPELLED = info(
    "LW1744",
    "{services} passes the lane on to {target} in a form that some programs do not read: {saw}",
    "Routes read it, and so do some libraries. Others read one line of a header alone (FastAPI, "
    "Rust, Brave, gRPC in Go and Python), or take what is folded into the value for a part of the "
    "lane's name.",
    "laneway propagation shows what each SDK sends and which setting changes it.",
)

LANE_RESTORED = info(
    "LW1745",
    "{services} drops the lane on its way to {target}, and the trace brought it back: {saw}",
    "The group's second carrier (laneway.dev/second-carrier) is the header of a trace: the lane "
    "filter remembers the lane under its id and gives it to calls that carry none.",
    "Nothing to do as long as the annotation stays. Without it, and wherever the lane filter is "
    "not, the lane is lost here.",
)
