"""Groups and lanes as a cluster holds them: rows of two tables, and whether each group is live.

Comes in: objects as the API server has them, with the status that an operator gave them. Goes out:
words. What an operator has not looked at yet is not live; what nobody looks at is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Object = Mapping[str, Any]
Row = tuple[str, ...]
State = Literal["live", "not live", "stalled", "not known"]

GROUPS = ("GROUP", "MODE", "LANES", "SERVICES", "READY", "LIVE", "AGE")
GROUPS_WIDE = (*GROUPS, "STATUS", "PROXIES")
LANES = ("LANE", "GROUP", "WEIGHT", "PODS", "READY", "LIVE", "AGE")
LANES_WIDE = (*LANES, "SELECTOR", "ANSWERED BY OTHERS")


class LanesOnCluster(Struct, frozen=True):
    """All groups and lanes of a cluster, in the order of their names."""

    groups: tuple[Object, ...] = ()
    lanes: tuple[Object, ...] = ()

    @classmethod
    def of(cls, groups: Iterable[Object], lanes: Iterable[Object]) -> LanesOnCluster:
        """Put them in order."""
        by_group = sorted(lanes, key=lambda one: (group_of(one), name_of(one)))
        return cls(tuple(sorted(groups, key=name_of)), tuple(by_group))

    def of_namespace(self, namespace: str) -> LanesOnCluster:
        """Return the groups that have a service in a namespace, with their lanes."""
        return self.of_groups(
            [
                name_of(group)
                for group in self.groups
                if any(_map(one).get("namespace") == namespace for one in _services(group))
            ]
        )

    def of_groups(self, names: Sequence[str]) -> LanesOnCluster:
        """Return the groups of these names, with their lanes."""
        return LanesOnCluster(
            tuple(one for one in self.groups if name_of(one) in names),
            tuple(one for one in self.lanes if group_of(one) in names),
        )

    def only(self, kind: str) -> LanesOnCluster:
        """Return the objects of a kind, `group` or `lane`; all of none."""
        return LanesOnCluster(
            self.groups if kind != "lane" else (), self.lanes if kind != "group" else ()
        )

    def called(self, names: Sequence[str]) -> LanesOnCluster:
        """Return the objects of these names."""
        return LanesOnCluster(
            tuple(one for one in self.groups if name_of(one) in names),
            tuple(one for one in self.lanes if name_of(one) in names),
        )

    @property
    def names(self) -> frozenset[str]:
        """The names of all of them."""
        return frozenset(map(name_of, (*self.groups, *self.lanes)))

    @property
    def permissive(self) -> frozenset[str]:
        """The names of the groups whose lanes live by what programs pass on."""
        loose = (one for one in self.groups if _map(one.get("spec")).get("isPermissive") is True)
        return frozenset(map(name_of, loose))

    @property
    def objects(self) -> list[dict[str, Any]]:
        """All of them, without what only the server needs to know, as kubectl shows them."""
        found = []
        for one in (*self.groups, *self.lanes):
            head = {key: value for key, value in one["metadata"].items() if key != "managedFields"}
            found.append({**one, "metadata": head})
        return found

    def lanes_of(self, group: Object) -> list[Object]:
        """Return the lanes of a group."""
        return [one for one in self.lanes if group_of(one) == name_of(group)]


class GroupState(Struct, frozen=True):
    """Whether a group is live, and why not, or how many proxies have it.

    A settled one stays as it is until somebody edits something: it is no use to wait.
    """

    group: str
    state: State
    why: str
    is_settled: bool = False


def name_of(one: Object) -> str:
    """Return an object's name."""
    return str(_map(one.get("metadata")).get("name", ""))


def group_of(lane: Object) -> str:
    """Return the name of the group that a lane says to be of."""
    labels = _map(_map(lane.get("metadata")).get("labels"))
    return str(labels.get("swimlane-group", ""))


def states(found: LanesOnCluster) -> list[GroupState]:
    """Return for each group whether it is live; one that lanes name and nobody made is not."""
    there = [_group_state(one, found.lanes_of(one)) for one in found.groups]
    known = {one.group for one in there}
    strays = {group_of(lane): name_of(lane) for lane in found.lanes if group_of(lane) not in known}
    return there + [
        GroupState(group, "not live", f"lane {lane} names it, and there is no such group")
        if group
        else GroupState("-", "not live", f"lane {lane} names no group")
        for group, lane in strays.items()
    ]


def _group_state(group: Object, lanes: Iterable[Object]) -> GroupState:
    state, why = _state(group, lanes)
    is_told = state == "not known" and bool(condition(group, "Live"))
    return GroupState(name_of(group), state, why, state in ("live", "stalled") or is_told)


