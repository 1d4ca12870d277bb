"""What statuses say of services and pods, remembered as long as these are the same.

Comes in: a mesh and the statuses there are. Goes out: what they should say of services. It rests on
what calls are planned from alone, so an edit of weights leaves it; of thousands of pods it is made
once. What a status says already is not held a second time.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from laneway.core.emit.status import services_of
from laneway.core.keeping.on_lanes import OnLanes
from laneway.core.mesh.mesh import Group, Mesh

MOST_PODS = 200
"""Pods of a group beyond which their labels are left out of its status, which would be too large
for the API server otherwise."""


class Remembered(Struct):
    """What is said of services, by group, and the mesh it rests on."""

    _inside: Mesh | None = None
    _services: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lanes: dict[str, OnLanes] = field(default_factory=dict)

    def rest_on(self, inside: Mesh | None) -> None:
        """Forget what was said, unless it was of this very mesh, as calls inside meet it."""
        if self._inside is not inside:
            self._services.clear()
            self._lanes.clear()
        self._inside = inside

    def services(self, mesh: Mesh, group: Group, there: object) -> dict[str, Any]:
        """Return what a group's status says of services; `there` is what it says so far."""
        if group.name not in self._services:
            self._services[group.name] = services_of(mesh, group, MOST_PODS)
        if isinstance(there, dict) and there == self._services[group.name]:
            self._services[group.name] = there
        return self._services[group.name]

    def lanes(self, mesh: Mesh, group: Group) -> OnLanes:
        """Return what is said of a group's lanes."""
        if group.name not in self._lanes:
            self._lanes[group.name] = OnLanes(mesh, group)
        return self._lanes[group.name]
