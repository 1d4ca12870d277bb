"""Whether rules for single callers say what layout istio says, by looking them up as Istio does.

Comes in: the ground, how each service is written, and the rules. Goes out: the services of which
some caller would see anything else, which then keep the objects of layout istio. So a mistake of
those who write rules costs clusters and never isolation. What is looked up alike is asked once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from laneway.core.mesh.destination_rules import MergedRule, merged_seen, selects
from laneway.core.mesh.mesh import Caller, Group
from laneway.core.mesh.names import Host
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.resources.matching import Labels
from laneway.core.routing.plan.scoped_callers import lane_of_callers, selectors_of
from laneway.core.routing.plan.scoped_ground import Ground, Said
from laneway.core.routing.plan.scoped_rules import NO_LANE, Forms
from laneway.core.routing.plan.subsets import as_rules

Rules = Sequence[DestinationRule]


class Looking:
    """One look at everything: who sees what by a set of rules."""

    def __init__(
        self, ground: Ground, forms: Forms, subset: Mapping[str, str], rules: Rules
    ) -> None:
        """Sort the rules by the hosts they are for."""
        self.ground, self.forms, self.subset = ground, forms, subset
        self.exact: dict[Host, list[DestinationRule]] = {}
        self.wild: dict[str, list[DestinationRule]] = {}
        for rule in rules:
            if rule.host.startswith("*"):
                self.wild.setdefault(rule.host.split(".")[1], []).append(rule)
            else:
                self.exact.setdefault(Host(rule.host), []).append(rule)
        self.misled: dict[tuple[object, ...], str] = {}

    def unlike(self) -> Iterator[tuple[Host, str]]:
        """Yield the services that somebody would see otherwise than in layout istio, and who."""
        for host in self.ground.plan.lane_subsets:
            if who := self._misled(host, self.ground.group(host)):
                yield host, who
        strangers = {
            home: f"{who} of {host}"
            for host, home in self.ground.near.items()
            if home in self.wild and host not in self.ground.plan.lane_subsets
            if (who := self._misled_beside(host, home))
        }
        for host in self.ground.plan.lane_subsets if strangers else ():
            if (home := self.ground.home(host)) in strangers:
                yield host, strangers[home]

    def _rules(self, host: Host) -> Rules:
        """Return all rules of a service: the users' and ours."""
        own = (*self.exact.get(host, ()), *self.wild.get(self.ground.near[host], ()))
        planned = self.ground.plan.lane_subsets.get(host)
        if planned is not None and self.forms[host].form == "istio":
            own = (*as_rules(planned), *own)
        return (*self.ground.written.of(host), *own)

    def _misled(self, host: Host, group: Group) -> str:
        """Say which callers or gateways do not see a lane service as they shall; empty: none."""
        ground, home = self.ground, self.ground.home(host)
        if self.forms[host].form == "istio" and home not in self.wild:
            return ""
        rules = self._rules(host)
        key = ("lanes", home, group.name, self.forms[host].form, tuple(map(id, rules)))
        if key in self.misled and not self.exact.get(host):
            return self.misled[key]
        callers = (
            f"callers in namespace {space}"
            for space in ground.spaces
            if not self._in_namespace(host, group, rules, space)
        )
        gateways = (
            f"gateways in namespace {space}"
            for space, door in ground.doors.items()
            for worn in door.worn
            if host in door.hosts and not self._at_gateway(host, rules, Caller(space, worn))
        )
        self.misled[key] = next(chain(callers, gateways), "")
        return self.misled[key]

    def _in_namespace(self, host: Host, group: Group, rules: Rules, space: str) -> bool:
        """Whether every class of callers of a namespace meets its own lane, and the old policy."""
        entries = merged_seen(rules, host, self.ground.home(host), space)
        selected = any(one.workload_selector is not None for one in self.ground.written.of(host))
        lanes, one = self.ground.lane_names(host), self.subset.get(group.name, "")
        wanted = self.ground.wanted(host, Caller(space, NO_LANE))
        for labels in self._classes(host) if space in self.ground.clients else (NO_LANE,):
            caller = Caller(space, labels)
            if selected:
                wanted = self.ground.wanted(host, caller)
            seen = _seen(entries, caller)
            if self.forms[host].form == "istio":
                if not seen.says_as(wanted):
                    return False
                continue
            own = wanted.meaning().get(lane_of_callers(group, labels).name)
            ours = seen.without({*lanes, *self.subset.values()})
            if seen.meaning().get(one) != own or not ours.says_as(wanted.without(lanes)):
                return False
        return True

    def _at_gateway(self, host: Host, rules: Rules, gateway: Caller) -> bool:
        """Whether a gateway sees the subsets of all lanes."""
        entries = merged_seen(rules, host, self.ground.home(host), gateway.namespace)
        seen = _seen(entries, gateway).without(self.subset.values())
        return seen.says_as(self.ground.wanted(host, gateway))

    def _classes(self, host: Host) -> tuple[Labels, ...]:
        """Return labels by which callers of a service may be told apart."""
        users = (one.workload_selector for one in self.ground.written.of(host))
        near = self.ground.strict_at[self.ground.home(host)]
        return (NO_LANE, *selectors_of(near), *(one for one in users if one))

    def _misled_beside(self, host: Host, near: str) -> str:
        """Say which callers of a host in no group see of it what they did not see before."""
        rules = self._rules(host)
        key = ("stranger", near, self.ground.home(host), tuple(map(id, rules)))
        if key not in self.misled:
            spaces = self.ground.spaces
            gone = (one for one in spaces if not self._is_as_before(host, rules, one))
            self.misled[key] = next((f"callers in namespace {space}" for space in gone), "")
        return self.misled[key]

    def _is_as_before(self, host: Host, rules: Rules, space: str) -> bool:
        for entry in merged_seen(rules, host, self.ground.home(host), space):
            caller = Caller(space, entry.selector or NO_LANE)
            wanted = self.ground.wanted(host, caller)
            if not _seen([entry], caller).without(self.subset.values()).says_as(wanted):
                return False
        return True


def _seen(entries: Sequence[MergedRule], caller: Caller) -> Said:
    """Return what a caller sees: the first that selects it, or nothing."""
    return Said.of(next((one.rules for one in entries if selects(one.selector, caller)), ()))
