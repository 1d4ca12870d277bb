"""Rules for single callers: what the one subset of a group means to the proxies that see it.

Comes in: the ground and how each service is written. Goes out: DestinationRules. For every class
of callers one says which lane's pods they meet; one without a selector is for callers in no lane.
That one is private to its namespace by name: `.` would be merged into those with a selector and be
gone, and exported it would lead lanes of namespaces nobody knows of to the first lane. What a rule
of ours hides is copied into it, or stands beside it once more.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.mesh.destination_rules import PRIVATE, exported, exports, is_private, rule_host
from laneway.core.mesh.mesh import Caller, Group
from laneway.core.mesh.names import ROOT_NAMESPACE, Host
from laneway.core.mesh.superseded import GROUP_LABEL
from laneway.core.resources.istio.networking import DestinationRule, SubsetRule
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.plan.scoped_callers import lane_of_callers, selectors_of
from laneway.core.routing.plan.scoped_ground import NOTHING, Ground, Said, wide
from laneway.core.routing.plan.scoped_refusals import HostForm
from laneway.core.routing.plan.service_names import DESTINATION_RULE, short_hash

Forms = Mapping[Host, HostForm]
NO_LANE: Labels = ()
"""The labels of callers in no lane."""

_LONGEST_NAME = 253
"""Names of objects are DNS subdomains."""

_NO_NAME = re.compile(r"[^a-z0-9]+")


class Writing(Struct):
    """One set of rules; `subset` is the name of each group's one subset, `taken` names of rules."""

    ground: Ground
    forms: Forms
    subset: Mapping[str, str]
    taken: set[Ref]

    def rules(self) -> Iterator[DestinationRule]:
        """Yield every rule: those of one host, then the wildcards.

        Of several for one host that for callers in no lane comes last: in a namespace that has had
        none, a caller that is in a lane then meets nobody until its own is there.
        """
        ground = self.ground
        wild = {home: groups for home in ground.homes if (groups := self._wild_groups(home))}
        for host, found in self.forms.items():
            if found.form != "istio":
                yield from self._own(host)
        for host, home in ground.near.items():
            if home in wild:
                yield from self._copies(host, home)
        for home, groups in wild.items():
            for space in ground.spaces:
                yield from self._wildcards(home, space, groups)

    def _wild_groups(self, home: str) -> list[Group]:
        found = {
            self.ground.plan.lane_subsets[host].group: None
            for host, one in self.forms.items()
            if one.form == "wildcard" and self.ground.home(host) == home
        }
        return [group for name, group in self.ground.groups.items() if name in found]

    def _wildcards(
        self, home: str, space: str, groups: Sequence[Group]
    ) -> Iterator[DestinationRule]:
        """Yield the rules by which callers of one namespace meet the services of another."""
        pattern, beside = wide(home), self.ground.ordinary[home, space]
        labels = _of_group([group.name for group in groups])
        about = _About(space, pattern, DESTINATION_RULE.format(f"any-{home}"), labels)
        for selector in selectors_of(groups) if space in self.ground.clients else ():
            yield self._for_callers(about, groups, selector, beside)
        export, merges = self._exported(pattern, space)
        yield self._for_others(about, groups, NOTHING if merges else beside, export)

    def _own(self, host: Host) -> Iterator[DestinationRule]:
        """Yield the rules of one host: where a wildcard does not do, and where gateways run.

        In a gateway's namespace one rule for all holds the subsets that gateways name as well.
        """
        ground, group = self.ground, self.ground.group(host)
        stem = DESTINATION_RULE.format(ground.names.stem(host))
        for space in ground.spaces:
            is_door = space in ground.doors and host in ground.doors[space].hosts
            if not is_door and self.forms[host].form != "exact":
                continue
            about = _About(space, host, stem, _of_group([group.name]))
            export, merges = self._exported(host, space)
            beside = ground.beside(host, space)
            said = NOTHING if merges else beside
            if is_door:
                said = Said(said.policy, {**self._lanes(host), **said.subsets})
            for selector in selectors_of([group]) if space in ground.clients else ():
                yield self._for_callers(about, [group], selector, beside)
            yield self._for_others(about, [group], said, export)

    def _lanes(self, host: Host) -> dict[str, SubsetRule]:
        planned = self.ground.plan.lane_subsets[host]
        return {one.name: SubsetRule(one.name, one.labels) for one in planned.subsets}

    def _copies(self, host: Host, home: str) -> Iterator[DestinationRule]:
        """Yield what was said of a host that is not ours to write, where a wildcard hides it."""
        ground, planned = self.ground, self.ground.plan.lane_subsets.get(host)
        if self.forms[host].form != "istio" if planned else not ground.written.of(host):
            return
        name = _NO_NAME.sub("-", host.removesuffix(wide(home)[1:])).strip("-")
        stem = ground.names.stem(host) if planned else f"beside-{home}-{name}"
        labels = _of_group([planned.group] if planned else [])
        places = {place.namespace for place in planned.places} if planned else ()
        for space in ground.spaces:
            if space in places or ground.narrower(host, space):
                continue
            said = ground.wanted(host, Caller(space, NO_LANE))
            if planned or not said.says_as(ground.ordinary[home, space]):
                about = _About(space, host, DESTINATION_RULE.format(stem), labels)
                yield self._for_others(about, [], said, (space,))

    def _exported(self, host: Host, space: str) -> tuple[tuple[str, ...] | None, bool]:
        """Return the exportTo of a rule for all other callers, and whether a user's merges with it.

        Beside a user's rule of the same host it is written as there, or one of the two would count
        for nothing; but for `.`, by which the user's is merged into those with a selector.
        """
        last = None
        for rule in self.ground.written.of(host):
            here = rule.meta.namespace == space and rule_host(rule) == host
            last = rule if here and rule.workload_selector is None else last
        if last is None or exports(last) == PRIVATE:
            return (space,), False
        if space == ROOT_NAMESPACE and not is_private(last):
            return (space,), False
        return exported(last), True

    def _for_others(
        self,
        about: _About,
        groups: Sequence[Group],
        said: Said,
        export: tuple[str, ...] | None,
    ) -> DestinationRule:
        """Return the rule for callers that no selector selects."""
        name = about.stem if about.host[0] != "*" else f"{about.stem}-others"
        subsets = (*self._one_lane(groups, NO_LANE), *said.subsets.values())
        meta = Meta(self._named(about.space, name), about.labels)
        return DestinationRule(meta, about.host, subsets, said.policy or None, export)

    def _for_callers(
        self, about: _About, groups: Sequence[Group], callers: Labels, said: Said
    ) -> DestinationRule:
        """Return the rule for callers with some labels; it is private, whatever it says."""
        name = f"{about.stem}-in-{_words(callers)}"
        subsets = (*self._one_lane(groups, callers), *said.subsets.values())
        meta = Meta(self._named(about.space, name), about.labels)
        return DestinationRule(
            meta, about.host, subsets, said.policy or None, workload_selector=callers
        )

    def _one_lane(self, groups: Sequence[Group], callers: Labels) -> Iterator[SubsetRule]:
        """Yield one lane of each group: that of callers with these labels."""
        for group in groups:
            yield SubsetRule(self.subset[group.name], lane_of_callers(group, callers).selector)

    def _named(self, space: str, name: str) -> Ref:
        """Return a name nobody has in a namespace, and take it."""
        ref = Ref("DestinationRule", space, name)
        if ref in self.taken or len(name) > _LONGEST_NAME:
            short = name[: _LONGEST_NAME - 9]
            ref = Ref("DestinationRule", space, f"{short}-{short_hash(space, name)}")
        self.taken.add(ref)
        return ref


class _About(Struct, frozen=True):
    """What the rules of some callers have in common: where they stand, their host, their names."""

    space: str
    host: Host
    stem: str
    labels: Mapping[str, str]


def _of_group(groups: Sequence[str]) -> dict[str, str]:
    """Return the label of an object that is one group's alone."""
    return {GROUP_LABEL: groups[0]} if len(groups) == 1 else {}


def _words(selector: Labels) -> str:
    """Spell a selector as a part of a name: its values, which tell classes of callers apart.

    >>> _words((("version", "v2"),)), _words((("team", "blue"), ("version", "v2")))
    ('v2', 'blue-v2')
    """
    values = "-".join(value for _, value in selector)
    plain = _NO_NAME.sub("-", values.lower()).strip("-")
    if plain and plain == values:
        return plain
    return f"{plain}-{short_hash(values)}".strip("-")
