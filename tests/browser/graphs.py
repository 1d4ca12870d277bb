"""Graphs and traffic for the drawing, as the console's API gives them, of any size.

Comes in: how many services, lanes, services a lane has for itself, and namespaces. Goes out: plain
objects with names as in JSON. They are drawn from numbers alone, so the same measures give the
same graph; places are as simple as a picture needs, the ones of a mesh are worked out elsewhere.
"""

from __future__ import annotations

import random
from typing import Any

from msgspec import Struct

Plain = dict[str, Any]

WIDTH, HEIGHT = 176, 44
COLUMN, ROW = 264, 60
PADDING, TITLE, BETWEEN = 20, 26, 28
DEPTH = 6
WORDS = ("cart", "orders", "payment", "stock", "search", "mail", "price", "user", "rating", "video")


class Town(Struct, frozen=True):
    """The measures of a graph: `own` versions of a lane beside the first's, `fan` calls of each."""

    services: int
    lanes: int
    own: int
    spaces: int = 1
    seed: int = 1
    fan: int = 2

    def graph(self) -> Plain:
        """Return the graph."""
        return _Drawn(self).graph()


def traffic(graph: Plain, second: int = 0, *, leaks: int = 0) -> Plain:
    """Return what was counted at a second: every edge has requests, some of them fail."""
    edges: Plain = {}
    for number, edge in enumerate(graph["edges"]):
        chance = random.Random(f"{number} {second}")  # noqa: S311 - no secret
        rate = round((number * 7919 % 200) / 3 + chance.random() * 4, 2)
        failing = number % 11 == 3
        lanes = edge["lanes"] or [""]
        edges[edge["id"]] = {
            "rate": rate,
            "errors": round(chance.random() * 0.06, 4) if failing else 0,
            "p95": round(8 + number % 90 + chance.random() * 9, 1),
            "lanes": {lane: round(rate / len(lanes), 2) for lane in lanes},
        }
    seen = [_leak(graph, number) for number in range(leaks)]
    told = {"known": True, "edges": edges, "seen": seen, "untold": [], "why": ""}
    return {"at": 1_800_000_000 + second, "window": 5, **told}


def _leak(graph: Plain, number: int) -> Plain:
    of_lanes = [node for node in graph["nodes"] if node["lane"]]
    source = of_lanes[number]
    target = next(
        node
        for node in of_lanes[number + 1 :]
        if node["lane"] != source["lane"] and node["column"] > source["column"]
    )
    told = {"rate": 1.5, "errors": 0, "p95": 12.0, "leak": True, "lanes": {source["lane"]: 1.5}}
    ends = {"from": source["id"], "to": target["id"]}
    return {"id": f"leak {source['id']}>{target['id']}", **ends, **told}


