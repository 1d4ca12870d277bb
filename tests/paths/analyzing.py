"""What `istioctl analyze` says of a mesh with the objects that the operator wrote, and nobody else.

Comes in: a mesh that is kept. Goes out: warnings and errors of Istio's analyzers for which Laneway
has no finding of its own. The oracle runs the analyzers, and says each word that istioctl says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from tests.agree.istioctl import Message
from tests.agree.oracle import Oracle
from tests.agree.small_mesh import documents
from tests.laws import objects
from tests.laws.objects import Object
from tests.paths.keeping import Kept

WILDCARD = re.compile(r"define the same host [^ ]*/\*")


class Analyzed(Struct, frozen=True):
    """What analyzers warn of since the operator's objects are there, and Laneway does not.

    In `mistaken` they are wrong: they take a user's wildcard and a host below it for one, where
    proxies take the exact host.
    """

    unsaid: tuple[Message, ...]
    mistaken: int = 0


def analyzed(kept: Kept, oracle: Oracle) -> Analyzed:
    """Ask Istio's analyzers about a mesh; what they say of it without lanes is its user's own."""
    findings = kept.held.compilation.all_findings
    said = {code for one in findings for code in one.code.also.split(", ")}
    before = oracle.analyze(documents(list(_users(kept))))
    found = [
        message
        for message in oracle.analyze(documents([*_users(kept), *_ours(kept)]))
        if message.level != "Info" and message.code not in said and message not in before
    ]
    unsaid = tuple(one for one in found if not _is_of_wildcard(one))
    return Analyzed(unsaid, len(found) - len(unsaid))


def _is_of_wildcard(message: Message) -> bool:
    return message.code == "IST0109" and WILDCARD.search(message.message) is not None


def _users(kept: Kept) -> Iterator[Object]:
    """Yield the cluster's objects as analyzers take them, without the operator's."""
    things = kept.held.cluster.things
    yield from map(objects.namespace, sorted({one["metadata"]["namespace"] for one in things}))
    yield from (one for one in things if one["kind"] != "EndpointSlice")
    yield from kept.held.cluster.routing


def _ours(kept: Kept) -> Iterator[Object]:
    for item in kept.written:
        head = {key: item["metadata"][key] for key in ("name", "namespace", "labels")}
        yield {**item, "metadata": head}
