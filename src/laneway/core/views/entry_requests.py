"""The requests by which the lanes of a group are entered, to copy and to send.

Comes in: a mesh, a group's name. Goes out: for each lane the request that its entry rules ask for,
or the one that a weighted split shares out; of very many lanes the first ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.views.looking import lane_inquiry

View = dict[str, Any]
MOST = 50


def entry_requests(mesh: Mesh, name: str) -> list[View]:
    """Return the requests of a group; none of one that nobody can enter."""
    group = mesh.group(name)
    return list(islice(_requests(mesh, group), MOST)) if group else []


def _requests(mesh: Mesh, group: Group) -> Iterator[View]:
    weighted = group.group.weighted
    if group.group.strategy == "weighted" and weighted is not None:
        match = next((one for one in weighted.matches if one.uri), None)
        hosts = [one for one in weighted.hosts if not one.startswith("*")]
        path = match.uri.value if match and match.uri and match.uri.kind != "regex" else "/"
        yield _view("", hosts[0] if hosts else "", path, ())
        return
    for lane in group.lanes:
        asked = lane_inquiry(mesh, lane.lane.meta.ref)
        if asked is not None:
            request = asked.request
            yield _view(lane.name, request.host, request.path, request.headers)


def _view(lane: str, host: str, path: str, headers: tuple[tuple[str, str], ...]) -> View:
    named = [{"name": name, "value": value} for name, value in headers]
    return {"lane": str(lane), "host": host, "path": path, "headers": named}
