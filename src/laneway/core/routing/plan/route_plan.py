"""The RoutePlan: every routing decision, as frozen values.

An `Entry` is what lanes ask of one gateway and host; a `Hop` what a caller in the mesh meets at
one service port. Rules of lanes and of a user's VirtualService are the same type: each says where
it came from (`origin`). The versions of a service that lanes name stand in `lane_subsets`. Rules
and what they consist of are many and make no cycles: the garbage collector passes them by
(`gc=False`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from laneway.core.findings.place import Step
from laneway.core.mesh.destination_rules import selects
from laneway.core.mesh.known import LearnedRoute
from laneway.core.mesh.mesh import Caller, Mesh, Protocol
from laneway.core.mesh.names import GatewayName, Host
from laneway.core.mesh.propagation import LISTS, ListCarrier
from laneway.core.mesh.visibility import Shown
from laneway.core.resources.lanes.tagging import HashRule
from laneway.core.resources.matching import Labels, Match
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.lane_subsets import HostPolicy, LaneSubsets, Subset, SubsetView
from laneway.core.routing.plan.service_names import ServiceNames

Pairs = tuple[tuple[str, str], ...]

Means = Literal["entry", "link", "cookie", ListCarrier, "header", "caller", "anyone", ""]
"""How a rule of lanes knows the lane of a request: by an entry rule, by the link or the cookie of a
browser, by what the request carries, by the pod that calls, or by nothing at all. Rules of users
have none."""
CARRIED_MEANS: frozenset[Means] = frozenset({"header", *LISTS.values()})
"""How rules know a lane by what the request carries."""


class Origin(Struct, frozen=True, gc=False):
    """The object, and the path inside it, that made a rule."""

    ref: Ref
    path: tuple[Step, ...] = ()


class HeaderEdits(Struct, frozen=True, gc=False):
    """Changes to headers: `set` overwrites, `add` appends, `remove` takes away."""

    set: Pairs = ()
    add: Pairs = ()
    remove: tuple[str, ...] = ()


class Headers(Struct, frozen=True, gc=False):
    """Header changes on the way in and on the way back."""

    request: HeaderEdits = HeaderEdits()
    response: HeaderEdits = HeaderEdits()


NO_HEADERS = Headers()


class Destination(Struct, frozen=True, gc=False):
    """A port of a service, or one subset of its pods. An empty subset means all its pods.

    A destination that does not exist stays one: its share of the traffic gets a 503.
    """

    host: Host
    port: int
    subset: str = ""
    dialed: bool = False
    """Whether it is the address that was dialed, which needs no cluster of the proxy's."""


class Share(Struct, frozen=True, gc=False):
    """A destination's part of a split; weights are relative."""

    weight: int
    destination: Destination
    headers: Headers = NO_HEADERS
    lane: str = ""
    """The lane whose requests the share carries, where lanes made it."""
    implied_port: bool = False
    """Whether the port goes without saying: nobody wrote it, and no second one is known."""


class Forward(Struct, frozen=True, gc=False):
    """Send the request on. Shares of weight 0 are already left out unless there is only one.

    `beside_idle`: of several destinations that were written, only one has a weight.
    """

    shares: tuple[Share, ...]
    beside_idle: bool = False

    @property
    def is_split(self) -> bool:
        """Whether several destinations were written: then each edits headers by itself."""
        return self.beside_idle or len(self.shares) > 1


class Refuse(Struct, frozen=True):
    """Answer with an error of the proxy's own."""

    status: int


class Answer(Struct, frozen=True):
    """A redirect or direct response of a user's route: `redirect` or `directResponse`, raw.

    `httpsRedirect` is that of a gateway's server: 301 to the same URL by https.
    """

    field: str
    block: Mapping[str, Any]


Action = Forward | Refuse | Answer


class Rule(Struct, frozen=True, gc=False):
    """One route: the first whose match is met decides. No matches means any request.

    `policy` is the rest of Istio's HTTPRoute as written (timeout, retries, fault, mirror, …),
    without `headers`, which are typed. `name` is the route's name in every proxy.
    """

    name: str
    matches: tuple[Match, ...]
    action: Action
    origin: Origin
    headers: Headers = NO_HEADERS
    policy: Mapping[str, Any] = {}
    lane: str = ""
    """The lane whose requests take this rule, empty when it is no lane's rule or several lanes'.
    Where that lane lacks the service another one answers, and the destination's subset names it."""
    by: Means = ""
    via: Origin | None = None
    """The route of a user's root VirtualService that hands over to this one."""
    others: tuple[str, ...] = ()
    """The lanes whose requests take this rule where they are several: what a request carries says
    which of them it is of."""

    @property
    def lanes(self) -> tuple[str, ...]:
        """The lanes whose requests take this rule: one, several, or none."""
        return (self.lane,) if self.lane else self.others


TO_HTTPS = "httpsRedirect"


def is_to_https(rule: Rule) -> bool:
    """Whether a rule is the redirect of a gateway's server."""
    return isinstance(rule.action, Answer) and rule.action.field == TO_HTTPS


