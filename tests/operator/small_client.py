"""A small client that applies what an operator wrote, one object after the other, and does no more.

Comes in: a cluster in which an operator's objects lie. Goes out: these, and how many seconds it
took to apply them on the server. They are gone before and afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing

from tests.cluster.control_plane import ControlPlane
from tests.cluster.writer import Writer, path_of
from tests.laws.objects import Object
from tests.operator.first_writes import KINDS

OWN = "app.kubernetes.io/managed-by=laneway"
REST = 80.0
"""Seconds behind a deletion until nobody is busy with it any more.

istiod works on the end of thousands of objects for half a minute, and the API server keeps what it
told watchers for 75 seconds: with gigabytes of it, it collects garbage all the time.
https://pkg.go.dev/k8s.io/apiserver/pkg/storage/cacher#DefaultEventFreshDuration
"""


def small_client(plane: ControlPlane) -> tuple[list[Object], float]:
    """Delete all that was written and apply it again."""
    found = [_plain(one) for kind in KINDS for one in _owned(plane, kind)]
    with closing(Writer(plane.api)) as writer:
        for one in found:
            writer.delete(one)
        time.sleep(REST)
        began = time.monotonic()
        for one in found:
            writer.ask(
                "PATCH", f"{path_of(one)}?fieldManager=small", one, "application/apply-patch+yaml"
            )
        seconds = time.monotonic() - began
        for one in found:
            writer.delete(one)
        time.sleep(REST)
    return found, seconds


def _owned(plane: ControlPlane, resource: str) -> Iterable[Object]:
    path = f"/apis/networking.istio.io/v1/{resource}?labelSelector={OWN}"
    items: list[Object] = plane.api.ask(path)["items"]
    return items


def _plain(item: Object) -> Object:
    """Return what was applied of an object."""
    kept = ("name", "namespace", "labels", "annotations", "ownerReferences")
    meta = {key: item["metadata"][key] for key in kept if key in item["metadata"]}
    return {**item, "metadata": meta}