def _state(group: Object, lanes: Iterable[Object]) -> tuple[State, str]:
    if not _map(group.get("status")).get("conditions"):
        said = _map(group.get("status")).get("status")
        other = f"; another controller says {said}" if said else ""
        return "not known", f"no operator of Laneway has looked at it{other}"
    late = [one for one in (group, *lanes) if _is_behind(one)]
    if late:
        one = late[0]
        return "not live", f"the newest edit of {one.get('kind')} {name_of(one)} was not read yet"
    stalled, ready, live = (condition(group, one) for one in ("Stalled", "Ready", "Live"))
    if stalled.get("status") == "True":
        return "stalled", _because(stalled)
    if ready.get("status") == "False":
        return "not live", _because(ready)
    if condition(group, "Reconciling").get("status") == "True":
        return "not live", _because(condition(group, "Reconciling"))
    words = _because(live)
    if live.get("status") == "True":
        return "live", words
    if live.get("status") == "False":
        return "not live", words
    return "not known", words or "its status has no condition Live"


def _is_behind(one: Object) -> bool:
    """Whether the operator has not read what the object says now."""
    generation = _map(one.get("metadata")).get("generation", 0)
    return bool(_map(one.get("status")).get("observedGeneration", 0) != generation)


def _because(told: Object) -> str:
    reason, message = str(told.get("reason", "")), str(told.get("message", ""))
    return f"{reason}: {message}" if reason and message else message or reason


def condition(one: Object, kind: str) -> Object:
    """Return a condition of an object, an empty one where it has none."""
    for found in _list(_map(one.get("status")).get("conditions")):
        if _map(found).get("type") == kind:
            return _map(found)
    return {}


def group_rows(found: LanesOnCluster, now: float, *, is_wide: bool = False) -> Iterator[Row]:
    """Yield a row for each group. `now` is in seconds since 1970."""
    for one in found.groups:
        status, spec = _map(one.get("status")), _map(one.get("spec"))
        row = (
            name_of(one),
            "permissive" if spec.get("isPermissive") is True else "strict",
            str(len(found.lanes_of(one))),
            str(len(_services(one))),
            _status_of(one, "Ready"),
            _status_of(one, "Live"),
            age(one, now),
        )
        words = (
            str(status.get("status") or "-"),
            str(condition(one, "Live").get("message") or "-"),
        )
        yield (*row, *words) if is_wide else row


def lane_rows(found: LanesOnCluster, now: float, *, is_wide: bool = False) -> Iterator[Row]:
    """Yield a row for each lane."""
    for one in found.lanes:
        status, spec = _map(one.get("status")), _map(one.get("spec"))
        pods, weight = _map(status.get("pods")), status.get("weight")
        row = (
            name_of(one),
            group_of(one) or "-",
            "-" if weight is None else str(weight),
            f"{pods.get('ready', 0)}/{pods.get('total', 0)}" if pods else "-",
            _status_of(one, "Ready"),
            _status_of(one, "Live"),
            age(one, now),
        )
        selector = ",".join(
            f"{key}={value}" for key, value in _map(spec.get("labelSelector")).items()
        )
        words = (selector or "-", ", ".join(_stand_ins(status)) or "-")
        yield (*row, *words) if is_wide else row


def _stand_ins(status: Object) -> Iterator[str]:
    for one in map(_map, _list(status.get("standIns"))):
        names = [str(name).rpartition("/")[2] for name in _list(one.get("services"))]
        count = one.get("count")
        more = count - len(names) if isinstance(count, int) else 0
        rest = f" and {more} more" if more > 0 else ""
        yield f"{', '.join(names)}{rest}: {one.get('lane')}"


def _status_of(one: Object, kind: str) -> str:
    """Return a condition's status; one that is about an older edit is nothing to rely on."""
    return "-" if _is_behind(one) else str(condition(one, kind).get("status") or "-")


def age(one: Object, now: float) -> str:
    """Return how long an object has been there.

    >>> age({"metadata": {"creationTimestamp": "1970-01-01T00:00:00Z"}}, 7_300)
    '2h'
    """
    created = _map(one.get("metadata")).get("creationTimestamp")
    try:
        seconds = int(now - datetime.fromisoformat(str(created)).timestamp())
    except ValueError:
        return "-"
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{max(0, seconds)}s"


def _services(group: Object) -> Sequence[Any]:
    return _list(_map(group.get("spec")).get("services"))


def _map(value: Any) -> Object:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()
