"""Objects written into the real API server, many a second.

Comes in: objects as `kubectl` would take them. Goes out: what the server made of each. One
connection is kept for all of them, and unknown fields are refused as `kubectl apply` has them
refused. A refusal is an exception that quotes the server.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tests.cluster.api_server import PATIENCE, ApiServer, RefusedError
from tests.laws.objects import Object

MERGE = "application/merge-patch+json"
JSON = "application/json"


def path_of(item: Object, *, named: bool = True) -> str:
    """Return where an object lies in the API, or where objects of its kind in its namespace do.

    >>> path_of({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "b"}})
    '/api/v1/namespaces/b/pods/a'
    """
    version, meta = item["apiVersion"], item["metadata"]
    space = f"/namespaces/{meta['namespace']}" if "namespace" in meta else ""
    name = f"/{meta['name']}" if named else ""
    return f"{root_of(version)}{space}/{item['kind'].lower()}s{name}"


def root_of(version: str) -> str:
    """Return where a version of the API begins."""
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


class Writer:
    """A kept connection to the API server."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        trusted = ssl.create_default_context(cafile=api.certificate)
        self._connection = http.client.HTTPSConnection(
            "127.0.0.1", api.port, timeout=PATIENCE, context=trusted
        )

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def create(self, item: Object, *, dry: bool = False) -> Object:
        """Create an object, or only ask whether it could be."""
        asked = {"fieldValidation": "Strict", **({"dryRun": "All"} if dry else {})}
        found: Object = self.ask("POST", f"{path_of(item, named=False)}?{urlencode(asked)}", item)
        return found

    def ensure(self, item: Object) -> None:
        """Create an object unless one of its name is there."""
        try:
            self.create(item)
        except RefusedError as error:
            if error.status != 409:
                raise

    def merge(self, item: Object, part: str = "") -> None:
        """Write the fields of an object that is there, or those of a part such as `/status`."""
        self.ask("PATCH", f"{path_of(item)}{part}?fieldValidation=Strict", item, MERGE)

    def delete(self, item: Object, *, missing: bool = False) -> None:
        """Delete an object, at once; it may be `missing`."""
        try:
            self.ask("DELETE", f"{path_of(item)}?gracePeriodSeconds=0")
        except RefusedError as error:
            if not (missing and error.status == 404):
                raise

    def ask(self, method: str, path: str, body: object = None, form: str = JSON) -> Any:
        """Return the answer's JSON. Raises RefusedError, OSError."""
        headers = {"authorization": f"Bearer {self._api.token}", "content-type": form}
        text = None if body is None else json.dumps(body)
        self._connection.request(method, path, text, headers)
        answer = self._connection.getresponse()
        said = answer.read().decode()
        if answer.status >= 300:
            raise RefusedError(answer.status, said)
        return json.loads(said)

    def states(self, version: str, kind: str) -> Iterator[dict[str, Object]]:
        """Yield all objects of a kind by path: now, and after each change; ends after a while."""
        root = f"{root_of(version)}/{kind.lower()}s"
        listed = self.ask("GET", root)
        held = {
            path_of({"apiVersion": version, "kind": kind, **one}): one for one in listed["items"]
        }
        yield held
        since = {
            "watch": "true",
            "resourceVersion": listed["metadata"]["resourceVersion"],
            "timeoutSeconds": int(PATIENCE),
        }
        for change in self._api.changes(f"{root}?{urlencode(since)}"):
            place = path_of(change["object"])
            if change["type"] == "DELETED":
                held.pop(place, None)
            else:
                held[place] = change["object"]
            yield held
