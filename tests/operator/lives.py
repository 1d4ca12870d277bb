"""The life of a group of lanes on a real cluster, and what requests may meet meanwhile.

Comes in: the example with weights. Goes out: acts, each with the lanes there are behind it: what
its users do to lanes, and what others do to pods and to objects of ours. The same life is lived by
strict lanes and by permissive ones, of which one has no pod of the middle service of its own.
"""

from __future__ import annotations

import copy
import http.client
import time
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from msgspec import Struct

from tests.cluster.api_server import ApiServer, RefusedError
from tests.cluster.operated import objects_of
from tests.cluster.writer import path_of, root_of
from tests.laws.objects import Object

EXAMPLE = Path(__file__).parents[2] / "examples" / "weighted-entry"
GROUP, LANE = "ASMSwimLaneGroup", "ASMSwimLane"
HEADER = "x-asm-prefer-tag"
BASELINE, SMALL = "stable", "canary"
"""Of permissive lanes: the one that answers for others, and the one that lacks a service."""
NO_ROUTE = "404"
PATIENCE = 120.0
DOUBLED = "mockc-v2"
"""The workload of two pods: one may leave its lane."""

Lanes = Mapping[str, tuple[str, int]]
"""The version and the weight of each lane."""


class People:
    """Whoever does something to a cluster: what is refused for a moment is tried again."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self.edits = 0

    def put(self, item: Object) -> None:
        """Apply an object as kubectl does."""
        told = urlencode({"fieldManager": "kubectl", "force": "true"})
        self.ask(f"{path_of(item)}?{told}", "APPLY", item)

    def drop(self, item: Object) -> None:
        """Delete an object, if it is there."""
        self.ask(path_of(item), "DELETE", missing=True)

    def edit(self, item: Object) -> None:
        """Write an object as somebody who has changed it by hand, somebody else each time."""
        self.edits += 1
        self.ask(f"{path_of(item)}?fieldManager=editor-{self.edits}", "PUT", item)

    def ask(
        self, path: str, method: str = "GET", body: object = None, *, missing: bool = False
    ) -> Any:
        """Return what the API server answers, as soon as it does."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self._api.ask(path, method, body)
            except RefusedError as refused:
                if missing and refused.status == 404:
                    return None
                if refused.status < 429 or time.monotonic() > end:
                    raise
            except (OSError, http.client.HTTPException):
                if time.monotonic() > end:
                    raise
            time.sleep(0.05)


class Act(Struct, frozen=True):
    """What somebody does. `lanes` are those behind it, None for those before it."""

    name: str
    does: Callable[[People], None] | None = None
    lanes: Lanes | None = None
    loses_entry: bool = False
    """Whether requests find no route until it is put right."""


class Life:
    """One group's life: what its objects are, and what its requests meet."""

    def __init__(self, *, is_permissive: bool) -> None:
        self.is_permissive = is_permissive
        group, *lanes = yaml.safe_load_all((EXAMPLE / "lanes.yaml").read_text())
        self._group, self._lane = group, lanes[0]
        if is_permissive:
            group["spec"] |= {
                "isPermissive": True,
                "permissiveModeConfiguration": {
                    "fallbackTarget": BASELINE,
                    "routeHeader": HEADER,
                    "traceHeader": HEADER,
                },
            }

    @property
    def name(self) -> str:
        """What it is called in figures."""
        return "permissive" if self.is_permissive else "strict"

    def meets(self, lanes: Lanes) -> frozenset[str]:
        """Return what requests may meet while lanes are so: versions, or no route."""
        if not lanes:
            return frozenset({NO_ROUTE})
        found = set()
        for name, (tag, weight) in lanes.items():
            lacks = self.is_permissive and name == SMALL
            middle = lanes[BASELINE][0] if lacks else tag
            found |= {f"{tag} {middle} {tag}"} if weight else set()
        return frozenset(found)

    def may_meet(self, before: Lanes, after: Lanes) -> frozenset[str]:
        """Return what requests may meet while lanes become others.

        Of a permissive lane that comes to mean other pods they carry the name, so that they may
        meet those it meant and those it means.
        """
        found = self.meets(before) | self.meets(after)
        if self.is_permissive:
            for name in before.keys() & after.keys():
                tags = (before[name][0], after[name][0])
                middle = (before[BASELINE][0], after[BASELINE][0]) if name == SMALL else tags
                found |= {" ".join(chain) for chain in product(tags, middle, tags)}
        return found

    def change(self, people: People, before: Lanes, after: Lanes) -> None:
        """Have lanes be others than they are; without any lane the group goes as well.

        Lanes are told in order of age, which has whole seconds, and then of name: so they come in
        order of name.
        """
        if after and not before:
            people.put(self._group)
        for name in sorted(after):
            if after[name] != before.get(name):
                people.put(self._lane_of(name, *after[name]))
        if before and not after:
            people.drop(self._group)
        for name in before.keys() - after.keys():
            people.drop(self._lane_of(name, *before[name]))

    def _lane_of(self, name: str, tag: str, weight: int) -> Object:
        item: Object = copy.deepcopy(self._lane)
        item["metadata"]["name"] = name
        item["spec"]["labelSelector"] = {"version": tag}
        item["spec"]["ingressWeight"]["weight"] = weight
        if self.is_permissive:
            own = ("mocka", "mockc") if name == SMALL else ("mocka", "mockb", "mockc")
            item["spec"]["services"] = [{"name": one, "namespace": "default"} for one in own]
        return item


