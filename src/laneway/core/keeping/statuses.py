"""The status of every group and lane of a cluster.

Comes in: a compilation, the objects with the status they have, and what came of writing. Goes out:
the statuses that differ from what is there, in the vendor's fields and ours. Times change only with
what they are the time of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from laneway.core.emit.status import statuses
from laneway.core.findings.finding import Finding
from laneway.core.keeping.conditions import NOT_KNOWN_YET, dated, of_proxies, standing
from laneway.core.keeping.expiry import expiry
from laneway.core.keeping.group_gate import ErrorKey
from laneway.core.keeping.held import Held
from laneway.core.keeping.names import LIVE
from laneway.core.keeping.owners import GROUP_KIND
from laneway.core.keeping.progress import GroupProgress
from laneway.core.keeping.remembered import Remembered
from laneway.core.keeping.told import condition_of
from laneway.core.keeping.wanted import WantedObjects
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.lanes.swim_lanes import Lane, LaneGroup
from laneway.core.resources.meta import Ref

Status = dict[str, Any]
MOST_FINDINGS = 20


def accepted_of(status: Mapping[str, Any]) -> frozenset[ErrorKey] | None:
    """Return the errors a group's objects were written with; None if none were written yet."""
    told = status.get("acceptedErrors")
    if not isinstance(told, list):
        return None
    return frozenset((str(one.get("code")), str(one.get("subject"))) for one in told)


def new_statuses(
    objects: WantedObjects,
    held: Mapping[Ref, Held],
    progress: GroupProgress,
    remembered: Remembered,
    now: str,
) -> Iterator[tuple[Ref, Status]]:
    """Yield the status of each group and lane that has another one; `now` is RFC 3339."""
    remembered.rest_on(objects.compilation.plan.inside)
    telling = _Telling(objects, held, progress, remembered, now)
    for one in statuses(telling.mesh, objects.findings, telling.services):
        ref = Ref(one["kind"], "", one["metadata"]["name"])
        if ref not in held or not telling.is_judged(ref):
            continue
        if (status := telling.status(ref, one["status"])) != held[ref].status:
            yield ref, status


class _Telling:
    """Makes statuses of one compilation."""

    def __init__(
        self,
        objects: WantedObjects,
        held: Mapping[Ref, Held],
        progress: GroupProgress,
        remembered: Remembered,
        now: str,
    ) -> None:
        self.mesh = objects.compilation.mesh
        self.held = held
        self.progress = progress
        self.remembered = remembered
        self.now = now
        things = self.mesh.snapshot.by_kind
        self.judged = {
            thing.meta.ref: thing for kind in (LaneGroup, Lane) for thing in things.get(kind, ())
        }
        self.about: dict[str, list[Finding]] = {}
        for one in objects.findings:
            self.about.setdefault(one.subject, []).append(one)
        self.groups = {group.name: group for group in self.mesh.groups}
        self.lanes: dict[str, tuple[Group, GroupLane]] = {
            lane.name: (group, lane) for group in self.mesh.groups for lane in group.lanes
        }

    def is_judged(self, ref: Ref) -> bool:
        """Whether an object as it is now was compiled, and not only as it was before an edit."""
        return self.judged.get(ref) == self.held[ref].resource

    def status(self, ref: Ref, told: Status) -> Status:
        """Return the status of an object of which the vendor's fields are told."""
        old = self.held[ref].status
        is_group = ref.name in self.groups and ref.kind == GROUP_KIND
        group = ref.name if is_group else self.lanes[ref.name][0].name if self._is_lane(ref) else ""
        conditions = standing(
            told["conditions"][0],
            self.progress.troubles.get(group),
            self.progress.changing.get(group, ""),
        )
        if (live := self.live(group, in_words=is_group)) is not None:
            conditions.append(live)
        if self._is_lane(ref):
            found = expiry(self.lanes[ref.name][1].lane, datetime.fromisoformat(self.now))
            conditions += [found] if found else []
        if is_group:
            own = self.group(self.groups[ref.name], old)
        elif self._is_lane(ref):
            own = self.lane(*self.lanes[ref.name], old)
        else:
            own = {}
        dates = dated(conditions, old.get("conditions") or (), self.now)
        observed = {"observedGeneration": self.held[ref].generation}
        return {**told, **own, **observed, "conditions": dates}

    def _is_lane(self, ref: Ref) -> bool:
        return ref.kind == "ASMSwimLane" and ref.name in self.lanes

    def lane(self, group: Group, lane: GroupLane, old: Mapping[str, Any]) -> Status:
        """Return what a lane's status says beside the vendor's fields."""
        return self.remembered.lanes(self.mesh, group).fields(group, lane, old, self.now)

    def services(self, mesh: Mesh, group: Group) -> Status:
        """Return what a group's status says of its services."""
        holder = self.held.get(group.group.meta.ref)
        there = holder.status.get("servicesInSwimLaneGroup") if holder else None
        return self.remembered.services(mesh, group, there)

    def group(self, group: Group, old: Mapping[str, Any]) -> Status:
        """Return what a group's status says beside the vendor's fields."""
        found: Status = {
            "lanes": len(group.lanes),
            "services": len(group.hosts),
            "findings": [
                {"code": one.code.id, "level": one.level, "message": one.message}
                for one in self.found(group)[:MOST_FINDINGS]
            ],
        }
        accepted = self.progress.accepted.get(group.name)
        if accepted is not None:
            errors = [{"code": code, "subject": subject} for code, subject in sorted(accepted)]
            found["acceptedErrors"] = errors
        elif "acceptedErrors" in old:
            found["acceptedErrors"] = old["acceptedErrors"]
        if confirmed := self.progress.confirmed.get(group.name, old.get("confirmed")):
            found["confirmed"] = confirmed
        return found

    def found(self, group: Group) -> list[Finding]:
        """Return the findings about a group, in the input and in writing."""
        about = self.about.get(str(group.group.meta.ref), [])
        return [*self.progress.findings.get(group.name, ()), *about]

    def live(self, group: str, *, in_words: bool) -> dict[str, str] | None:
        """Return what is known of the proxies; what a group's status says stays until it changes.

        Lanes say it without words: how many proxies and how soon is told once, by their group.
        """
        known = self._known_live(group)
        if known is not None and known["status"] == "True" and group in self.progress.unsure:
            known = NOT_KNOWN_YET
        return known if known is None or in_words else known | {"message": ""}

    def _known_live(self, group: str) -> dict[str, str] | None:
        if (live := self.progress.live.get(group)) is not None:
            return of_proxies(live)
        holder = self.held.get(Ref(GROUP_KIND, "", group))
        known = condition_of(holder.status, LIVE) if holder else None
        return known and {key: known[key] for key in known if key != "lastTransitionTime"}
