"""A cluster filled with a mesh: an API server, and thousands of objects written into it.

Comes in: a folder, and objects. Goes out: a control plane without controllers, in which pods run
because it is said that they do. Several connections write side by side, kind after kind, since what
an object needs has to be there before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue

from tests.cluster.api_server import ApiServer
from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane, start
from tests.cluster.writer import Writer
from tests.laws.objects import Object

CONNECTIONS = 4


@contextmanager
def store(folder: Path) -> Iterator[tuple[ControlPlane, Children]]:
    """Run an API server for the length of a block; whoever starts more programs adds them."""
    children = Children(folder / "logs")
    try:
        yield start(folder, (), children, controllers=False), children
    finally:
        children.kill()


def fill(api: ApiServer, items: Iterable[Object]) -> None:
    """Write objects as they are, pods with their status; namespaces first, then pods."""
    kinds = ("Namespace", "Service", "Pod")
    order = {kind: at for at, kind in enumerate(kinds)}
    ordered = sorted(items, key=lambda item: order.get(item["kind"], len(kinds)))
    with ExitStack() as opened:
        free: SimpleQueue[Writer] = SimpleQueue()
        for _ in range(CONNECTIONS):
            free.put(opened.enter_context(closing(Writer(api))))

        def write(item: Object) -> None:
            writer = free.get()
            _create(writer, item)
            free.put(writer)

        side = opened.enter_context(ThreadPoolExecutor(CONNECTIONS))
        for _, same in groupby(ordered, key=lambda item: item["kind"]):
            for _ in side.map(write, same):
                pass


def _create(writer: Writer, item: Object) -> None:
    if item["kind"] == "Pod":
        writer.create(item)
        writer.merge({key: part for key, part in item.items() if key != "spec"}, "/status")
    elif item["kind"] == "Namespace":
        writer.ensure(item)
    else:
        writer.create(item)