def programs() -> list[Object]:
    """Return the example without its lanes: programs that pass a header on, one of them twice."""
    found = [one for one in objects_of(EXAMPLE) if one["kind"] not in (GROUP, LANE)]
    for one in found:
        if one["kind"] == "Deployment":
            one["spec"]["replicas"] = 2 if one["metadata"]["name"] == DOUBLED else 1
        for container in containers_of(one):
            container.setdefault("env", []).append({"name": "forward_headers", "value": HEADER})
    return found


def containers_of(item: Object) -> list[Object]:
    """Return the containers of a workload that are programs."""
    if item["kind"] != "Deployment":
        return []
    found: list[Object] = item["spec"]["template"]["spec"]["containers"]
    return [one for one in found if "env" in one]


def edit_by_hand(people: People) -> None:
    """Give all requests to the first lane, in our object."""
    entry = people.ask(path_of(ENTRY))
    shares = entry["spec"]["http"][0]["route"]
    for at, share in enumerate(shares):
        share["weight"] = 0 if at else 100
    people.edit(entry)


def lose_entry(people: People) -> None:
    """Delete an object of ours."""
    people.drop(ENTRY)


def bring_rule(people: People) -> None:
    """Have a rule of one's own beside ours."""
    people.put(RULE)


def drop_rule(people: People) -> None:
    """Take it away again."""
    people.drop(RULE)


def relabel_pod(people: People) -> None:
    """Take a pod out of its lane; its Deployment makes another, which is ready at the end."""
    taken = min(_pods(people, "app=mockc,version=v2"), key=lambda one: one["metadata"]["name"])
    left = taken["metadata"]["name"]
    people.ask(f"{PODS}/{left}", "PATCH", {"metadata": {"labels": {"version": "none"}}})
    end = time.monotonic() + PATIENCE
    while sum(map(_is_ready, _pods(people, "app=mockc,version=v2"))) != 2:
        assert time.monotonic() < end, f"no pod took the place of {left}"
        time.sleep(0.05)


def _pods(people: People, selector: str) -> list[Object]:
    found: list[Object] = people.ask(f"{PODS}?{urlencode({'labelSelector': selector})}")["items"]
    return found


def _is_ready(pod: Object) -> bool:
    conditions = pod["status"].get("conditions", ())
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def drop_pod(people: People) -> None:
    """Take the pod away that had left its lane."""
    for one in _pods(people, "version=none"):
        people.drop({"apiVersion": "v1", "kind": "Pod", "metadata": one["metadata"]})


ISTIO = "networking.istio.io/v1"
PODS = f"{root_of('v1')}/namespaces/default/pods"
ENTRY: Object = {
    "apiVersion": ISTIO,
    "kind": "VirtualService",
    "metadata": {"name": "ingressgateway", "namespace": "istio-system"},
}
RULE: Object = {
    "apiVersion": ISTIO,
    "kind": "DestinationRule",
    "metadata": {"name": "of-our-own", "namespace": "default"},
    "spec": {
        "host": "mockb.default.svc.cluster.local",
        "trafficPolicy": {"connectionPool": {"tcp": {"connectTimeout": "3s"}}},
    },
}
FIRST: Lanes = {"stable": ("v1", 60), "next": ("v2", 30), "canary": ("v3", 10)}
LIVED = (
    Act("create", lanes=FIRST),
    Act("reweight", lanes={"stable": ("v1", 10), "next": ("v2", 60), "canary": ("v3", 30)}),
    Act("edit by hand", edit_by_hand),
    Act("relabel a pod", relabel_pod),
    Act("remove lane", lanes={"stable": ("v1", 40), "next": ("v2", 60)}),
    Act("rule beside", bring_rule),
    Act("add lane", lanes={"stable": ("v1", 50), "next": ("v2", 40), "canary": ("v3", 10)}),
    Act("delete entry by hand", lose_entry, loses_entry=True),
    Act("change places", lanes={"stable": ("v2", 50), "next": ("v1", 40), "canary": ("v3", 10)}),
    Act("drop the pod", drop_pod),
    Act("drop the rule", drop_rule),
    Act("delete group", lanes={}),
)
"""A life: it begins and ends without a group."""
SHORT = ("create", "reweight", "edit by hand", "remove lane", "add lane", "delete group")
"""The acts of a life that tests have time for."""
