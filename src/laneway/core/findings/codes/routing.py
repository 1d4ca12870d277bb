"""LW14xx: routing inside the mesh, where a user's own Istio objects meet the lanes.

Only texts, no decisions: a code says what is wrong and how to mend it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

USER_MESH_VIRTUAL_SERVICE = Code(
    "LW1401",
    "error",
    "{user} routes {host} in the mesh, so its lanes do not",
    "Istio honors one mesh VirtualService per host. Callers that see yours go by it and do not "
    "stay in their lane; where everybody sees it, no lane routes are written for the host.",
    "Bind it to a gateway only (spec.gateways without mesh); or write its timeouts, retries and "
    "faults into the group's httpRoutePatch and remove it; or let it delegate to the lane routes "
    "and name the service in the group's annotation laneway.dev/delegate.",
    "IST0109, KIA1106",
)

TWO_VIRTUAL_SERVICES = Code(
    "LW1402",
    "error",
    "{second} routes {host} in the mesh, as {first} already does",
    "Proxies honor one mesh VirtualService per host: the oldest one with a route for the caller. "
    "What this one says is ignored without a word.",
    "Merge the two into one VirtualService.",
    "IST0109, KIA1106",
)

DYNAMIC_SUBSET = Code(
    "LW1403",
    "error",
    "route {route} names the subset {subset}, which only the vendor's mesh can resolve",
    "A subset that begins with $ is looked up at run time from a label of the request. Istio reads "
    "it as a plain name, and requests get 503.",
    "Remove the VirtualService: a lane group with the service does the same, since each lane "
    "already leads its callers to its own subset.",
    "IST0101, IST0106",
)

FALLBACK_BLOCK = Code(
    "LW1404",
    "warning",
    "the fallback of route {route} is not Istio's and is left out: {instead}",
    "The block is the vendor's extension: it names where requests go when the subset has no ready "
    "pod. Istio's validation rejects the field. It is read as the runtime fallback of the lane's "
    "group; a `case` in it is not interpreted.",
    "{advice}",
)

NEARER_DESTINATION_RULE = Code(
    "LW1405",
    "info",
    "{user} is nearer to {callers} of {host} than a rule in istio-system",
    "Istio looks for a DestinationRule in the caller's namespace, then in the service's, then in "
    "istio-system, and takes only what it finds first. The default layout writes the lanes' "
    "subsets beside yours; the asm layout writes them to istio-system, as the vendor does, and "
    "there these callers get 503.",
    "Nothing to do in the default layout. For the asm layout move the rule to istio-system.",
)

HIDDEN_DESTINATION_RULE = Code(
    "LW1406",
    "info",
    "the lanes' rule for {host} takes the place of {user}",
    "The most specific DestinationRule of the nearest namespace wins whole; nothing is inherited. "
    "So the trafficPolicy of yours is copied into the lanes' rule.",
    "Nothing to do; later changes to your trafficPolicy are copied as well.",
)

SUBSET_WITH_OTHER_LABELS = Code(
    "LW1407",
    "error",
    "subset {subset} of {user} selects {labels}, but lane {lane} selects {wanted}",
    "Two rules for one host that declare the same subset are merged, and the older declaration "
    "wins. Requests of the lane would go to pods that are not its own.",
    "Remove the subset from the DestinationRule (the lane declares it), or give it the labels of "
    "the lane.",
)

EXPORT_TO_MISMATCH = Code(
    "LW1408",
    "warning",
    "{second} and {first} speak of {host} but are exported differently ({forms})",
    "Istio merges DestinationRules of one host only if their exportTo is written alike, and even "
    "a missing one differs from ['*']. Unmerged, the subsets of one of the two vanish.",
    "Write exportTo alike in both, or leave it out of both.",
)

EXPORT_TO_HIDES = Code(
    "LW1409",
    "warning",
    "{user} is exported to {export_to} only: callers in {namespaces} see no lane of {host}",
    "The lanes' rule has to copy the exportTo of yours, or the two would not merge. Callers "
    "elsewhere then know no subset and get 503.",
    "Export the rule to these namespaces too, or leave exportTo out.",
)

SIDECAR_HIDES_HOST = Code(
    "LW1410",
    "warning",
    "{user} hides {hosts} from {callers} of group {group}",
    "A Sidecar's egress hosts are all that its pods know of the mesh. Calls to a service that is "
    "not among them meet no route: they go to the address that was dialed, past every lane, or are "
    "refused where the Sidecar's outboundTrafficPolicy is REGISTRY_ONLY.",
    "Add `{pattern}` to the egress hosts, or take the lane's labels off pods that do not call it.",
)

SOURCE_LABELS_WITH_GATEWAYS = Code(
    "LW1411",
    "warning",
    "a match of route {route} has both sourceLabels and gateways; the labels are ignored",
    "Istio looks at the gateways of a match alone and drops its source conditions, so the route is "
    "for every caller.",
    "Split the match: one with gateways, one with sourceLabels.",
)

UNKNOWN_DESTINATION = Code(
    "LW1412",
    "error",
    "route {route} leads to {host}, which no Service in the input is",
    "The route names a cluster that does not exist, so its requests get 503.",
    "{advice}",
    "IST0101, KIA1101",
)

SIDECAR_HIDES_ASM_LAYOUT = Code(
    "LW1413",
    "info",
    "{user} hides the asm layout's routes for {hosts} from {callers}",
    "In the asm layout lane routes stand in istio-system, and a Sidecar shows its pods only routes "
    "of namespaces it imports. Without them the calls of these pods spread over all lanes. The "
    "default layout writes routes beside their services and is not touched.",
    "Nothing to do in the default layout; for the asm layout add `istio-system/*` to the egress "
    "hosts.",
)

DELEGATION_WITHOUT_ROOT = Code(
    "LW1414",
    "warning",
    "group {group} is to delegate {service}, but {why}",
    "Lane routes without a host are met only through a root VirtualService of your own that has "
    "the host for all callers and delegates to them. Without it Istio's default route would "
    "spread calls over all lanes, so the lane routes keep their host.",
    "Write a VirtualService for the service's host, without gateways, with a route whose delegate "
    "names the lanes' VirtualService and its namespace; or take the service out of the annotation.",
)

SERVICE_NOT_EXPORTED = Code(
    "LW1415",
    "warning",
    "{host} is exported to {spaces}, so the proxies of {callers} do not see it",
    "Calls of pods to a service that their proxy does not see meet no route: they go to the "
    "address that was dialed, past every lane, or are refused where the pod's Sidecar says "
    "REGISTRY_ONLY. Routes to it that a proxy or a gateway does hold lead nowhere: 503.",
    "Add {missing} to the annotation {annotation} of the Service, or remove the annotation.",
)

SIDECAR_HIDES_ROUTES = Code(
    "LW1416",
    "warning",
    "{user} imports {host}, but not {routes} which speaks for it, for {callers}",
    "A Sidecar imports a VirtualService by the namespace that object is in, not by that of the "
    "service. Calls of these pods go by the other routes of the host, or by Istio's default route "
    "to any pod, whatever its lane.",
    "Add `{pattern}` to the egress hosts, or move the VirtualService into the service's namespace.",
)

SERVICE_EXPORTED_NARROWLY = Code(
    "LW1417",
    "info",
    "{host} is not exported to pods in {spaces}: if they call it, they pass by its lanes",
    "Calls to a service that a proxy does not see go to the address that was dialed, past every "
    "route. Nothing in the input says that these pods call it.",
    "Nothing to do if they do not; otherwise add their namespaces to the Service's exportTo.",
)

WILDCARD_BESIDE_LANES = Code(
    "LW1420",
    "info",
    "lane routes of {hosts} take the place of {user}, which has a wildcard",
    "In the mesh the most specific host alone decides, and nothing is inherited from a wildcard: "
    "timeouts, retries and faults of yours do not apply to these services.",
    "Nothing to do if that is meant; else write them into the group's httpRoutePatch.",
)

REFUSED_BY_ISTIO = Code(
    "LW1421",
    "error",
    "Istio refuses {user}: {why}",
    "Its admission webhook takes no object like this, so it never comes into a cluster. Lanes and "
    "everything else are read as if it were not there.",
    "Mend what is named, or remove the object.",
    "IST0106",
)

OTHER_SPELLING = Code(
    "LW1422",
    "warning",
    "{user} takes calls to {host} that spell it {spelled}, if it is the older object",
    "To Istio this host is no service, but it is one of the names by which programs call one. "
    "Whichever object is older keeps the name: calls spelled so go by this one, past the lanes.",
    "Write the service's full host, or remove the host.",
)

API_ROUTE_IN_MESH = Code(
    "LW1423",
    "error",
    "{user} routes {host} in the mesh for {callers}, as its lanes do",
    "Istio makes a VirtualService of it. Sidecars honor one per host, the oldest that has a route "
    "for the caller, so either this route or the lanes' is ignored. It is not followed here, and "
    "laneway prove leaves it undecided.",
    "Remove the parentRef; write its timeouts and retries into the group's httpRoutePatch.",
    "IST0109",
)

ACCESS_REFUSED = Code(
    "LW1425",
    "warning",
    "{policy} refuses every request to {whom}",
    "An AuthorizationPolicy is asked behind all routes: who gets 403 there is in the right lane "
    "and not answered. ALLOW without a rule refuses everybody, and so does DENY with an empty one.",
    "Add an ALLOW policy for those who may call, or narrow this one.",
)

ACCESS_LIMITED = Code(
    "LW1426",
    "info",
    "{policy} may refuse requests to {whom}",
    "An AuthorizationPolicy is asked behind all routes: who gets 403 there is in the right lane "
    "and not answered. What its rules ask of a request is not looked at.",
    "Nothing to do if callers of every lane are meant to pass; laneway prove leaves it undecided.",
)

PLAIN_CALLS_REFUSED = Code(
    "LW1427",
    "warning",
    "{policy} takes only calls with mTLS, and {callers} without a sidecar {verb} {hosts}",
    "A pod without a sidecar speaks plain HTTP, and STRICT refuses the connection before any "
    "request is read.",
    "Give the callers a sidecar, or set the mode PERMISSIVE for these pods or their port.",
)

FIELD_NOT_FOLLOWED = Code(
    "LW1428",
    "info",
    "{user} has {fields}, which Laneway does not follow: {because}",
    "What the field does to requests for lanes is not worked out, so explain and the mesh on this "
    "machine may show something else than a cluster does there, and a proof leaves it open.",
    "Nothing to do if it is meant; docs/fields.md says of every field whether it is followed.",
)