class Entry(Struct, frozen=True):
    """What lanes ask of one gateway and host. `groups` are those whose rules are in it.

    `namespace` is where its object stands; an empty one stands for all.
    """

    gateway: GatewayName
    host: str
    rules: tuple[Rule, ...]
    groups: tuple[str, ...]
    namespace: str


class VirtualHost(Struct, frozen=True):
    """The routes of one domain of a gateway's port: lanes' and users' together, in final order.

    Where a server redirects to https, the one rule says so, and `behind` holds the routes that are
    not asked on this port.
    """

    domain: str
    rules: tuple[Rule, ...]
    behind: tuple[Rule, ...] = ()

    @property
    def redirects(self) -> bool:
        """Whether every request is sent to https."""
        return bool(self.rules) and is_to_https(self.rules[0])

    @property
    def written(self) -> tuple[Rule, ...]:
        """The routes somebody bound to the domain, asked or not."""
        return self.behind if self.redirects else self.rules


class GatewayPort(Struct, frozen=True):
    """One port of the gateway proxies that a selector selects, as Istio merges its Gateways.

    `tagging` is what these proxies write into requests before any route is looked at.
    """

    selector: Labels
    port: int
    gateways: tuple[GatewayName, ...]
    virtual_hosts: tuple[VirtualHost, ...]
    tagging: tuple[HashRule, ...] = ()


class Hop(Struct, frozen=True):
    """What callers meet at one port of a service.

    `group` names the lane group, empty when only a user's VirtualService (`author`) speaks. A lane
    hop is total: its last rule matches anyone. `shown` says which callers see it (None: all); when
    no rule of it is for a caller, `otherwise` decides, and without one Istio's default route: all
    pods of the service. `wild` is the pattern by which a user's VirtualService covers the host,
    empty where it names it.
    """

    host: Host
    port: int
    protocol: Protocol
    rules: tuple[Rule, ...]
    group: str = ""
    author: Ref | None = None
    shown: Shown | None = None
    otherwise: Hop | None = None
    wild: str = ""


def links(hop: Hop) -> Iterator[Hop]:
    """Yield a hop and what stands behind it."""
    link: Hop | None = hop
    while link is not None:
        yield link
        link = link.otherwise


def lanes_own(hop: Hop) -> Hop | None:
    """Return the lanes' own hop among a hop and its alternatives; it is the one to be emitted."""
    return next((link for link in links(hop) if link.author is None), None)


class Delegated(Struct, frozen=True):
    """Lane routes that a user's root VirtualService hands over to, instead of having a host.

    `ref` is where the root looks for them. Without the root Istio would serve the host by its
    default route, so a service is delegated only while `root` is there.
    """

    root: Ref
    ref: Ref
    hops: tuple[Hop, ...] = ()


class RoutePlan(Struct, frozen=True):
    """Everything that is decided.

    `entries` and `lane_subsets` are lanes' own, to be emitted; `gateway_ports`, `hops` and
    `views` are the whole truth, users' objects included: walk, explain and the laptop mesh read
    these. A service without a hop is served by Istio's default route: all its pods.
    """

    entries: tuple[Entry, ...] = ()
    gateway_ports: tuple[GatewayPort, ...] = ()
    hops: Mapping[Host, tuple[Hop, ...]] = {}
    lane_subsets: Mapping[Host, LaneSubsets] = {}
    views: Mapping[Host, tuple[SubsetView, ...]] = {}
    policies: Mapping[Host, HostPolicy] = {}
    delegated: Mapping[Host, Delegated] = {}
    """Services whose lane routes are handed over to by the user's own VirtualService."""
    outside: Mapping[str, tuple[Hop, ...]] = {}
    """What users' VirtualServices in the mesh say of hosts that are no service."""
    leads: Mapping[Host, tuple[LearnedRoute, ...]] = {}
    """The routes of the mesh that lead to each service."""
    names: ServiceNames = ServiceNames()
    """The names of the lane services' objects."""
    made_from: Mapping[Host, object] = {}
    """What each lane service's share was made from, so that the next plan can keep it."""
    inside: Mesh | None = None
    """What all but entries and gateway ports was made from, so that the next plan can keep it."""

    def subsets(self, host: Host, caller: Caller) -> tuple[Subset, ...]:
        """Return the subsets of a host that a caller sees."""
        view = self.view(host, caller)
        return view.subsets if view else ()

    def view(self, host: Host, caller: Caller) -> SubsetView | None:
        """Return what a caller sees of a host, if it has subsets or a policy."""
        views = self.views_in(host, caller.namespace)
        return next((view for view in views if selects(view.selector, caller)), None)

    def views_in(self, host: Host, namespace: str) -> Iterator[SubsetView]:
        """Yield what callers of a namespace see of a host: each the first that is for it."""
        views = self.views.get(host, ())
        yield from (view for view in views if view.namespace == namespace)
        yield from (view for view in views if not view.namespace)
