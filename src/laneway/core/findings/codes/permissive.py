"""LW18xx: permissive groups: the baseline, stand-ins and the headers that carry a lane.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

UNKNOWN_FALLBACK_TARGET = error(
    "LW1801",
    "fallbackTarget {target} is not a lane of group {group}",
    "The baseline answers for services that a lane lacks. Without it requests of other lanes "
    "cannot fall back. The group is held: what is live stays unchanged.",
    "{fix}",
)

BASELINE_BY_AGE = info(
    "LW1802",
    "group {group} names no fallbackTarget, so its oldest lane {lane} is the baseline",
    "Objects that are created again, for example from Git, lose their age: another lane may then "
    "be the oldest, and every request that falls back would get another version.",
    "Set `fallbackTarget: {lane}` in permissiveModeConfiguration.",
)

HEADER_UNUSABLE = error(
    "LW1803",
    "the headers of group {group} cannot carry a lane: {reason}",
    "Routes match the lane's name in the routeHeader, so it must be an ordinary header that "
    "nothing else sets; the traceHeader is what programs send on. The group is held: what is live "
    "stays unchanged.",
    "Use a header of your own, for example `routeHeader: x-asm-prefer-tag`, and one that programs "
    "send on, for example `traceHeader: baggage` or `traceHeader: traceparent`.",
)

SERVICE_TARGET_UNUSABLE = error(
    "LW1804",
    "serviceLevelFallbackTarget {key} to {lane} has no effect: {reason}",
    "The key is `namespace/name` of a service of the group, and the lane must have that service. "
    "Otherwise the baseline answers.",
    "{fix}",
)

BASELINE_LACKS_SERVICE = error(
    "LW1805",
    "the baseline {lane} of group {group} has no pods of {services}",
    "Requests of every lane that lacks a service go to the baseline. It has no pods of it either, "
    "so they get 503.",
    "Give pods of {services} the baseline's labels ({selector}), or name another fallbackTarget.",
)

TCP_NOT_ISOLATED = error(
    "LW1806",
    "port {port} of {service} is TCP, and the lanes of the permissive group {group} are not "
    "isolated there",
    "A TCP connection has no headers, so only the labels of the connecting pod decide. A request "
    "that fell back to the baseline stays in the baseline and never returns to its lane.",
    "Name the port http if it speaks HTTP (or http2, grpc); otherwise take the service out of the "
    "group or use a strict group.",
)

TAGGING_SELECTS_NOTHING = warning(
    "LW1807",
    "hash tagging {name} selects no gateway (by {selector})",
    "Tags are set by the pods of a gateway. They are found by the selectors of the Gateways, and "
    "the tagging must be in the namespace of such a Gateway or in istio-system.",
    "Use the selector and the namespace of a Gateway: {known}.",
)

TAG_NOBODY_ASKS_FOR = warning(
    "LW1808",
    "rule {rule} gives users the tag {tag}, but no route of the gateway matches {header}: {tag}",
    "A tag only marks users; a route that matches its header sends them into the lane. Without one "
    "their requests match other routes, or get 404.",
    "Add an entry rule with `headers: {{{header}: {{exact: {tag}}}}}` to the lane.",
)

HEADER_NEEDED = info(
    "LW1809",
    "{workloads} {verb} for other lanes of group {group} and {calls} on: {they} to pass on "
    "{header}",
    "For calls without the header the labels of the calling pod decide the lane. That is right for "
    "pods that serve only their own lane; a request of another lane would continue in the lane of "
    "the pod that dropped the header.",
    "Copy {header} from the incoming request to the outgoing ones in these programs. In a running "
    "mesh laneway verify --context names those that do not.",
)

WILL_NOT_PASS_ON = warning(
    "LW1812",
    "{workload} will not pass on {header}, which carries the lanes of group {group}: {because}",
    "It answers for other lanes and calls on. Its calls carry no lane then, so that the labels of "
    "its pods decide: the request goes on in another lane. This is what was measured with the "
    "versions that are named, and what the manifest shows.",
    "{says} {remedy}",
)

CHANGES_THE_LANE = warning(
    "LW1813",
    "{workload} will not pass on {header} as it comes, which carries the lanes of group {group}: "
    "{because}",
    "It answers for other lanes and calls on. What it sends is spelled in another way or stands in "
    "another line, and not every program behind it reads that as the same lane.",
    "{says} {remedy}",
)

UNKNOWN_SDK = warning(
    "LW1814",
    "the annotation laneway.dev/sdks of {workload} names {name}, of which nothing is known",
    "The annotation says which SDKs a program has that its manifest does not show, by the names of "
    "the table that `laneway propagation` prints. With a name that is none of them nothing is "
    "predicted.",
    "{fix}",
)

FILTER_NEEDED = info(
    "LW1810",
    "{what}: in an Istio mesh this needs the lane filter",
    "Istio's API can neither remember the lane of a trace nor hash users, nor edit members of "
    "baggage. The mesh on this machine has the filter built in. In an Istio mesh without it the "
    "route header decides, then the caller's labels; and a lane in baggage of several lines, or "
    "beside a member that a program does not take, may be lost.",
    "Serve the module (`laneway wasm FILE` writes it) and render with `--wasm-url URL`.",
)

LEFT_OUT = info(
    "LW1811",
    "{count} of group {group} have no objects in this output: no lane changes them",
    "Istio's default route leads to all of their pods, which are those of one lane. A request that "
    "lost its lane is not put into its caller's lane there. Pods of another lane that come up "
    "there get everybody's requests until the objects are there.",
    "Render again, and apply, before pods of another lane start, and after they have ended. What "
    "was applied before stays: `laneway show changes --sparse` says what to delete, and when.",
)

KEY_SPELLED_ANEW = warning(
    "LW1815",
    "the routeHeader {header} of group {group} is a key of baggage that SDKs spell anew: {letters}",
    "Lanes of this group travel as a member of baggage with that name. Of names only letters, "
    "digits, `.`, `_`, `~` and `-` are spelled alike by all SDKs: OpenTelemetry for Python sends "
    "`%21` for an exclamation mark, and then no route finds the lane. Names of lanes are DNS "
    "labels and have no such letters.",
    "Name a header of letters, digits and dashes, for example `routeHeader: x-asm-prefer-tag`.",
)

PAIRS_NEED_TRACE = info(
    "LW1816",
    "lanes of group {group} travel in sw8-correlation, which programs pass on only beside a sw8",
    "SkyWalking's agents for Java and Python drop the pairs of a request without its trace. A "
    "client that has no agent sends none, so its lane ends at the first program.",
    "If clients send no sw8, have the entry make one: `laneway.dev/entry-trace: unsampled`, or "
    "`sampled`, among the annotations of the group. It needs the lane filter at the gateway.",
)
