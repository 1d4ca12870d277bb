"""Objects as JSON text: one Kubernetes `List`, as `kubectl apply -f` takes it.

Comes in: the bodies of manifests, the same that become YAML. Goes out: the text in pieces, one
object a line, so that it can be streamed and two outputs compare line by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def json_list(bodies: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Write bodies as one `List`, in pieces.

    >>> print("".join(json_list([{"kind": "A"}, {"kind": "B"}])), end="")
    {"apiVersion":"v1","kind":"List","metadata":{},"items":[
    {"kind":"A"},
    {"kind":"B"}
    ]}
    """
    encode = json.JSONEncoder(separators=(",", ":")).encode
    yield '{"apiVersion":"v1","kind":"List","metadata":{},"items":['
    separator = "\n"
    for body in bodies:
        yield separator + encode(body)
        separator = ",\n"
    yield "\n]}\n"
