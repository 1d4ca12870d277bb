"""The Sidecars that are written: Istio's own translation of a mesh with them and without."""

from __future__ import annotations

import pytest

from tests.agree.by_istio import by_istio
from tests.agree.cluster import cluster_of
from tests.agree.comparing import both_decide
from tests.agree.decisions import errors_alike, service_of
from tests.agree.drawing import draw
from tests.agree.knowing import known_ports
from tests.agree.oracle import Oracle
from tests.laws.asks import Ask
from tests.laws.compiling import compile_mesh
from tests.laws.meshes import meshes
from tests.laws.narrowing_itself import kept, with_sidecars
from tests.laws.taste import TIDY

MESHES, ASKS = 6, 25


@pytest.mark.engine
def test_istio_leads_every_call_that_is_kept_to_the_same_pods(oracle: Oracle) -> None:
    calls = saved = 0
    for drawn in draw(MESHES, ASKS, 11, meshes(TIDY)):
        narrow = with_sidecars(drawn.mesh)
        wide, near = compile_mesh(drawn.mesh), compile_mesh(narrow)
        clusters = cluster_of(drawn.mesh, wide), cluster_of(narrow, near)
        told = [oracle.translate(one.kubernetes, one.istio, one.proxies) for one in clusters]
        seen = {(f"{p.namespace}/{p.meta.name}", s.host) for p, s in kept(near)}
        assert not told[1].refused
        for words, alike in known_ports(near, told[1]):
            assert alike, words
        for ask in drawn.asks:
            if ask.caller and (ask.caller, _host(ask)) in seen:
                answers = [
                    by_istio(one, all_of, ask) for one, all_of in zip(clusters, told, strict=True)
                ]
                assert answers[0] == answers[1], ask
                calls += answers[0] is not None
        for ask, ours, theirs in both_decide(near, clusters[1], told[1], drawn.asks):
            assert errors_alike(ours) == errors_alike(theirs), ask
        sizes = [sum(len(p.clusters) for p in one.proxies.values()) for one in told]
        saved += sizes[0] - sizes[1]

    assert calls > 20
    assert saved > 0


def _host(ask: Ask) -> str:
    space, _, name = service_of(ask).partition("/")
    return f"{name}.{space}.svc.cluster.local"
