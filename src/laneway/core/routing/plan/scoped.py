"""Layout scoped: the caller's own DestinationRule says which lane a service's one subset means.

Comes in: a mesh, its plan, and which form of rules is asked for. Goes out: for each lane service
how it is written and why, and the rules. A proxy then holds one subset of a service instead of one
for each lane, and a new lane is a rule for each namespace of callers. Only strict groups are
written so. What could not be the same as in layout istio, by Istio's own look-up, keeps the
objects of that layout: nothing is assumed to be sound, all of it is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.resources.matching import is_dns_label
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.scoped_callers import Door, Surroundings
from laneway.core.routing.plan.scoped_ground import Ground, Scoping
from laneway.core.routing.plan.scoped_refusals import HostForm, Refusals, own_rule
from laneway.core.routing.plan.scoped_rules import Forms, Writing
from laneway.core.routing.plan.scoped_sound import Looking
from laneway.core.routing.plan.service_names import DESTINATION_RULE, short_hash

ONLY_WILDCARD = "only wildcards are asked for, and {why}"
ASKED_FOR = "rules of its own are asked for"
BY_WILDCARD = "nothing says anything of it alone"
UNLIKE = "otherwise {who} would see something else than in layout istio"


class ScopedPlan(Struct, frozen=True):
    """What layout scoped writes.

    `forms` say of each lane service how it is written, `subsets` the name of each group's one
    subset. `clients` are the namespaces whose callers are served, `doors` those of gateways, and
    what these lead to.
    """

    forms: Mapping[Host, HostForm]
    subsets: Mapping[str, str]
    rules: tuple[DestinationRule, ...]
    clients: tuple[str, ...] = ()
    doors: Mapping[str, Door] = {}
    inside: Mesh | None = None
    """The mesh as calls inside it meet it. With its surroundings it is all that this is made of,
    but for what was asked for."""
    surroundings: Surroundings | None = None

    def is_scoped(self, host: Host) -> bool:
        """Whether a service is written for single callers."""
        return host in self.forms and self.forms[host].form != "istio"

    def is_made_of(self, ground: Ground) -> bool:
        """Whether it is what would be decided of a ground, the form being the same."""
        is_inside = self.inside is not None and self.inside is ground.plan.inside
        return is_inside and self.surroundings == Surroundings.of(ground.mesh, ground.plan)

    @property
    def has_wildcards(self) -> bool:
        """Whether any service is written by a wildcard."""
        return any(one.form == "wildcard" for one in self.forms.values())


def scoped(
    mesh: Mesh,
    plan: RoutePlan,
    scoping: Scoping = Scoping(),  # noqa: B008 - it is frozen
    before: ScopedPlan | None = None,
) -> ScopedPlan:
    """Decide how each lane service is written, and write the rules.

    What one service gives up may change the rules of others, so they are looked up again until
    all are sound; in the end all keep layout istio. `before` is what was decided for the same form
    the last time: it is returned where nothing that it is made of has changed.
    """
    ground = Ground(mesh, plan, scoping)
    if before is not None and before.is_made_of(ground):
        return before
    subset = dict(_subset_names(ground))
    forms = dict(_first_forms(ground))
    while True:
        rules = tuple(Writing(ground, forms, subset, set(_taken(ground, forms))).rules())
        unlike = {
            host: HostForm("istio", UNLIKE.format(who=who), own_rule(ground, host))
            for host, who in Looking(ground, forms, subset, rules).unlike()
            if forms[host].form != "istio"
        }
        if not unlike:
            beside = Surroundings.of(mesh, plan)
            return ScopedPlan(
                forms, subset, rules, ground.clients, ground.doors, plan.inside, beside
            )
        forms |= unlike


def _first_forms(ground: Ground) -> Iterator[tuple[Host, HostForm]]:
    """Yield what is asked for, but where something stands against it."""
    refusals, wanted = Refusals(ground), ground.scoping.form
    for host in ground.plan.lane_subsets:
        refused = refusals.of(host)
        if refused is not None:
            yield host, refused
        elif wanted == "exact":
            yield host, HostForm("exact", ASKED_FOR, meant=True)
        elif (own := refusals.of_wildcard(host)) is None:
            yield host, HostForm("wildcard", BY_WILDCARD, meant=True)
        elif wanted == "auto":
            yield host, own
        else:
            yield host, HostForm("istio", ONLY_WILDCARD.format(why=own.why), own.because)


def _subset_names(ground: Ground) -> Iterator[tuple[str, str]]:
    """Yield the name of each group's one subset, which no lane and no user's rule has."""
    taken: set[str] = {lane.name for group in ground.groups.values() for lane in group.lanes}
    taken |= {one.name for rule in ground.mesh.destination_rules for one in rule.subsets}
    for group in ground.groups.values():
        plain = f"lane-{group.name}"
        free = is_dns_label(plain) and plain not in taken
        name = plain if free else f"lane-{short_hash(group.name)}"
        taken.add(name)
        yield group.name, name


def _taken(ground: Ground, forms: Forms) -> Iterator[Ref]:
    """Yield the names of users' rules, and of those that are written as in layout istio."""
    yield from (rule.meta.ref for rule in ground.mesh.destination_rules)
    for host, planned in ground.plan.lane_subsets.items():
        name = DESTINATION_RULE.format(ground.names.stem(host))
        for place in planned.places if forms[host].form == "istio" else ():
            yield Ref("DestinationRule", place.namespace, name)
