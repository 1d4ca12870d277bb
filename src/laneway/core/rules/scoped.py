"""LW1440 to LW1442, LW1450: what layout scoped makes of the services of an input, and for whom.

Comes in: a mesh and what layout scoped writes of it. Goes out: findings. They stand apart from the
other rules, since only those who ask for this layout are told. Services of one cause are one
finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.layouts import (
    SCOPED_CLIENTS,
    SCOPED_EXACT,
    SCOPED_NOT_SOUND,
    SCOPED_PERMISSIVE,
)
from laneway.core.findings.finding import Finding, finding, unplaced
from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.scoped import ScopedPlan
from laneway.core.routing.plan.scoped_refusals import HostForm
from laneway.core.rules.questions.words import listing, short_host


def check_scoped(mesh: Mesh, scoped: ScopedPlan) -> tuple[Finding, ...]:
    """Return what a user should know of a layout that is about to be applied."""
    return (*_forms(mesh, scoped), *_permissive(mesh), *_clients(scoped))


def _forms(mesh: Mesh, scoped: ScopedPlan) -> Iterator[Finding]:
    alike: dict[HostForm, list[Host]] = {}
    for host, form in scoped.forms.items():
        if not form.meant:
            alike.setdefault(form, []).append(host)
    for form, hosts in alike.items():
        one = len(hosts) == 1
        words = {"hosts": listing(short_host(host) for host in hosts), "why": form.why}
        place, subject = _blamed(mesh, form, hosts[0])
        if form.form == "istio":
            verb = "keeps" if one else "keep"
            yield finding(SCOPED_NOT_SOUND, place, subject, verb=verb, **words)
        else:
            words |= {"verb": "has" if one else "have", "own": "its" if one else "their"}
            yield finding(SCOPED_EXACT, place, subject, **words)


def _permissive(mesh: Mesh) -> Iterator[Finding]:
    for group in mesh.groups:
        if group.baseline is not None and not group.held:
            meta = group.group.meta
            yield finding(SCOPED_PERMISSIVE, meta.place(), str(meta.ref), group=group.name)


def _blamed(mesh: Mesh, form: HostForm, host: Host) -> tuple[Place | None, str]:
    """Return the place and the name of the object to blame: the service where there is none."""
    if form.because is not None:
        for thing in mesh.snapshot.resources:
            if thing.meta.ref == form.because:
                return thing.meta.place("spec"), str(form.because)
    meta = mesh.services[host].service.meta
    return meta.place("metadata", "name"), str(Ref("Service", meta.namespace, meta.name))


def _clients(scoped: ScopedPlan) -> Iterator[Finding]:
    if any(form.form != "istio" for form in scoped.forms.values()):
        clients = f"namespace{'' if len(scoped.clients) == 1 else 's'} {listing(scoped.clients)}"
        gateways = f", and gateways in {listing(scoped.doors)}" if scoped.doors else ""
        yield unplaced(SCOPED_CLIENTS, clients=clients, gateways=gateways)
