"""An API server in memory that fails where it is told to.

Comes in: requests over pairs of sockets. Goes out: what a kube-apiserver answers to lists, watches
and writes of ConfigMaps and Leases, or the next of the faults that a test put down. It knows
versions, pages, bookmarks and preconditions, and no more.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import h11
from msgspec import Struct

from laneway.adapters.kube import Access, Client
from laneway.adapters.kube.connections import Streams
from laneway.adapters.kube.credentials import Constant, Credentials, Presented
from laneway.adapters.kube.kinds import Kind
from laneway.adapters.kube.kubeconfig import KubeCluster, KubeUser
from tests.kube.answering import Answering, Asked, Object, request_on

CONFIG_MAPS = Kind("", "v1", "ConfigMap", "configmaps", is_namespaced=True)
INITIAL_END = {"annotations": {"k8s.io/initial-events-end": "true"}}


class Refuse(Struct, frozen=True):
    """Answer with a status."""

    code: int
    message: str = "so it is"
    details: Object = {}
    headers: dict[str, str] = {}


class Cut(Struct, frozen=True):
    """Close the connection: after so many bytes of the answer, if any."""

    after: int = 0


class Stuck(Struct, frozen=True):
    """Send so many bytes of the answer, and never the others."""

    after: int


class Silence(Struct, frozen=True):
    """Never answer."""


class Late(Struct, frozen=True):
    """Do what was asked, and answer after so many seconds, or never where they are negative."""

    seconds: float


class Stream(Struct, frozen=True):
    """Answer a watch with these events, and end it."""

    events: tuple[Object, ...] = ()


Fault = Refuse | Cut | Stuck | Silence | Late | Stream


class FakeServer:
    """Objects by path, and who watches them."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.faults: deque[Fault] = deque()
        """What is done with the next requests; then all is well."""
        self.fault_for: Callable[[Asked], Fault | None] = lambda _: None
        self.objects: dict[str, Object] = {}
        self.can_stream = True
        self.dials = 0
        self.is_down = False
        self.version = 100
        self._history: list[tuple[int, str, Object]] = []
        self._forgotten = 0
        self._watches: list[tuple[str, asyncio.Queue[Object | None]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[tuple[str, asyncio.StreamWriter]] = []
        self._clients: list[Client] = []
        self._is_shut: set[str] = set()

    # -- what tests do to it

    def client(self, credentials: Credentials | None = None, name: str = "the fake") -> Client:
        """Return a client of this server, by a name of its own."""
        who = credentials or Constant(Presented("Bearer first"))
        access = Access(KubeCluster(server="http://fake:80"), KubeUser(), who, origin=name)
        client = Client(access, dial=self.dial)
        self._clients.append(client)
        return client

    def put(self, name: str, **values: str) -> None:
        """Have a ConfigMap, new or changed."""
        path = CONFIG_MAPS.path("shop", name)
        meta = {"name": name, "namespace": "shop"}
        self.write(path, {"metadata": meta, "data": values})

    def remove(self, name: str) -> None:
        """Delete a ConfigMap."""
        self._gone(CONFIG_MAPS.path("shop", name))

    def write(self, path: str, item: Object) -> Object:
        """Store an object in a new version, and tell who watches."""
        word = "MODIFIED" if path in self.objects else "ADDED"
        self.version += 1
        item["metadata"]["resourceVersion"] = str(self.version)
        self.objects[path] = item
        self._happened({"type": word, "object": item}, path)
        return item

    def tell(self, event: Object, path: str = "") -> None:
        """Say something to everybody who watches."""
        for place, queue in self._watches:
            if not path or _lies_in(path, place):
                queue.put_nowait(event)

    def bookmark(self) -> None:
        """Say to everybody how far others' changes have come."""
        self.version += 50
        self.tell(_bookmark(self.version))

    def end_watches(self) -> None:
        """End all watches as a server does whose time for them is over."""
        for _, queue in self._watches:
            queue.put_nowait(None)
        self._watches.clear()

    def forget(self) -> None:
        """Know no longer what happened until now."""
        self._forgotten = self.version
        self._history.clear()

    def forget_watches(self) -> None:
        """Say nothing more to anybody, as where something between the two lost the connection."""
        self._watches.clear()

    def cut_all(self) -> None:
        """Close all connections in the middle of whatever they are about."""
        for _, writer in self._writers:
            writer.close()
        self._writers.clear()
        self._watches.clear()

    def shut(self, name: str) -> None:
        """Have a client neither ask nor hear anything any more."""
        self._is_shut.add(name)
        for whose, writer in self._writers:
            if whose == name:
                writer.close()

    def verbs(self) -> list[str]:
        """Return what was asked for, in order."""
        return ["WATCH" if one.is_watch else one.method for one in self.asked]

    async def stop(self) -> None:
        """End everything."""
        for client in self._clients:
            await client.__aexit__(None, None, None)
        self.cut_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what it does

    async def dial(self, access: Access, presented: Presented) -> Streams:
        """Open a connection."""
        del presented
        if self.is_down or access.origin in self._is_shut:
            raise ConnectionRefusedError("refused")
        self.dials += 1
        ours, theirs = socket.socketpair()
        try:
            return await self._joined(access, ours, theirs)
        except BaseException:  # whoever dialed may have left meanwhile
            ours.close()
            theirs.close()
            raise

    async def _joined(self, access: Access, ours: socket.socket, theirs: socket.socket) -> Streams:
        reader, writer = await asyncio.open_connection(sock=ours)
        self._writers.append((access.origin, writer))
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.open_connection(sock=theirs)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = h11.Connection(h11.SERVER)
        try:
            while (asked := await request_on(line, reader)) is not None:
                self.asked.append(asked)
                await self._answer(Answering(line, writer), asked)
                line.start_next_cycle()
        except (ConnectionError, h11.LocalProtocolError):
            pass
        finally:
            writer.close()

    async def _answer(self, to: Answering, asked: Asked) -> None:
        fault = self.faults.popleft() if self.faults else self.fault_for(asked)
        match fault:
            case Refuse(code, message, details, headers):
                to.whole(code, _status(code, message, details), headers)
            case Silence():
                await asyncio.Event().wait()
            case Stream(events):
                to.begin()
                for event in events:
                    to.piece(event)
                to.end()
            case Cut(0):
                raise ConnectionResetError
            case Cut(after):
                to.room = after
                await self._do(to, asked)
            case Stuck(after):
                to.room = after
                with suppress(ConnectionResetError):
                    await self._do(to, asked)
                await asyncio.Event().wait()
            case Late(seconds):
                to.is_held = True
                await self._do(to, asked)
                await asyncio.sleep(seconds if seconds >= 0 else 10_000)
                to.let_go()
            case None:
                await self._do(to, asked)

    async def _do(self, to: Answering, asked: Asked) -> None:
        if asked.is_watch:
            await self._watch(to, asked)
        else:
            to.whole(*self._done(asked))

    def _done(self, asked: Asked) -> tuple[int, Object | str]:
        """Return the answer to a question that has one."""
        found = self.objects.get(asked.path)
        match asked.method:
            case "GET" if asked.path.endswith("s"):
                return 200, self._page(asked)
            case "POST":
                path = f"{asked.path}/{asked.body['metadata']['name']}"
                if path in self.objects:
                    return 409, _status(409, "already exists", {})
                return 201, self.write(path, asked.body)
            case "PATCH":
                return 200, self.write(asked.path, asked.body)
            case _ if found is None:
                return 404, _status(404, f"{asked.path} not found", {})
            case "GET":
                return 200, found
            case "PUT":
                if (
                    asked.body["metadata"]["resourceVersion"]
                    != found["metadata"]["resourceVersion"]
                ):
                    return 409, _status(409, "the object has been modified", {})
                return 200, self.write(asked.path, asked.body)
            case _:
                wanted = asked.body["preconditions"].get("resourceVersion")
                if wanted not in {None, found["metadata"]["resourceVersion"]}:
                    return 409, _status(409, "precondition failed", {})
                self._gone(asked.path)
                return 200, _status(200, "", {})

    def _page(self, asked: Asked) -> Object:
        names = sorted(path for path in self.objects if _lies_in(path, asked.path))
        begin, size = int(asked.query.get("continue", "0")), int(asked.query["limit"])
        rest = {"continue": str(begin + size)} if begin + size < len(names) else {}
        return {
            "metadata": {"resourceVersion": str(self.version), **rest},
            "items": [self.objects[path] for path in names[begin : begin + size]],
        }

    def _gone(self, path: str) -> None:
        item = self.objects.pop(path)
        self.version += 1
        meta = {**item["metadata"], "resourceVersion": str(self.version)}
        self._happened({"type": "DELETED", "object": {**item, "metadata": meta}}, path)

    def _happened(self, event: Object, path: str) -> None:
        self._history.append((self.version, path, event))
        self.tell(event, path)

    async def _watch(self, to: Answering, asked: Asked) -> None:
        is_initial = "sendInitialEvents" in asked.query
        if is_initial and not self.can_stream:
            to.whole(422, _status(422, "sendInitialEvents: Forbidden", {}))
            return
        if int(asked.query.get("resourceVersion", self.version)) < self._forgotten:
            to.whole(410, _status(410, "too old resource version", {}))
            return
        queue: asyncio.Queue[Object | None] = asyncio.Queue()
        self._watches.append((asked.path, queue))
        to.begin()
        if is_initial:
            for path in sorted(self.objects):
                if _lies_in(path, asked.path):
                    to.piece({"type": "ADDED", "object": self.objects[path]})
            to.piece(_bookmark(self.version, INITIAL_END))
        else:
            self._catch_up(to, asked)
        while (event := await queue.get()) is not None:
            to.piece(event)
        to.end()

    def _catch_up(self, to: Answering, asked: Asked) -> None:
        """Say what happened since."""
        since = int(asked.query["resourceVersion"])
        for version, path, event in self._history:
            if _lies_in(path, asked.path) and version > since:
                to.piece(event)


def _lies_in(path: str, place: str) -> bool:
    """Whether an object is of a kind, or of a kind in a namespace."""
    folder = path.rpartition("/")[0]
    everywhere = "/namespaces/" not in place
    return folder == place or (everywhere and folder.rpartition("/")[2] == place.rpartition("/")[2])


def _status(code: int, message: str, details: Object) -> Object:
    return {"kind": "Status", "code": code, "message": message, "details": details}


def _bookmark(version: int, marks: Object | None = None) -> Object:
    meta = {"resourceVersion": str(version), **(marks or {})}
    return {"type": "BOOKMARK", "object": {"kind": "ConfigMap", "metadata": meta}}
