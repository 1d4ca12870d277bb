"""What `istioctl analyze` says of a mesh with the objects that the operator wrote, and nobody else.

Comes in: a mesh that is kept. Goes out: warnings and errors of Istio's analyzers for which Laneway
has no finding of its own. The oracle runs the analyzers, and says each word that istioctl says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.compile import Compilation
from tests.agree.istioctl import Message
from tests.agree.oracle import Oracle
from tests.agree.small_mesh import documents
from tests.laws import objects
from tests.laws.compiling import compile_mesh
from tests.laws.objects import Object
from tests.paths.keeping import Kept

MEETING = "IST0109"
"""What analyzers say of two VirtualServices for one host."""
CONFLICT = re.compile(r"VirtualServices (\S+) .* define the same host ([^ /]*)/([^ ]*)")
UNUSED = re.compile(r'VirtualService rule "(\S+)" not used')
FORMS = {"http", "tcp", "tls"}


class Analyzed(Struct, frozen=True):
    """What analyzers warn of since the operator's objects are there, and Laneway does not.

    In `mistaken` they are wrong of two VirtualServices for a host: they take a wildcard and a
    host below it for one, where proxies take the exact host; they compare hosts alone, where one is
    for connections and one for HTTP; nobody calls from the namespace in which both are seen; or
    they look at no Sidecar, and Laneway says the same of the mesh without them. And they call a
    rule unused that stands at several hosts, since others take its requests at some of them.
    """

    unsaid: tuple[Message, ...]
    mistaken: int = 0


def analyzed(kept: Kept, oracle: Oracle) -> Analyzed:
    """Ask Istio's analyzers about a mesh; what they say of it without lanes is its user's own."""
    said = _said(kept.held.compilation)
    before = {*map(_without_space, oracle.analyze(documents(list(_users(kept)))))}
    found = [
        message
        for message in oracle.analyze(documents([*_users(kept), *_ours(kept)]))
        if message.level != "Info" and message.code not in said
        if _without_space(message) not in before
    ]
    callers = {one.namespace for one in kept.held.compilation.mesh.workloads}
    forms = {
        f"{one['metadata']['namespace']}/{one['metadata']['name']}": FORMS & one["spec"].keys()
        for one in (*kept.held.cluster.routing, *kept.written)
        if one["kind"] == "VirtualService"
    }
    unsaid = [
        one
        for one in found
        if not _is_mistaken(one, callers, forms) and not _is_used_elsewhere(one, found, kept)
    ]
    if unsaid:
        open_ = _said(compile_mesh([one for one in kept.mesh if one["kind"] != "Sidecar"]))
        unsaid = [one for one in unsaid if one.code != MEETING or MEETING not in open_]
    return Analyzed(tuple(unsaid), len(found) - len(unsaid))


def _without_space(message: Message) -> tuple[str, str, str]:
    """Return what a message says, whatever it names of several namespaces that see two objects."""
    conflict = CONFLICT.search(message.message)
    names, _, host = conflict.groups() if conflict else (message.message, "", "")
    return message.code, message.origin, f"{names} {host}"


def _said(compilation: Compilation) -> set[str]:
    """Return the codes of Istio's that some finding of Laneway's has for its own."""
    return {code for one in compilation.all_findings for code in one.code.also.split(", ")}


def _is_mistaken(
    message: Message, callers: Collection[str], forms: Mapping[str, Collection[str]]
) -> bool:
    conflict = CONFLICT.search(message.message) if message.code == MEETING else None
    if conflict is None:
        return False
    names, space, host = conflict.groups()
    meeting = [form for name in names.split(",") for form in forms[name]]
    return host.startswith("*") or space not in {"*", *callers} or len(meeting) == len({*meeting})


def _is_used_elsewhere(message: Message, found: Sequence[Message], kept: Kept) -> bool:
    """Whether a rule that is told to be unused is one of a host at which nothing is told of it."""
    rule = UNUSED.search(message.message) if message.code == "IST0130" else None
    if rule is None:
        return False
    told = sum(f'"{rule[1]}"' in one.message for one in found if one.code == message.code)
    routes = [one["spec"].get("http", ()) for one in kept.written if "gateways" in one["spec"]]
    names = [str(route["name"]) for http in routes for route in http]
    return told < names.count(rule[1])


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
