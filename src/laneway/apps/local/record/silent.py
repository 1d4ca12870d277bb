"""Programs that are to call a service and whose sockets never went through their proxy.

Comes in: a mesh's record and how many connections each listener had. Goes out: by replica the
services it has URLs of, where it was asked and opened no connection to its proxy. Such a program
does not honor what it was told, or it has had no reason to call yet; nothing else can be seen from
outside, so that is told and not judged.
"""

from __future__ import annotations

from collections.abc import Mapping

from laneway.adapters.envoy.admin import Admin, Unreachable
from laneway.adapters.envoy.files import SOCKET
from laneway.apps.local.record.state import MeshFolder, MeshRecord

RECIPES = "docs/running.md#programs-that-are-not-caught"
_CONNECTIONS = r"^listener\.[0-9.]+_[0-9]+\.downstream_cx_total$"


def never_called(folder: MeshFolder, record: MeshRecord) -> Mapping[str, tuple[str, ...]]:
    """Return which services each replica never called past its proxy, as far as can be seen.

    That is nothing where no proxy answers, and where programs have a network that leads to them.
    """
    if record.interception is not None:
        return {}
    calls = {one.replica: tuple(one.calls) for one in record.workloads if one.calls}
    return silent(record, calls, _connections(folder)) if calls else {}


def silent(
    record: MeshRecord, calls: Mapping[str, tuple[str, ...]], connections: Mapping[str, int]
) -> Mapping[str, tuple[str, ...]]:
    """Return of the replicas that should call those that were asked and did not.

    `connections` are counters of listeners by their full names.
    """
    found = {}
    for one in record.replicas:
        address, ports = one["address"], [port["inbound"] for port in one["ports"]]
        asked = sum(connections.get(_counter(address, port), 0) for port in ports)
        called = connections.get(_counter(address, one["outbound"]), 0)
        if one["sidecar"] and one["name"] in calls and asked and not called:
            found[one["name"]] = calls[one["name"]]
    return found


def _counter(address: str, port: int) -> str:
    return f"listener.{address}_{port}.downstream_cx_total"


def _connections(folder: MeshFolder) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for socket in folder.proxies.glob(f"*/{SOCKET}"):
        admin = Admin(socket)
        try:
            found |= admin.counters(_CONNECTIONS)
        except Unreachable:
            continue  # it is starting, or gone
        finally:
            admin.close()
    return found
