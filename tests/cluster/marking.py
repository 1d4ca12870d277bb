"""The least of marks: objects written last, in whose sight all before them is live.

Comes in: a number. Goes out: a DestinationRule and a VirtualService of a service that nobody calls,
and the words in which every sidecar is told of them. istiod hears of each kind in the order in
which it was written; `tests/cluster/marks.py` has one of every kind, which would cost more here.
"""

from __future__ import annotations

from tests.laws import objects
from tests.laws.objects import Object, host_of

SPACE = "late"
HOST = host_of("mark", SPACE)
PORT = 8000
"""That of the mesh's services, so that its route stands in a table that proxies have anyway."""


def _service() -> Object:
    port = {"name": "http", "port": PORT, "targetPort": PORT}
    found = objects.service("mark", SPACE, [port], cluster_ip="10.96.9.9")
    del found["spec"]["selector"]
    return found


MARKED = (objects.namespace(SPACE), _service())
"""What has to be there before any mark."""


def marks(number: int) -> list[Object]:
    """Return the marks with a number."""
    name = _name(number)
    route = {"route": [{"destination": {"host": HOST, "port": {"number": PORT}}}]}
    told = {"name": name, "match": [{"uri": {"exact": f"/{name}"}}], **route}
    return [
        objects.destination_rule("mark", SPACE, HOST, subsets=[{"name": name}]),
        objects.virtual_service("mark", SPACE, [HOST], http=[told, route]),
    ]


def words_of(number: int) -> list[bytes]:
    """Return the words in which a sidecar is sent the marks with a number."""
    name = _name(number)
    return [f"outbound|{PORT}|{name}|{HOST}".encode(), f"/{name}".encode()]


def _name(number: int) -> str:
    return f"m{number:06}"
