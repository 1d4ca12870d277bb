"""LW14xx: routing inside the mesh, where a user's own Istio objects meet the lanes.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

USER_MESH_VIRTUAL_SERVICE = error(
    "LW1401",
    "{user} routes {host} in the mesh instead of its lanes{audience}",
    "Istio uses one mesh VirtualService per host. Callers that see yours follow it and leave their "
    "lane; if all see it and it has HTTP routes, no lane routes are generated for the host.",
    "Bind it to a gateway only (spec.gateways without mesh); or move its timeouts, retries and "
    "faults into the group's httpRoutePatch and delete it; or let it delegate to the lane routes "
    "and name the service in the group's annotation laneway.dev/delegate.",
    "IST0109, KIA1106",
)

TWO_VIRTUAL_SERVICES = error(
    "LW1402",
    "{second} routes {host} in the mesh, as {first} already does",
    "Proxies use one mesh VirtualService per host: the oldest one with a route for the caller. "
    "This one is silently ignored.",
    "Merge the two into one VirtualService.",
    "IST0109, KIA1106",
)

DYNAMIC_SUBSET = error(
    "LW1403",
    "route {route} names the subset {subset}, which only the vendor's mesh can resolve",
    "A subset that starts with $ is resolved at run time from a label of the request. Istio treats "
    "it as a plain name, and requests get 503.",
    "Delete the VirtualService: a lane group with the service does the same, because each lane "
    "sends its callers to its own subset.",
    "IST0101, IST0106",
)

FALLBACK_BLOCK = warning(
    "LW1404",
    "`fallback` of route {route} is not an Istio field and is ignored: {instead}",
    "It is an extension of the vendor: it names where requests go if the subset has no ready pod. "
    "Istio's validation rejects the field. Laneway uses the runtime fallback of the lane's group "
    "instead; a `case` in it is not interpreted.",
    "{fix}",
)

NEARER_DESTINATION_RULE = info(
    "LW1405",
    "{user} takes precedence for {callers} of {host} over a rule in istio-system",
    "Istio looks for a DestinationRule in the caller's namespace, then in the service's, then in "
    "istio-system, and uses only the first it finds. The default layout writes the lanes' subsets "
    "beside yours; the asm layout writes them to istio-system, as the vendor does, and then these "
    "callers get 503.",
    "Nothing to do in the default layout. For the asm layout move the rule to istio-system.",
)

HIDDEN_DESTINATION_RULE = info(
    "LW1406",
    "the lanes' DestinationRule for {host} overrides {user}",
    "Only the most specific DestinationRule of the nearest namespace applies; nothing is "
    "inherited. So your trafficPolicy is copied into the lanes' rule.",
    "Nothing to do; later changes to your trafficPolicy are copied as well.",
)

SUBSET_WITH_OTHER_LABELS = error(
    "LW1407",
    "subset {subset} of {user} selects {labels}, but lane {lane} selects {wanted}",
    "Istio merges DestinationRules for one host, and if both define a subset, the older one wins. "
    "Requests of the lane would go to pods of another lane or version.",
    "Remove the subset from the DestinationRule (the lane defines it), or give it the labels of "
    "the lane.",
)

EXPORT_TO_MISMATCH = warning(
    "LW1408",
    "{second} and {first} are both for {host}, but their exportTo differs ({forms})",
    "Istio merges DestinationRules of one host only if their exportTo is written the same way; "
    "even a missing one differs from ['*']. Otherwise the subsets of one of them are lost.",
    "Write the same exportTo in both, or remove it from both.",
)

EXPORT_TO_HIDES = warning(
    "LW1409",
    "{user} is exported to {export_to} only: callers in {namespaces} see no lane of {host}",
    "The lanes' rule has to copy your exportTo, or Istio would not merge the two. Callers in other "
    "namespaces then see no subsets and get 503.",
    "Export the rule to these namespaces too, or remove exportTo.",
)

SIDECAR_HIDES_HOST = warning(
    "LW1410",
    "{user} hides {hosts} from {callers} of group {group}",
    "A Sidecar's egress hosts are all that its pods know of the mesh. Calls to other services "
    "match no route: they go straight to the dialed address, whatever the lane, or are refused if "
    "the Sidecar's outboundTrafficPolicy is REGISTRY_ONLY.",
    "Add `{pattern}` to the egress hosts, or remove the lane's labels from pods that do not call "
    "it.",
)

SOURCE_LABELS_WITH_GATEWAYS = warning(
    "LW1411",
    "a match of route {route} has both sourceLabels and gateways; the labels are ignored",
    "Istio looks at the gateways of a match alone and drops its source conditions, so the route is "
    "for every caller.",
    "Split the match: one with gateways, one with sourceLabels.",
)

UNKNOWN_DESTINATION = error(
    "LW1412",
    "route {route} points to {host}, but the input has no such Service",
    "Envoy has no cluster for this host, so the requests get 503.",
    "{fix}",
    "IST0101, KIA1101",
)

SIDECAR_HIDES_ASM_LAYOUT = info(
    "LW1413",
    "{user} hides the asm layout's routes for {hosts} from {callers}",
    "The asm layout puts lane routes into istio-system, and a Sidecar shows its pods only routes "
    "of namespaces it imports. Without them the calls of these pods are spread over all lanes. The "
    "default layout puts routes beside their services and is not affected.",
    "Nothing to do in the default layout; for the asm layout add `istio-system/*` to the egress "
    "hosts.",
)

DELEGATION_WITHOUT_ROOT = warning(
    "LW1414",
    "group {group} delegates {service}, but {why}",
    "Lane routes without a host are used only through a root VirtualService of your own that has "
    "the host for all callers and delegates to them. Without it Istio's default route would spread "
    "calls over all lanes, so the lane routes keep their host.",
    "Write a VirtualService for the service's host, without gateways, with a route whose delegate "
    "names the lanes' VirtualService and its namespace; or take the service out of the annotation.",
)

SERVICE_NOT_EXPORTED = warning(
    "LW1415",
    "{host} is exported to {spaces}, so the proxies of {callers} do not see it",
    "Calls to a service that the caller's proxy does not see match no route: they go straight to "
    "the dialed address, whatever the lane, or are refused if the pod's Sidecar says "
    "REGISTRY_ONLY. Routes to it at other proxies or gateways get 503.",
    "Add {missing} to the annotation {annotation} of the Service, or remove the annotation.",
)

SIDECAR_HIDES_ROUTES = warning(
    "LW1416",
    "{user} imports {host}, but not its {routes}, for {callers}",
    "A Sidecar imports a VirtualService by the namespace of that object, not of the service. Calls "
    "of these pods follow the other routes of the host, or Istio's default route to any pod of any "
    "lane.",
    "Add `{pattern}` to the egress hosts, or move the VirtualService into the service's namespace.",
)

SERVICE_EXPORTED_NARROWLY = info(
    "LW1417",
    "{host} is not exported to pods in {spaces}: if they call it, they bypass its lanes",
    "Calls to a service that a proxy does not see go straight to the dialed address, without any "
    "route. Nothing in the input says that these pods call it.",
    "Nothing to do if they do not; otherwise add their namespaces to the Service's exportTo.",
)

WILDCARD_BESIDE_LANES = info(
    "LW1420",
    "lane routes of {hosts} override {user}, which has a wildcard host",
    "In the mesh only the most specific host applies, and nothing is inherited from a wildcard: "
    "your timeouts, retries and faults do not apply to these services.",
    "Nothing to do if that is intended; otherwise add them to the group's httpRoutePatch.",
)

REFUSED_BY_ISTIO = error(
    "LW1421",
    "Istio rejects {user}: {why}",
    "Its admission webhook does not accept the object, so it never gets into a cluster. Lanes and "
    "everything else are read as if it were not there.",
    "Fix the error, or remove the object.",
    "IST0106",
)

OTHER_SPELLING = warning(
    "LW1422",
    "{user} routes calls to {host} by the name {spelled}, if it is the older object",
    "To Istio this host is not a service, but programs can call a service by this name. The older "
    "object keeps the name: if that is this one, calls by this name bypass the lanes.",
    "Use the full host name of the service, or remove the host.",
)

API_ROUTE_IN_MESH = error(
    "LW1423",
    "{user} routes {host} in the mesh for {callers}, as its lanes do",
    "Istio turns it into a VirtualService. Sidecars use one per host, the oldest with a route for "
    "the caller, so either this route or the lanes' is ignored. Laneway does not follow it, and "
    "laneway prove reports it as undecided.",
    "Remove the parentRef; write its timeouts and retries into the group's httpRoutePatch.",
    "IST0109",
)

ACCESS_REFUSED = warning(
    "LW1425",
    "{policy} denies every request to {whom}",
    "An AuthorizationPolicy applies after routing: a request goes to the right lane and gets 403 "
    "there. ALLOW without rules denies everything, and so does DENY with an empty rule.",
    "Add an ALLOW policy for the callers that need access, or narrow this one.",
)

ACCESS_LIMITED = info(
    "LW1426",
    "{policy} may deny requests to {whom}",
    "An AuthorizationPolicy applies after routing: a denied request goes to the right lane and "
    "gets 403 there. Laneway does not evaluate the rules of the policy.",
    "Nothing to do if callers of every lane have access; laneway prove reports it as undecided.",
)

PLAIN_CALLS_REFUSED = warning(
    "LW1427",
    "{policy} accepts only mTLS, and {callers} without a sidecar {verb} {hosts}",
    "A pod without a sidecar sends plain HTTP, and STRICT refuses the connection.",
    "Give the callers a sidecar, or set the mode PERMISSIVE for these pods or their port.",
)

CLUSTERS_NOBODY_NEEDS = info(
    "LW1443",
    "the strict lanes of {groups} give every proxy {count} clusters that its calls never use",
    "In the default layout every proxy holds a cluster for each service, port and lane, though "
    "those of its own lane are all it calls: some 61 KB of memory each, and time at every start.",
    "Nothing to do if that is affordable; otherwise change the layout of the live mesh in steps: "
    "laneway render --layout scoped --from istio --step 1 PATH, and so on to the last.",
)

FIELD_NOT_FOLLOWED = info(
    "LW1428",
    "{user} has {fields}, which Laneway does not follow: {because}",
    "Laneway does not work out what this field does to requests of lanes. A cluster may send them "
    "elsewhere than explain and the mesh on this machine show, and laneway prove leaves it open.",
    "Nothing to do if it is intended; docs/fields.md lists which fields are followed.",
)
