"""What is asked of the Kubernetes API: lists, watches, applying, deleting.

Comes in: kinds, names and bodies. Goes out: objects as bytes, one at a time; nobody here looks
into them. A question that may be put twice is put again where the API says so (429, 5xx, no
answer), for a bounded time; then it is an error of the small tree. Every request is counted.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.kube.access import Access
from laneway.adapters.kube.asking import BOUND, JSON, ApiRequest, Asking, Counted, unanswered
from laneway.adapters.kube.connections import Dial, Reply, dialed
from laneway.adapters.kube.errors import Invalid, NotFound, Unavailable
from laneway.adapters.kube.kinds import Extent, Kind, discovered

MANAGER = "laneway"
"""The field manager in whose name everything is applied, where nobody says otherwise."""
PAGE = 250
"""Objects of a page: about a megabyte of Pods."""
_APPLY = "application/apply-patch+yaml"
_MERGE = "application/merge-patch+json"
POD = Kind("", "v1", "Pod", "pods", is_namespaced=True)
_METADATA = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class _PageHead(Struct, rename="camel"):
    continue_: str = msgspec.field(default="", name="continue")
    resource_version: str = ""


class Page(Struct, rename="camel"):
    """A page of a list: objects as they came, unread."""

    metadata: _PageHead
    items: list[msgspec.Raw] | None = None


_page = msgspec.json.Decoder(Page)


class PodPage(Struct, frozen=True):
    """A page that programs in pods serve at a port; no more than so many bytes of it are read."""

    port: int
    path: str
    query: Mapping[str, str] = {}
    most: int = 4 << 20


class Client:
    """Asks one API server; an async context manager."""

    def __init__(
        self,
        access: Access,
        *,
        dial: Dial = dialed,
        bound: float = BOUND,
        manager: str = MANAGER,
    ) -> None:
        """Take the way in, and for how many seconds what fails is asked again.

        `manager` is the field manager in whose name objects are written.
        """
        self.access = access
        self._manager = manager
        self._asking = Asking(access, dial, bound)

    @property
    def requests(self) -> Mapping[Counted, int]:
        """How many requests were sent, by verb, resource and code."""
        return self._asking.requests

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._asking.close()

    async def greet(self) -> None:
        """Ask what everybody may ask, and take no note of the answer."""
        await self._asking.answer(ApiRequest("get", "", "GET", "/version"))

    async def kinds(self) -> Mapping[tuple[str, str], Kind]:
        """Return what the server has, by group and kind, in the version that it prefers."""
        found: dict[tuple[str, str], Kind] = {}
        for path in ("/api", "/apis"):
            said = await self._asking.answer(
                ApiRequest("discover", "", "GET", path, accept=_DISCOVERY)
            )
            try:
                for kind in discovered(said):
                    found.setdefault((kind.group, kind.kind), kind)
            except msgspec.DecodeError as error:
                raise Invalid(f"{path} of the API server is no discovery: {error}") from error
        return found

    async def get(self, kind: Kind, namespace: str, name: str) -> bytes:
        """Return an object."""
        path = kind.path(namespace, name)
        return await self._asking.answer(ApiRequest("get", kind.resource, "GET", path))

    async def page_of_pod(self, namespace: str, name: str, page: PodPage) -> bytes:
        """Return what a pod serves, fetched by the API server for who may `get` pods/proxy.

        It is asked for once. Credentials stay with the server. An error is the server's or the
        pod's own; nothing tells which.
        https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls
        """
        path = POD.path(namespace, f"{name}:{page.port}", "proxy") + page.path
        request = ApiRequest(
            "get", "pods/proxy", "GET", path, query=page.query, accept="text/plain"
        )
        reply, found = await self._asking.reply(request), bytearray()
        try:
            async for piece in reply.pieces():
                found += piece
                if len(found) > page.most:
                    raise Invalid(f"{request.words}: more than {page.most >> 20} MB")
        except OSError as error:
            raise unanswered(request.words, self.access.origin, error) from error
        finally:
            reply.close()
        return bytes(found)

    async def listed(
        self,
        kind: Kind,
        *,
        namespace: str = "",
        selector: str = "",
        is_metadata_only: bool = False,
    ) -> AsyncIterator[bytes]:
        """Yield each object, of one moment. Kinds that Kubernetes has built in do not say so.

        Raises Expired where the server forgot that moment before the end; ask anew then.
        """
        extent = Extent(namespace, selector, is_metadata_only)
        async with aclosing(self.pages(kind, extent)) as pages:
            async for page in pages:
                for item in page.items or ():
                    yield bytes(item)

    async def pages(self, kind: Kind, extent: Extent) -> AsyncGenerator[Page]:
        """Yield a list page by page, its objects unread. Raises Expired, as `listed` does."""
        begun = asked = {"limit": str(PAGE), **extent.query()}
        accept = _METADATA.format("List") if extent.is_metadata_only else JSON
        while True:
            path = kind.path(extent.namespace)
            request = ApiRequest("list", kind.resource, "GET", path, query=asked, accept=accept)
            try:
                page = _page.decode(await self._asking.answer(request))
            except msgspec.DecodeError as error:
                raise Unavailable(f"{request.words}: the answer is no list ({error})") from error
            yield page
            if not page.metadata.continue_:
                return
            asked = {**begun, "continue": page.metadata.continue_}

    async def watch(self, kind: Kind, extent: Extent, query: Mapping[str, str]) -> Reply:
        """Return the answer to a watch, whose body goes on for long. It is asked for once."""
        path, asked = kind.path(extent.namespace), {"watch": "true", **extent.query(), **query}
        accept = _METADATA.format("") if extent.is_metadata_only else JSON
        return await self._asking.reply(
            ApiRequest("watch", kind.resource, "GET", path, query=asked, accept=accept)
        )

    async def apply(
        self,
        kind: Kind,
        body: Mapping[str, object],
        *,
        subresource: str = "",
        dry_run: bool = False,
    ) -> bytes:
        """Apply an object's fields on the server, and return the object.

        Raises Conflict where somebody else has one of the fields; see `take`. A field that the
        server does not know, in a status as elsewhere, is Invalid; see `merge`.
        """
        extra = {"dryRun": "All"} if dry_run else {}
        return await self._apply(kind, body, subresource, extra)

    async def take(
        self,
        kind: Kind,
        body: Mapping[str, object],
        *,
        subresource: str = "",
        dry_run: bool = False,
    ) -> bytes:
        """Apply an object's fields, and take from others those that they have."""
        extra = {"dryRun": "All"} if dry_run else {}
        return await self._apply(kind, body, subresource, {"force": "true", **extra})

    async def _apply(
        self, kind: Kind, body: Mapping[str, object], subresource: str, extra: Mapping[str, str]
    ) -> bytes:
        # to apply is to know each field, whatever is asked for: stricter would only have the
        # server read the body once more in search of keys that are there twice
        return await self._asking.answer(
            ApiRequest(
                "apply",
                kind.resource,
                "PATCH",
                _path(kind, body, subresource),
                query={"fieldManager": self._manager, "fieldValidation": "Ignore", **extra},
                body=msgspec.json.encode(body),
                form=_APPLY,
            )
        )

    async def merge(
        self, kind: Kind, body: Mapping[str, object], *, subresource: str = ""
    ) -> bytes:
        """Write fields of an object that is there, whoever has them; null removes one.

        What the server does not know it drops: the object that it returns tells what it kept.
        """
        return await self._asking.answer(
            ApiRequest(
                "merge",
                kind.resource,
                "PATCH",
                _path(kind, body, subresource),
                query={"fieldManager": self._manager, "fieldValidation": "Ignore"},
                body=msgspec.json.encode(body),
                form=_MERGE,
            )
        )

    async def create(self, kind: Kind, body: Mapping[str, object]) -> bytes:
        """Create an object, once. Raises Conflict where it is there, Unavailable if unknown."""
        path = _written(kind, body).path(_place(body)[0])
        return await self._asking.answer(
            ApiRequest(
                "create",
                kind.resource,
                "POST",
                path,
                query={"fieldManager": self._manager},
                body=msgspec.json.encode(body),
                is_repeatable=False,
            )
        )

    async def replace(
        self, kind: Kind, body: Mapping[str, object], *, subresource: str = ""
    ) -> bytes:
        """Put an object in its own place. Raises Conflict where it is another by now."""
        return await self._asking.answer(
            ApiRequest(
                "update",
                kind.resource,
                "PUT",
                _path(kind, body, subresource),
                query={"fieldManager": self._manager},
                body=msgspec.json.encode(body),
                is_repeatable=False,
            )
        )

    async def delete(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        *,
        uid: str = "",
        resource_version: str = "",
    ) -> None:
        """Delete an object if it is still the one that was seen; gone already is fine.

        Raises Conflict where it is another.
        """
        seen = {"uid": uid, "resourceVersion": resource_version}
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
            "preconditions": {key: value for key, value in seen.items() if value},
        }
        request = ApiRequest(
            "delete",
            kind.resource,
            "DELETE",
            kind.path(namespace, name),
            body=msgspec.json.encode(options),
        )
        try:
            await self._asking.answer(request)
        except NotFound:
            return


def _place(body: Mapping[str, object]) -> tuple[str, str]:
    """Return the namespace and the name of an object."""
    found = msgspec.convert(body.get("metadata"), _Metadata)
    return found.namespace, found.name


def _path(kind: Kind, body: Mapping[str, object], subresource: str) -> str:
    """Return where an object lies, in the version in which it is written."""
    return _written(kind, body).path(*_place(body), subresource)


def _written(kind: Kind, body: Mapping[str, object]) -> Kind:
    _, _, version = str(body.get("apiVersion", "")).rpartition("/")
    return replace(kind, version=version) if version else kind


class _Metadata(Struct):
    name: str = ""
    namespace: str = ""