class _Drawn:
    """A graph in the making."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._chance = random.Random(town.seed)  # noqa: S311 - no secret
        self._lanes = [f"lane-{number}" for number in range(town.lanes)]
        self._having: list[list[int]] = [[0] for _ in range(town.services)]
        for lane in range(1, town.lanes):
            for service in self._chance.sample(range(town.services), min(town.own, town.services)):
                self._having[service].append(lane)

    def graph(self) -> Plain:
        """Return the graph."""
        nodes, spaces, size = self._placed()
        marks = [
            {"name": lane, "group": "town", "color": at % 8, "pattern": at % 7}
            for at, lane in enumerate(self._lanes)
        ]
        told = {"nodeSize": {"width": WIDTH, "height": HEIGHT}, "lanes": marks, "nodes": nodes}
        graph = {"size": size, **told, "namespaces": spaces, "edges": list(self._edges())}
        return {"id": f"{self._town}", **graph}

    def _column(self, service: int) -> int:
        depth = min(DEPTH, self._town.services)
        return 1 + service * depth // self._town.services

    def _space(self, service: int) -> int:
        return service % self._town.spaces

    def _placed(self) -> tuple[list[Plain], list[Plain], Plain]:
        across = max(1, round((self._town.spaces / 2) ** 0.5))
        nodes = [_gateway()]
        spaces: list[Plain] = []
        top, bottom = BETWEEN, BETWEEN
        for space in range(self._town.spaces):
            if space % across == 0:
                top = bottom
            left = BETWEEN + COLUMN + (space % across) * (DEPTH * COLUMN + BETWEEN)
            inside, box = self._filled(space, left, top)
            nodes += inside
            spaces.append(box)
            bottom = max(bottom, top + box["height"] + BETWEEN)
        nodes[0]["y"] = bottom // 2 - HEIGHT // 2
        right = max(box["x"] + box["width"] for box in spaces) + BETWEEN
        return nodes, spaces, {"width": right, "height": bottom}

    def _filled(self, space: int, left: int, top: int) -> tuple[list[Plain], Plain]:
        """Return a namespace's nodes, lane below lane, and its box."""
        services = [one for one in range(self._town.services) if self._space(one) == space]
        nodes, y = [], top + TITLE + PADDING
        for lane in range(self._town.lanes):
            heights: dict[int, int] = {}
            for service in services:
                if lane in self._having[service]:
                    column = self._column(service)
                    row = heights.get(column, 0)
                    heights[column] = row + 1
                    x = left + PADDING + (column - 1) * COLUMN
                    nodes.append(self._node(service, lane, x, y + row * ROW))
            y += max(heights.values(), default=0) * ROW
        name = f"team-{space}" if self._town.spaces > 1 else "shop"
        width = (DEPTH - 1) * COLUMN + WIDTH + 2 * PADDING
        box = {"name": name, "x": left, "y": top, "width": width, "height": y - top + PADDING}
        return nodes, {**box, "nodes": [node["id"] for node in nodes]}

    def _node(self, service: int, lane: int, x: int, y: int) -> Plain:
        name = self._name(service)
        namespace = f"team-{self._space(service)}" if self._town.spaces > 1 else "shop"
        return {
            "id": self._id(service, lane),
            "kind": "version",
            "name": name,
            "namespace": namespace,
            "host": f"{name}.{namespace}.svc.cluster.local",
            "lane": self._lanes[lane],
            "labels": {"app": name, "version": f"v{lane}"},
            "pods": 1 + service % 3,
            "ready": 1 if service % 23 == 5 else 1 + service % 3,
            "column": self._column(service),
            "x": x,
            "y": y,
        }

    def _name(self, service: int) -> str:
        return f"{WORDS[service % len(WORDS)]}-{service}"

    def _id(self, service: int, lane: int) -> str:
        return f"{self._name(service)}@{self._lanes[lane]}"

    def _edges(self) -> list[Plain]:
        found: dict[str, Plain] = {}
        for lane in range(self._town.lanes):
            start = self._answering(0, lane)
            self._add(found, "gateway", self._id(0, start), lane, is_stand_in=start != lane)
        for service in range(self._town.services):
            for called in self._called(service):
                for lane in range(self._town.lanes):
                    source, target = self._answering(service, lane), self._answering(called, lane)
                    if lane in (source, target):
                        ends = self._id(service, source), self._id(called, target)
                        self._add(found, *ends, lane, is_stand_in=lane not in {0, target})
        return list(found.values())

    def _answering(self, service: int, lane: int) -> int:
        return lane if lane in self._having[service] else 0

    def _called(self, service: int) -> list[int]:
        later = range(service + 1, self._town.services)
        own = self._space(service)
        near = [
            one
            for one in later
            if self._column(one) - self._column(service) == 1
            and (self._space(one) - own) % self._town.spaces <= 1
        ]
        chance = random.Random(f"{self._town.seed} {service}")  # noqa: S311 - no secret
        return sorted(chance.sample(near, min(self._town.fan, len(near))))

    def _add(
        self, found: dict[str, Plain], source: str, target: str, lane: int, *, is_stand_in: bool
    ) -> None:
        name = f"{source}>{target}"
        kind = "fallback" if is_stand_in else "route"
        edge = {"id": name, "from": source, "to": target, "lanes": [], "kind": kind}
        there = found.setdefault(name, {**edge, "what": "host and path"})
        there["lanes"].append(self._lanes[lane])
        if kind == "route":
            there["kind"] = kind


def _gateway() -> Plain:
    return {
        "id": "gateway",
        "kind": "gateway",
        "name": "ingressgateway",
        "namespace": "istio-system",
        "host": "",
        "lane": None,
        "labels": {"istio": "ingressgateway"},
        "pods": 2,
        "ready": 2,
        "column": 0,
        "x": BETWEEN,
        "y": 0,
    }
