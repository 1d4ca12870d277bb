"""How a request is matched, in the words Istio's HTTPMatchRequest uses.

https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
The same types serve lane rules, a user's VirtualServices and the routing plan, so that a match is
never translated on its way from the file to the route.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

MatchKind = Literal["exact", "prefix", "regex", "present"]
HEADER_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
"""An expression for the whole name of a header, by RFC 9110."""
_HEADER_NAME = re.compile(HEADER_NAME)
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")

Labels = tuple[tuple[str, str], ...]
"""Labels as sorted pairs, so that equal sets of labels are equal values."""


class StringMatch(Struct, frozen=True):
    """One string condition; `regex` is RE2 and must match the whole value.

    `present` (an empty match in YAML) asks only that the value exists.
    """

    kind: MatchKind
    value: str = ""


class Match(Struct, frozen=True):
    """All conditions must hold. An empty match is met by every request.

    `headers`, `without_headers` and `query_params` are sorted by name; header names are in lower
    case. `source_labels` and `source_namespace` speak of the caller's pod, `port` of the service's
    port in the mesh and of the listener's port at a gateway. `gateways` is empty or names the only
    gateways (or `mesh`) the match speaks of; with gateways Istio ignores `source_labels`.
    """

    name: str = ""
    uri: StringMatch | None = None
    ignore_uri_case: bool = False
    scheme: StringMatch | None = None
    method: StringMatch | None = None
    authority: StringMatch | None = None
    headers: tuple[tuple[str, StringMatch], ...] = ()
    without_headers: tuple[tuple[str, StringMatch], ...] = ()
    query_params: tuple[tuple[str, StringMatch], ...] = ()
    port: int | None = None
    source_labels: Labels = ()
    source_namespace: str = ""
    gateways: tuple[str, ...] = ()


def is_dns_label(name: str) -> bool:
    """Whether a name is a DNS-1123 label, which Istio demands of a subset's name.

    >>> is_dns_label("s1"), is_dns_label("S1"), is_dns_label("a.b")
    (True, False, False)
    """
    return _DNS_LABEL.fullmatch(name) is not None


def is_header_name(name: str) -> bool:
    """Whether a text can be the name of a header, by RFC 9110.

    >>> is_header_name("x-lane"), is_header_name("x lane"), is_header_name("")
    (True, False, False)
    """
    return _HEADER_NAME.fullmatch(name) is not None
