"""Law: layout scoped chooses what layout istio chooses, for every caller and at every gateway.

A mesh is planned, written in layout scoped, and read back as the objects of somebody who knows of
no lanes. Each pod of the mesh, and a gateway, then meets the same pods as by the plan.
"""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings

from laneway.core.compile import Compilation
from laneway.core.emit.istio import manifests
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.mesh import Caller
from laneway.core.proof.judged import Judged, judged
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Decision, call, connect, enter
from laneway.core.routing.plan.scoped import scoped
from laneway.core.routing.plan.scoped_ground import ScopedForm, Scoping
from tests.laws.compiling import compile_mesh
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object

FORMS = get_args(ScopedForm)
Met = list[tuple[float, int, list[str]]]


def read_back(mesh: list[Object], compilation: Compilation, form: ScopedForm) -> Judged:
    plan = scoped(compilation.mesh, compilation.plan, Scoping(form))
    found = manifests(compilation.mesh, compilation.plan, "scoped", plan)
    written = [aged(dict(one.body), compilation) for one in found]
    return judged(compile_mesh([*mesh, *written]).mesh, "objects")


def aged(item: Object, compilation: Compilation) -> Object:
    """Return an object; an entry's is as old as the oldest group in it, as the plan takes it.

    Where anybody has no age, all are taken as they stand.
    """
    mesh = compilation.mesh
    created = {group.name: group.group.meta.created for group in mesh.groups}
    if not all((*created.values(), *(one.meta.created for one in mesh.virtual_services))):
        return item
    ages = [
        created[group]
        for entry in compilation.plan.entries
        if entry.gateway in item["spec"].get("gateways", ())
        if entry.host in item["spec"]["hosts"]
        for group in entry.groups
    ]
    age = {"creationTimestamp": min(ages)} if ages else {}
    return {**item, "metadata": {**item["metadata"], **age}}


def met(decision: Decision) -> Met:
    """Tell what a request meets, whatever names led there."""
    return sorted(
        (one.probability, one.status or 0, sorted(str(pod.meta.ref) for pod in one.pods))
        for one in decision.targets
    )


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25)
@given(mesh=shared_meshes())
def test_every_caller_meets_the_pods_it_meets_in_layout_istio(
    form: ScopedForm, mesh: list[Object]
) -> None:
    compilation = compile_mesh(mesh)
    other = read_back(mesh, compilation, form)
    for pod in compilation.mesh.workloads:
        if lack_of_sidecar(compilation.mesh, pod) is not None:
            continue
        caller = Caller.of(pod)
        for host in compilation.plan.lane_subsets:
            for port in compilation.mesh.services[host].ports:
                request = Request(host, port=port.number)
                first = call(compilation.mesh, compilation.plan, caller, host, request)
                second = call(other.mesh, other.plan, caller, host, request)
                assert met(first) == met(second), (host, caller)
                plain = connect(compilation.mesh, compilation.plan, caller, host, port.number)
                again = connect(other.mesh, other.plan, caller, host, port.number)
                assert met(plain) == met(again), (host, caller)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25)
@given(mesh=shared_meshes())
def test_gateways_lead_where_they_lead_in_layout_istio(
    form: ScopedForm, mesh: list[Object]
) -> None:
    compilation = compile_mesh(mesh)
    other = read_back(mesh, compilation, form)
    for port in compilation.plan.gateway_ports:
        again = next(
            one
            for one in other.plan.gateway_ports
            if (one.selector, one.port) == (port.selector, port.port)
        )
        for host in port.virtual_hosts:
            for path in ("/", "/mock", "/api/x"):
                request = Request(host.domain.replace("*", "x"), path, port=port.port)
                first = enter(compilation.mesh, compilation.plan, request, port)
                second = enter(other.mesh, other.plan, request, again)
                assert met(first) == met(second), (host.domain, path)
